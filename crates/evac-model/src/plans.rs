//! Consents to the plans that are carried out, and names that are known to be ones.

use evac_core::{
    guard::{Consent, ConsentRecord, renew},
    ids::RegionId,
    plan::{Intent, Plan},
    run::{ChainHash, Event, Journal, Record, RunId, Runner},
};

use crate::{observed, shape::Shape};

/// The primary.
pub const EAST: &str = "us-east-1";
/// The secondary that takes over from it, and gives back.
pub const WEST: &str = "us-west-2";
/// A third region, to which a writer may be moved.
pub const THIRD: &str = "eu-west-1";

/// Consent to a drain of a region that has no step: as good as any other for the tests of those who make calls.
pub fn consent_to_nothing(region: RegionId) -> Option<Consent> {
    let plan = Shape::Drain.plan().as_ref().clone();
    consent(&Plan { intent: Intent::Drain { region }, steps: Vec::new(), ..plan })
}

/// A consent to a plan, renewed from the journal of a run that began with one: there is no other way to a consent, but to
/// have the guards judge.
pub fn consent(plan: &Plan) -> Option<Consent> {
    let (now, text) = (observed::now(), || "model".to_owned());
    let record = ConsentRecord {
        plan: plan.hash(),
        by: text(),
        at: now,
        confirmed: plan.confirmations.first().cloned().unwrap_or_default(),
        accepted: plan.loss.amount(),
        loss: plan.loss.clone(),
        overrides: Vec::new(),
        notes: Vec::new(),
    };
    let began = Event::Began {
        run: RunId::new(now, plan.intent.verb(), &record.plan),
        runner: Runner { operator: text(), machine: text(), process: 1, version: text() },
        plan: Box::new(plan.clone()),
        consent: Box::new(record),
        harmed_at: None,
        found_at: None,
    };
    let nothing = (0, ChainHash::default());
    let (line, _) = Record::following(nothing, began, 0, now, now).to_line().ok()?;
    renew(plan, &Journal::read(line.as_bytes()).ok()?)
}

/// A name that is known to be one.
#[allow(clippy::unwrap_used, reason = "the names of the model are written here")]
pub(crate) fn named<T, E: std::fmt::Debug>(text: &str, new: impl FnOnce(String) -> Result<T, E>) -> T {
    new(text.to_owned()).unwrap()
}

pub(crate) fn region(name: &str) -> RegionId {
    named(name, RegionId::new)
}
