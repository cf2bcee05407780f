use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{GuardCode, Note, NoteSeverity, Override, Situation, judge, note::order, overriding::says_something};
use crate::{
    plan::{LossStatement, Plan, PlanHash},
    run::{CallAnswer, Journal},
};

/// The key to every call that changes something. Only this module makes one: from a plan that the guards let through
/// and that a person consented to, or anew from the journal of a run that such a consent began.
///
/// It cannot be put together by hand, copied, or read from a file:
///
/// ```compile_fail,E0451
/// # fn forge(record: evac_core::guard::ConsentRecord) -> evac_core::guard::Consent {
/// evac_core::guard::Consent { record }
/// # }
/// ```
///
/// ```compile_fail,E0599
/// # fn copy(consent: evac_core::guard::Consent) -> [evac_core::guard::Consent; 2] {
/// [consent.clone(), consent]
/// # }
/// ```
///
/// ```compile_fail,E0277
/// let consent: evac_core::guard::Consent = serde_json::from_str("{}").unwrap();
/// ```
///
/// ```compile_fail,E0277
/// fn made<T: Default>() -> T {
///     T::default()
/// }
/// let consent: evac_core::guard::Consent = made();
/// ```
///
/// Nor does the record of one give it, or a journal that was put together of records and not read:
///
/// ```compile_fail,E0308
/// # fn mint(plan: &evac_core::plan::Plan, record: &evac_core::guard::ConsentRecord) {
/// evac_core::guard::renew(plan, record);
/// # }
/// ```
///
/// ```compile_fail,E0451
/// # fn forge(records: Vec<evac_core::run::Record>) -> evac_core::run::Journal {
/// evac_core::run::Journal { records, ..Default::default() }
/// # }
/// ```
#[derive(Debug)]
pub struct Consent {
    record: ConsentRecord,
}

impl Consent {
    /// What was consented to, by whom and when.
    pub fn record(&self) -> &ConsentRecord {
        &self.record
    }

    /// The plan that it is for.
    pub fn plan(&self) -> &PlanHash {
        &self.record.plan
    }

    /// Whether it is for this plan. A call of another one is refused for good, by whoever is to make it.
    pub fn covers(&self, plan: &PlanHash) -> Result<(), CallAnswer> {
        if self.plan() == plan {
            return Ok(());
        }
        let why =
            format!("the consent is to plan {}, and calls are made of plan {}", self.plan().short(), plan.short());
        Err(CallAnswer::Refused { why, temporary: false })
    }
}

/// A consent as the journal has it. It is a record and no key: [`renew`] makes one of a journal alone.
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
/// `current` is the same intent planned anew from the newest snapshot: its facts and steps tell drift, and its loss is
/// the statement that consent is given to.
pub fn consent(
    plan: &Plan,
    current: &Plan,
    situation: &Situation<'_>,
    request: ConsentRequest,
) -> Result<Consent, Refusal> {
    let notes = judge_beside(plan, current, situation);
    let overrides: Vec<_> = request.overrides.iter().map(Override::cleaned).collect();
    let mut problems = problems(plan, current, &request);
    problems.extend(overrides.iter().filter_map(|given| objection(given, &notes)));
    let overridden = |note: &Note| overrides.iter().any(|given| given.code == note.code && given.is_good());
    let blocks = |note: &&Note| note.severity == NoteSeverity::Block && !overridden(note);
    let blocking: Vec<_> = notes.iter().filter(blocks).cloned().collect();
    if !problems.is_empty() || !blocking.is_empty() {
        return Err(Refusal { problems, blocking, loss: current.loss.clone() });
    }
    Ok(Consent {
        record: ConsentRecord {
            plan: plan.hash(),
            by: crate::text::clean(&request.by),
            at: situation.now,
            confirmed: crate::text::clean(&request.confirmed),
            accepted: crate::text::clean(&request.accepted),
            loss: current.loss.clone(),
            overrides,
            notes,
        },
    })
}

/// Everything that stands for or against a plan that was made earlier, drift from the same intent planned anew included,
/// worst first.
pub fn judge_beside(plan: &Plan, current: &Plan, situation: &Situation<'_>) -> Vec<Note> {
    let mut notes = judge(plan, situation);
    notes.extend(drift(plan, current));
    notes.sort_by(order);
    notes
}

