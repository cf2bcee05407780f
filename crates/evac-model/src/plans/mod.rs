//! Plans that are carried out in the model: one of each shape that the executor has to deal with.

mod failback;
mod failover;
mod others;
mod switchover;

use evac_core::{
    guard::{Consent, ConsentRecord, renew},
    ids::{RegionId, StackName},
    plan::{
        Call, Check, Closing, Intent, LossStatement, PLAN_VERSION, Plan, Plane, Step, StepId, Topology, Undo, Verb,
    },
    run::{ChainHash, Event, Journal, Record, RunId, Runner},
};
use jiff::{SignedDuration, Timestamp};

/// The region that is left.
pub const EAST: &str = "us-east-1";
/// The region that takes over.
pub const WEST: &str = "us-west-2";
/// A third region, to which a writer may be moved.
pub const THIRD: &str = "eu-west-1";

/// The shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// The writer's region is lost: a gate before traffic moves, closing steps, best-effort steps, much at once.
    Failover,
    /// The same with a promotion that must not be asked for twice.
    FailoverOnce,
    /// The same to a third region: what another operator wants at the same time.
    FailoverElsewhere,
    /// Planned: what is paused is resumed at the end, unless the writer moved.
    Switchover,
    /// The way back: what the failover before left frozen is thawed by steps of the plan.
    Failback,
    /// A location is set read-only, and must not stay so.
    Restore,
    /// Traffic leaves, with a precondition.
    Drain,
    /// Traffic comes back, by two levers at once.
    Undrain,
    /// A chain of slow calls.
    Recover,
}

impl Shape {
    /// All that a run is played with by itself.
    pub const ALL: [Self; 8] = [
        Self::Failover,
        Self::FailoverOnce,
        Self::Switchover,
        Self::Failback,
        Self::Restore,
        Self::Drain,
        Self::Undrain,
        Self::Recover,
    ];

    /// The plan of this shape.
    pub fn plan(self) -> Plan {
        let (intent, steps) = match self {
            Self::Failover => failover::plan(WEST, true),
            Self::FailoverOnce => failover::plan(WEST, false),
            Self::FailoverElsewhere => failover::plan(THIRD, true),
            Self::Switchover => switchover::plan(),
            Self::Failback => failback::plan(),
            Self::Restore => others::restore(),
            Self::Drain => others::drain(),
            Self::Undrain => others::undrain(),
            Self::Recover => others::recover(),
        };
        plan(intent, steps)
    }
}

fn plan(intent: Intent, steps: Vec<Step>) -> Plan {
    Plan {
        version: PLAN_VERSION,
        stack: named("akidb", StackName::new),
        environment: "TEST".to_owned(),
        intent,
        made_at: Timestamp::UNIX_EPOCH,
        snapshot: 1,
        before: Topology::default(),
        after: Topology::default(),
        lever: None,
        loss: LossStatement::Nothing,
        steps,
        fingerprint: Default::default(),
        confirmations: vec![WEST.to_owned()],
    }
}

/// Consent to a drain of a region that has no step: as good as any other for the tests of those who make calls.
pub fn consent_to_nothing(region: RegionId) -> Option<Consent> {
    consent(&plan(Intent::Drain { region }, Vec::new()))
}

/// A consent to a plan, renewed from the journal of a run that began with one: there is no other way to a consent, but to
/// have the guards judge.
pub fn consent(plan: &Plan) -> Option<Consent> {
    let record = ConsentRecord {
        plan: plan.hash(),
        by: "model".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        confirmed: WEST.to_owned(),
        accepted: "none".to_owned(),
        loss: LossStatement::Nothing,
        overrides: Vec::new(),
        notes: Vec::new(),
    };
    let text = || "model".to_owned();
    let began = Event::Began {
        run: RunId::new(Timestamp::UNIX_EPOCH, plan.intent.verb(), &record.plan),
        runner: Runner { operator: text(), machine: text(), process: 1, version: text() },
        plan: Box::new(plan.clone()),
        consent: Box::new(record),
        harmed_at: None,
        found_at: None,
    };
    let nothing = (0, ChainHash::default());
    let (line, _) =
        Record::following(nothing, began, 0, Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH).to_line().ok()?;
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

/// A step that makes a call.
fn calls(id: &str, call: Call, verification: Option<Check>, after: &[&str]) -> Step {
    let undo = match &call {
        Call::Failover { .. } | Call::Switchover { .. } => Undo::Verb { verb: Verb::Failback },
        _ => Undo::Nothing,
    };
    Step {
        id: StepId::new(id),
        title: id.replace('-', " "),
        after: after.iter().map(StepId::new).collect(),
        region: None,
        plane: Plane::Control,
        killed_by: Vec::new(),
        precondition: None,
        call: Some(call),
        verification,
        expected: SignedDuration::from_secs(30),
        timeout: SignedDuration::from_mins(10),
        idempotent: true,
        undo,
        best_effort: false,
        closing: None,
        gate: None,
    }
}

/// A step that only looks.
fn looks(id: &str, check: Check, after: &[&str]) -> Step {
    let nothing = Call::Notify { text: String::new() };
    Step { call: None, ..calls(id, nothing, Some(check), after) }
}

fn closing(step: Step, of: &str, unless_started: Option<&str>) -> Step {
    Step { closing: Some(Closing { of: StepId::new(of), unless_started: unless_started.map(StepId::new) }), ..step }
}

fn best_effort(step: Step) -> Step {
    Step { best_effort: true, ..step }
}

fn once(step: Step) -> Step {
    Step { idempotent: false, ..step }
}

fn credentials() -> Step {
    let lasting = SignedDuration::from_mins(30);
    looks("credentials", Check::Credentials { regions: vec![region(WEST)], lasting }, &[])
}

fn serving(at: &str) -> Check {
    Check::Serving { region: region(at), url: format!("https://api.{at}.akidb.example") }
}

fn scale(id: &str, at: &str, deployment: &str, replicas: u32, after: &[&str]) -> Step {
    let (namespace, deployment) = ("akidb".to_owned(), deployment.to_owned());
    let check = Check::Replicas {
        region: region(at),
        namespace: namespace.clone(),
        deployment: deployment.clone(),
        wanted: replicas,
        at_least: false,
    };
    calls(id, Call::Scale { region: region(at), namespace, deployment, replicas }, Some(check), after)
}

fn argo(id: &str, at: &str, automated: bool, after: &[&str]) -> Step {
    let (namespace, application) = ("argocd".to_owned(), "akidb".to_owned());
    let check = Check::ArgoSync {
        region: region(at),
        namespace: namespace.clone(),
        application: application.clone(),
        automated,
    };
    let automated = automated.then(|| serde_json::json!({ "prune": true }));
    calls(id, Call::SetArgoSync { region: region(at), namespace, application, automated }, Some(check), after)
}

fn notify(after: &[&str]) -> Step {
    best_effort(calls("notify", Call::Notify { text: "it is done".to_owned() }, None, after))
}

/// What users are answered when one region serves, and another, if one is left, does not.
fn answers<'a>(serving: &str, left: impl Into<Option<&'a str>>, after: &[&str]) -> Step {
    let answer = evac_core::plan::Answer {
        name: named("api.akidb.example", evac_core::ids::DnsName::new),
        kind: "A".to_owned(),
        wanted: [serving.to_owned()].into(),
        unwanted: left.into().into_iter().map(str::to_owned).collect(),
    };
    looks("answers", Check::Answers { resolvers: Vec::new(), answers: vec![answer] }, after)
}
