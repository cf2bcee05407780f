//! What can follow what in a run: every kind of event in every state that a run can be in. What is refused is refused
//! when it is recorded and when it is replayed, and leaves the state as it was.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use evac_core::{
    guard::{ConsentRecord, GuardCode, Override},
    plan::{
        Call, Check, Closing, Intent, LossStatement, PLAN_VERSION, Plan, Plane, Step, StepId, Topology, Undo, Verb,
    },
    run::{CallAnswer, Event, Journal, Outcome, RunId, RunOutcome, RunState, Runner},
};
use jiff::{SignedDuration, Timestamp};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A step with a call and a gate, and one that closes what it opened.
fn plan() -> Plan {
    let region = "us-west-2".parse::<evac_core::RegionId>().unwrap();
    let act = Step {
        id: StepId::new("act"),
        title: "act".to_owned(),
        after: Vec::new(),
        region: None,
        plane: Plane::Control,
        killed_by: Vec::new(),
        precondition: None,
        call: Some(Call::Notify { text: "act".to_owned() }),
        verification: Some(Check::Serving { region, url: "https://example".to_owned() }),
        expected: SignedDuration::from_secs(10),
        timeout: SignedDuration::from_secs(300),
        idempotent: true,
        undo: Undo::Verb { verb: Verb::Failback },
        best_effort: false,
        closing: None,
        gate: Some(GuardCode::FenceUnproven),
    };
    let closing = Some(Closing { of: act.id.clone(), unless_started: None });
    let close = Step { id: StepId::new("close"), gate: None, closing, ..act.clone() };
    Plan {
        version: PLAN_VERSION,
        stack: serde_json::from_str("\"akidb\"").unwrap(),
        environment: "TEST".to_owned(),
        intent: Intent::Failback,
        made_at: NOW,
        snapshot: 1,
        before: Topology::default(),
        after: Topology::default(),
        lever: None,
        loss: LossStatement::Nothing,
        steps: vec![act, close],
        fingerprint: Default::default(),
        confirmations: Vec::new(),
    }
}

fn runner() -> Runner {
    Runner { operator: "test".to_owned(), machine: "one".to_owned(), process: 1, version: "0".to_owned() }
}

fn resumed(doubtful: bool, despite_abort: bool) -> Event {
    Event::Resumed { runner: runner(), doubtful, despite_abort }
}

fn began() -> Event {
    let plan = plan();
    let consent = ConsentRecord {
        plan: plan.hash(),
        by: "test".to_owned(),
        at: NOW,
        confirmed: String::new(),
        accepted: String::new(),
        loss: LossStatement::Nothing,
        overrides: Vec::new(),
        notes: Vec::new(),
    };
    let run = RunId::parse("20261125-031204-failback").unwrap();
    Event::Began {
        run,
        runner: runner(),
        plan: Box::new(plan),
        consent: Box::new(consent),
        harmed_at: None,
        found_at: None,
    }
}

/// The kinds of events, those of a step with the step's name before them.
const OF_A_STEP: [&str; 12] = [
    "started",
    "accepted",
    "refused",
    "unanswered",
    "settled",
    "waiting",
    "gated",
    "done",
    "failed",
    "unknown",
    "skipped",
    "set-back",
];
const OF_THE_RUN: [&str; 14] = [
    "began",
    "lease-taken",
    "lease-lost",
    "overridden",
    "abort-asked",
    "handed-over",
    "resumed",
    "resumed-in-doubt",
    "resumed-despite-abort",
    "finished-done",
    "finished-failed",
    "finished-unknown",
    "finished-aborted",
    "acknowledged",
];

fn kinds() -> Vec<String> {
    let of = |step: &'static str| OF_A_STEP.iter().map(move |kind| format!("{step}:{kind}"));
    OF_THE_RUN.iter().map(|kind| (*kind).to_owned()).chain(of("act")).chain(of("close")).collect()
}