/// What makes the plan another than the one that would be made now: facts that changed, and steps that would differ,
/// which shows too when a plan was changed by hand.
fn drift(plan: &Plan, current: &Plan) -> Vec<Note> {
    let drifted = |text: String| Note {
        code: GuardCode::PlanDrift,
        severity: NoteSeverity::Block,
        region: None,
        step: None,
        text: crate::text::clean(&text),
        remedy: "make the plan again and read it again".to_owned(),
    };
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "unknown".to_owned());
    let facts = plan.fingerprint.drift(&current.fingerprint);
    let mut notes: Vec<_> = facts
        .iter()
        .map(|drift| drifted(format!("{} was {} and is {}", drift.fact, shown(&drift.planned), shown(&drift.now))))
        .collect();
    // What guards go by besides the steps, lest a plan that was changed by hand be judged as another.
    let judged = |plan: &Plan| {
        let Plan { stack, environment, intent, lever, confirmations, .. } = plan.clone();
        (stack, environment, intent, lever, confirmations, plan.before.writers.clone())
    };
    if judged(plan) != judged(current) {
        let text = "the plan that would be made now has another intent, stack, lever, writer or confirmation";
        notes.push(drifted(text.to_owned()));
    }
    // One change may touch every step: they are told in one note, lest they bury what changed.
    let others = plan.differing_steps(current);
    let names = || others.iter().map(|step| step.as_str()).collect::<Vec<_>>().join(", ");
    match others.as_slice() {
        [] => {}
        [step] => notes.push(Note { step: Some(step.clone()), ..drifted(format!("{step} would be another now")) }),
        _ => notes.push(drifted(format!("{} steps would be others now: {}", others.len(), names()))),
    }
    notes
}

fn problems(plan: &Plan, current: &Plan, request: &ConsentRequest) -> Vec<String> {
    let mut problems = Vec::new();
    let read = crate::text::clean(&request.plan);
    if !plan.hash().matches(&read) {
        problems.push(format!("the plan that was read is `{read}`, and this one is `{}`", plan.hash().short()));
    }
    if !plan.is_confirmed_by(&request.confirmed) || !current.is_confirmed_by(&request.confirmed) {
        let wanted = current.confirmations.first().map_or("", String::as_str);
        let given = crate::text::clean(&request.confirmed);
        problems.push(format!("type `{wanted}` to name what is acted on, not `{given}`"));
    }
    if let Some((now, stated)) = current.loss.outgrown_objects(&plan.loss) {
        problems.push(format!("{now} objects wait now, and the plan states {stated}: make it again and read it again"));
    }
    if !current.loss.is_covered_by(&request.accepted) {
        let (stated, given) = (current.loss.amount(), crate::text::clean(&request.accepted));
        problems.push(match current.loss.is_far_below(&request.accepted) {
            true => format!("the loss is stated as `{stated}` now, and `{given}` is far more: type what is stated"),
            false => format!("the loss is stated as `{stated}` now: type that to accept it"),
        });
    }
    if !says_something(&request.by) {
        problems.push("nobody is named who consents".to_owned());
    }
    problems
}

/// What is wrong with an override: a blanket one, given for whatever may come, is none.
fn objection(given: &Override, notes: &[Note]) -> Option<String> {
    if !given.code.row().overridable {
        Some(format!("{} cannot be overridden", given.code))
    } else if !given.is_good() {
        Some(format!("give a reason for overriding {}", given.code))
    } else if !notes.iter().any(|note| note.code == given.code) {
        Some(format!("{} does not stand against this plan: take its override out", given.code))
    } else {
        None
    }
}

/// The consent of a run that began with it, made anew from its journal so that the run can go on after a crash. `None` when
/// that was not read and verified from its first record on, or is of another plan.
pub fn renew(plan: &Plan, journal: &Journal) -> Option<Consent> {
    let record = journal.consented().filter(|record| record.plan == plan.hash())?;
    Some(Consent { record: record.clone() })
}
