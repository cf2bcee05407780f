use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{GuardCode, Note, NoteSeverity, Override, Situation, judge};
use crate::plan::{LossStatement, Plan, PlanHash};

/// The key to every call that changes something. Only this module makes one: from a plan that the guards let through
/// and that a person consented to, or anew from the journal of a run that such a consent began.
#[derive(Debug)]
pub struct Consent {
    record: ConsentRecord,
}

impl Consent {
    /// What was consented to, by whom and when.
    pub fn record(&self) -> &ConsentRecord {
        &self.record
    }

    /// The plan that it is for. A call of another plan is not covered.
    pub fn plan(&self) -> &PlanHash {
        &self.record.plan
    }
}

/// A consent as the journal has it. It is a record and no key: a key is made from it by [`renew`] alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConsentRecord {
    /// The plan.
    pub plan: PlanHash,
    /// Who: a person, as the operating system or the credentials name them.
    pub by: String,
    /// When, by the machine where it was given.
    pub at: Timestamp,
    /// What was typed to name the target.
    pub confirmed: String,
    /// The amount that was accepted.
    pub accepted: String,
    /// The loss as it was stated at that moment.
    pub loss: LossStatement,
    /// What was overridden, and why.
    pub overrides: Vec<Override>,
    /// Everything that stood for or against the plan at that moment.
    pub notes: Vec<Note>,
}

/// What an operator gives to consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRequest {
    /// The hash of the plan that was read, or its beginning.
    pub plan: String,
    /// What was typed to name the target.
    pub confirmed: String,
    /// The amount of loss that was typed; for a plan that loses nothing it may be empty.
    pub accepted: String,
    /// What is overridden, and why.
    pub overrides: Vec<Override>,
    /// Who consents.
    pub by: String,
}

/// Why there is no consent.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// What is wrong with the request itself: a target that was not typed right, an amount that no longer covers the
    /// loss, an override of what cannot be overridden.
    pub problems: Vec<String>,
    /// The notes that block, all of them.
    pub blocking: Vec<Note>,
    /// The loss as it is stated now.
    pub loss: LossStatement,
}

/// Judges the plan at this moment and mints a consent, or says all that stands against it.
///
/// `current` is the same intent planned anew from the newest snapshot: its fingerprint tells drift, and its loss is the
/// statement that consent is given to.
pub fn consent(
    plan: &Plan,
    current: &Plan,
    situation: &Situation<'_>,
    request: ConsentRequest,
) -> Result<Consent, Refusal> {
    let mut notes = judge(plan, situation);
    for drift in plan.fingerprint.drift(&current.fingerprint) {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "unknown".to_owned());
        notes.push(Note {
            code: GuardCode::PlanDrift,
            severity: NoteSeverity::Block,
            region: None,
            step: None,
            text: format!("{} was {} and is {}", drift.fact, shown(&drift.planned), shown(&drift.now)),
            remedy: "make the plan again and read it again".to_owned(),
        });
    }
    let mut problems = Vec::new();
    if !plan.hash().matches(request.plan.trim()) {
        problems.push(format!(
            "the plan that was read is `{}`, and this one is `{}`",
            request.plan.trim(),
            plan.hash().short()
        ));
    }
    if !plan.is_confirmed_by(&request.confirmed) {
        let wanted = plan.confirmations.first().map_or("", String::as_str);
        problems.push(format!("type `{wanted}` to name what is acted on, not `{}`", request.confirmed.trim()));
    }
    if !current.loss.is_covered_by(&request.accepted) {
        problems.push(format!("the loss is stated as `{}` now: type that to accept it", current.loss.amount()));
    }
    for given in &request.overrides {
        if !given.code.row().overridable {
            problems.push(format!("{} cannot be overridden", given.code));
        } else if given.reason.trim().is_empty() {
            problems.push(format!("give a reason for overriding {}", given.code));
        }
    }
    let overridden = |note: &&Note| {
        note.code.row().overridable
            && request.overrides.iter().any(|given| given.code == note.code && !given.reason.trim().is_empty())
    };
    let blocking: Vec<_> =
        notes.iter().filter(|note| note.severity == NoteSeverity::Block && !overridden(note)).cloned().collect();
    if !problems.is_empty() || !blocking.is_empty() {
        return Err(Refusal { problems, blocking, loss: current.loss.clone() });
    }
    Ok(Consent {
        record: ConsentRecord {
            plan: plan.hash(),
            by: crate::text::clean(&request.by),
            at: situation.now,
            confirmed: request.confirmed.trim().to_owned(),
            accepted: request.accepted.trim().to_owned(),
            loss: current.loss.clone(),
            overrides: request.overrides,
            notes,
        },
    })
}

/// The consent of a run that began with it, made anew from its verified journal so that the run can go on after a
/// crash. `None` when the record is of another plan.
pub fn renew(plan: &Plan, record: &ConsentRecord) -> Option<Consent> {
    (record.plan == plan.hash()).then(|| Consent { record: record.clone() })
}