/// The event of a kind as it would come next.
fn event(kind: &str, state: &RunState) -> Event {
    let text = || "as it is".to_owned();
    let ended = |step: StepId, outcome| Event::Ended { step, outcome };
    if let Some((step, kind)) = kind.split_once(':') {
        let step = StepId::new(step);
        let attempt = state.steps[&step].attempts;
        let answered = |answer| Event::Answered { step: step.clone(), attempt, answer };
        return match kind {
            "started" => Event::Started { step, attempt: attempt + 1 },
            "accepted" => answered(CallAnswer::Accepted { receipt: BTreeMap::new() }),
            "refused" => answered(CallAnswer::Refused { why: text(), temporary: true }),
            "unanswered" => answered(CallAnswer::Unknown { why: text() }),
            "settled" => Event::Settled { step, evidence: text() },
            "waiting" => Event::Waiting { step, on: text() },
            "gated" => Event::Gated { step, why: text() },
            "done" => ended(step, Outcome::Done { evidence: text() }),
            "failed" => ended(step, Outcome::Failed { why: text() }),
            "unknown" => ended(step, Outcome::Unknown { why: text() }),
            "skipped" => ended(step, Outcome::Skipped { why: text() }),
            "set-back" => Event::SetBack { step, why: text() },
            other => panic!("{other}"),
        };
    }
    let finished = |outcome| Event::Finished { outcome, report: Vec::new() };
    match kind {
        "began" => began(),
        "lease-taken" => Event::LeaseTaken { epoch: state.epoch + 1, local: false },
        "lease-lost" => Event::LeaseLost { why: text() },
        "overridden" => {
            Event::Overridden { given: Override { code: GuardCode::FenceUnproven, reason: text() }, by: text() }
        }
        "abort-asked" => Event::AbortAsked { by: text(), reason: text(), order: text() },
        "handed-over" => Event::HandedOver { by: text(), to: text(), order: text() },
        "resumed" => resumed(false, false),
        "resumed-in-doubt" => resumed(true, false),
        "resumed-despite-abort" => resumed(false, true),
        "finished-done" => finished(RunOutcome::Done),
        "finished-failed" => finished(RunOutcome::Failed),
        "finished-unknown" => finished(RunOutcome::Unknown),
        "finished-aborted" => finished(RunOutcome::Aborted),
        "acknowledged" => Event::Acknowledged { by: text() },
        other => panic!("{other}"),
    }
}

/// A run as it goes on: its journal, and the state that each record led to.
#[derive(Clone)]
struct Going {
    journal: Journal,
    state: RunState,
}

impl Going {
    fn new() -> Self {
        let mut journal = Journal::default();
        journal.push(journal.next(began(), 0, NOW, NOW)).unwrap();
        let state = RunState::begin(&journal.records[0]).unwrap();
        Self { journal, state }
    }

    /// The run after one more event, when it may come. The journal that has it is replayed to the same.
    fn then(&self, kind: &str) -> Option<Self> {
        let event = event(kind, &self.state);
        let epoch = if let Event::LeaseTaken { epoch, .. } = &event { *epoch } else { self.state.epoch };
        let mut next = self.clone();
        let applied = next.state.apply(&self.journal.next(event.clone(), epoch, NOW, NOW));
        next.journal.push(self.journal.next(event, epoch, NOW, NOW)).unwrap();
        let replayed = RunState::replay(&next.journal.records).map(Option::unwrap);
        match applied {
            Ok(()) => assert_eq!(replayed.as_ref(), Ok(&next.state), "{kind}"),
            Err(illegal) => {
                assert_eq!(next.state, self.state, "{kind} is refused and changes nothing");
                assert_eq!(replayed, Err(illegal), "{kind} is refused on replay in the same words");
                return None;
            }
        }
        Some(next)
    }

    fn after(kinds: &str) -> Self {
        let all = kinds.split_whitespace();
        all.fold(Self::new(), |going, kind| going.then(kind).unwrap_or_else(|| panic!("{kind} of {kinds}")))
    }

    fn may_follow(&self) -> String {
        kinds().into_iter().filter(|kind| self.then(kind).is_some()).collect::<Vec<_>>().join(" ")
    }
}

/// What may come at any time while a run goes on; `~` in the table.
const ANY_TIME: &str = "lease-taken lease-lost abort-asked handed-over resumed resumed-in-doubt";
/// The same while a gate is looked at; `^` in the table.
const AT_A_GATE: &str = "lease-taken lease-lost overridden abort-asked handed-over resumed resumed-in-doubt";

/// How a run came to where it is, and all that may follow there.
const TABLE: &[(&str, &str)] = &[
    ("", "~ finished-failed finished-unknown finished-aborted act:waiting act:done act:failed close:waiting"),
    (
        "lease-taken",
        "~ finished-failed finished-unknown finished-aborted act:started act:waiting act:done act:failed close:waiting",
    ),
    (
        "lease-taken lease-lost",
        "~ finished-failed finished-unknown finished-aborted act:waiting act:done act:failed close:waiting",
    ),
    (
        "lease-taken handed-over",
        "lease-lost abort-asked handed-over resumed resumed-in-doubt finished-failed finished-unknown finished-aborted act:waiting act:done act:failed close:waiting",
    ),
    ("lease-taken abort-asked", "~ finished-failed finished-unknown finished-aborted act:waiting close:waiting"),
    (
        "lease-taken act:started",
        "^ act:accepted act:refused act:unanswered act:waiting act:gated act:done act:failed act:unknown close:waiting",
    ),
    (
        "lease-taken act:started lease-lost",
        "^ act:accepted act:refused act:unanswered act:waiting act:gated act:done act:failed act:unknown close:waiting",
    ),
    (
        "lease-taken act:started abort-asked",
        "^ act:accepted act:refused act:unanswered act:waiting act:gated act:done act:failed act:unknown close:waiting",
    ),
    (
        "lease-taken act:started resumed",
        "^ act:accepted act:refused act:unanswered act:waiting act:gated act:done act:failed act:unknown close:waiting",
    ),
    ("lease-taken act:started act:accepted", "^ act:waiting act:gated act:done act:failed act:unknown close:waiting"),
    (
        "lease-taken act:started act:refused",
        "^ act:started act:waiting act:gated act:done act:failed act:unknown close:waiting",
    ),
    (
        "lease-taken act:started act:refused lease-lost",
        "^ act:waiting act:gated act:done act:failed act:unknown close:waiting",
    ),
    (
        "lease-taken act:started act:unanswered",
        "^ act:settled act:waiting act:gated act:done act:failed act:unknown close:waiting",
    ),
    (
        "lease-taken act:started act:unanswered act:settled",
        "^ act:started act:waiting act:gated act:done act:failed act:unknown close:waiting",
    ),
    (
        "lease-taken act:started act:accepted act:gated",
        "^ act:waiting act:gated act:done act:failed act:unknown close:waiting",
    ),
    (
        "lease-taken act:started act:accepted act:gated overridden",
        "~ act:waiting act:gated act:done act:failed act:unknown act:skipped close:waiting",
    ),
    (
        "lease-taken act:started act:accepted act:done",
        "~ finished-failed finished-unknown finished-aborted close:started close:waiting close:done close:failed",
    ),
    (
        "lease-taken act:started act:refused act:failed",
        "~ finished-failed finished-unknown finished-aborted act:set-back close:started close:waiting close:done close:failed",
    ),
    (
        "lease-taken act:started act:unanswered act:unknown",
        "~ finished-failed finished-unknown finished-aborted act:waiting act:done act:failed close:started close:waiting close:done close:failed",
    ),
    (
        "lease-taken act:started act:accepted act:gated overridden act:skipped",
        "~ finished-failed finished-unknown finished-aborted close:started close:waiting close:done close:failed",
    ),
    (
        "lease-taken act:started act:accepted act:done close:started",
        "~ close:accepted close:refused close:unanswered close:waiting close:done close:failed close:unknown",
    ),
    (
        "lease-taken act:started act:accepted act:done close:done",
        "~ finished-done finished-failed finished-unknown finished-aborted act:set-back close:set-back",
    ),
    ("lease-taken act:started act:accepted act:done close:done finished-done", "acknowledged"),
    (
        "lease-taken act:started act:refused act:failed close:done finished-failed",
        "resumed resumed-in-doubt acknowledged",
    ),
    (
        "lease-taken act:started act:refused act:failed close:done finished-failed resumed",
        "~ finished-failed finished-unknown finished-aborted act:set-back close:set-back",
    ),
    (
        "lease-taken act:started act:refused act:failed close:done finished-failed resumed act:set-back",
        "~ finished-failed finished-unknown finished-aborted act:waiting act:done act:failed close:set-back",
    ),
    (
        "lease-taken resumed-in-doubt",
        "~ finished-failed finished-unknown finished-aborted act:waiting act:done act:failed close:waiting",
    ),
    // Nothing is closed before it is known whether the runner before began what was not begun here.
    (
        "lease-taken resumed-in-doubt abort-asked",
        "~ act:settled act:waiting act:done act:failed act:unknown close:waiting",
    ),
    (
        "lease-taken resumed-in-doubt lease-taken abort-asked act:settled",
        "~ finished-failed finished-unknown finished-aborted act:waiting close:waiting",
    ),
    (
        "lease-taken resumed-in-doubt lease-taken abort-asked act:done",
        "~ finished-failed finished-unknown finished-aborted close:started close:waiting close:done close:failed",
    ),
    (
        "lease-taken resumed-in-doubt lease-taken abort-asked act:unknown",
        "~ finished-failed finished-unknown finished-aborted act:waiting act:done act:failed close:started close:waiting close:done close:failed",
    ),
    // Whoever was refused may have tried again.
    (
        "lease-taken act:started act:refused resumed-in-doubt lease-taken",
        "^ act:started act:settled act:waiting act:gated act:done act:failed act:unknown close:waiting",
    ),
    // After an abort a runner only closes: there is nothing to ask for.
    (
        "lease-taken act:started act:accepted act:done resumed-in-doubt lease-taken",
        "~ finished-failed finished-unknown finished-aborted act:set-back close:started close:waiting close:done close:failed",
    ),
    (
        "lease-taken abort-asked resumed-in-doubt",
        "~ finished-failed finished-unknown finished-aborted act:waiting close:waiting",
    ),
    (
        "lease-taken act:started act:refused act:failed close:done finished-failed resumed-in-doubt abort-asked",
        "~ finished-failed finished-unknown finished-aborted act:set-back close:set-back",
    ),
    (
        "lease-taken act:started act:refused act:failed close:done finished-failed resumed-in-doubt abort-asked act:set-back",
        "~ act:settled act:waiting act:done act:failed act:unknown close:set-back",
    ),
    (
        "lease-taken act:started act:refused act:failed close:done finished-failed acknowledged",
        "resumed resumed-in-doubt acknowledged",
    ),
    // What was stopped before it did anything is over; where nothing takes back what it did, it can go on.
    ("lease-taken abort-asked finished-aborted", "acknowledged"),
    (
        "lease-taken act:started act:refused act:failed abort-asked close:done finished-failed",
        "resumed resumed-in-doubt acknowledged",
    ),
    (
        "lease-taken act:started act:accepted act:done abort-asked close:done finished-aborted",
        "resumed-despite-abort acknowledged",
    ),
    (
        "lease-taken act:started act:accepted act:done abort-asked close:failed finished-failed",
        "resumed resumed-in-doubt resumed-despite-abort acknowledged",
    ),
    (
        "lease-taken act:started act:accepted act:done abort-asked close:done finished-aborted resumed-despite-abort",
        "~ finished-done finished-failed finished-unknown finished-aborted act:set-back close:set-back",
    ),
];

#[test]
fn only_what_the_table_names_may_follow() {
    for (way, legal) in TABLE {
        let legal = legal.replace('~', ANY_TIME).replace('^', AT_A_GATE);
        assert_eq!(Going::after(way).may_follow(), legal, "after: {way}");
    }
}

/// Every order of so many events, beginning with a lease that is held: what must hold of each state holds.
#[test]
fn no_order_of_events_leads_to_what_must_not_be() {
    let mut reached = vec![Going::after("lease-taken")];
    for _ in 0..4 {
        let mut next = BTreeMap::new();
        for going in &reached {
            for kind in kinds() {
                let Some(after) = going.then(&kind) else { continue };
                holds(going, &kind, &after);
                // What came about in two ways goes on in one.
                let mut state = after.state.clone();
                (state.last_number, state.epoch) = (0, 0);
                next.insert(serde_json::to_string(&state).unwrap(), after);
            }
        }
        reached = next.into_values().collect();
    }
    assert!(reached.len() > 300, "{} states", reached.len());
}

fn holds(before: &Going, kind: &str, after: &Going) {
    let state = &after.state;
    let way = || format!("{kind} after {:?}", before.journal.records.iter().map(|it| &it.event).collect::<Vec<_>>());
    if kind.ends_with(":started") {
        assert!(before.state.holds_lease && before.state.finished.is_none(), "no call without the lease: {}", way());
        assert!(before.state.handed_over.is_none(), "no call by a runner that handed the run over: {}", way());
    }
    if let Some((outcome, _)) = &state.finished {
        assert!(state.in_flight().is_empty(), "nothing is under way in a run that is over: {}", way());
        let asked = state.plan.steps.iter().any(|step| state.is_in_question(step));
        assert!(!asked, "nothing is in question in a run that is over: {}", way());
        let [act, close] = ["act", "close"].map(|id| &state.steps[&StepId::new(id)]);
        let closed = matches!(close.outcome(), Some(Outcome::Done { .. })) || !state.was_started(&StepId::new("act"));
        assert!(*outcome != RunOutcome::Done || (act.outcome().is_some() && closed), "what began is closed: {}", way());
    }
    let skipped = |id: &str| matches!(state.steps[&StepId::new(id)].outcome(), Some(Outcome::Skipped { .. }));
    let overridden = state.is_overridden(GuardCode::FenceUnproven).is_some();
    assert!(!skipped("act") || overridden, "a gate is passed by an override alone: {}", way());
}
