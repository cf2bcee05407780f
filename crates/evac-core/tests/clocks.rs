//! The four clocks of a run, what is projected from how long its steps took before, and what is learned from it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use evac_core::{
    guard::ConsentRecord,
    plan::{Call, Intent, LossStatement, PLAN_VERSION, Plan, Plane, Step, StepId, Topology, Undo},
    run::{CallAnswer, Event, Journal, Outcome, RunId, RunOutcome, RunState, Runner, StepTimes},
};
use jiff::{SignedDuration, Timestamp};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn seconds(length: i64) -> SignedDuration {
    SignedDuration::from_secs(length)
}

/// A step that is expected to take so many seconds, behind others.
fn step(id: &str, expected: i64, after: &[&str]) -> Step {
    Step {
        id: StepId::new(id),
        title: id.to_owned(),
        after: after.iter().map(StepId::new).collect(),
        region: None,
        plane: Plane::Control,
        killed_by: Vec::new(),
        precondition: None,
        call: Some(Call::Notify { text: id.to_owned() }),
        verification: None,
        expected: seconds(expected),
        timeout: seconds(600),
        idempotent: true,
        undo: Undo::Nothing,
        best_effort: false,
        closing: None,
        gate: None,
    }
}

/// A run as it goes on: `first`, then `long` beside `short`, then `last`.
struct Going {
    journal: Journal,
    now: i64,
}

impl Going {
    /// It is consented to after so many seconds, of something that harmed from the first on and was found later.
    fn begin(consent: i64, harmed_at: Option<i64>, found_at: Option<i64>) -> Self {
        let steps = vec![
            step("first", 10, &[]),
            step("long", 60, &["first"]),
            step("short", 30, &["first"]),
            step("last", 5, &["long", "short"]),
        ];
        let plan = Plan {
            version: PLAN_VERSION,
            stack: "akidb".parse().unwrap(),
            environment: "TEST".to_owned(),
            intent: Intent::Failback,
            made_at: at(0),
            snapshot: 1,
            before: Topology::default(),
            after: Topology::default(),
            lever: None,
            loss: LossStatement::Nothing,
            steps,
            fingerprint: Default::default(),
            confirmations: Vec::new(),
        };
        let record = ConsentRecord {
            plan: plan.hash(),
            by: "ada".to_owned(),
            at: at(consent),
            confirmed: String::new(),
            accepted: String::new(),
            loss: LossStatement::Nothing,
            overrides: Vec::new(),
            notes: Vec::new(),
        };
        let mut going = Self { journal: Journal::default(), now: consent };
        going.note(Event::Began {
            run: RunId::parse("20261122-100000-failback").unwrap(),
            runner: Runner { operator: "ada".into(), machine: "one".into(), process: 1, version: "0".into() },
            plan: Box::new(plan),
            consent: Box::new(record),
            harmed_at: harmed_at.map(at),
            found_at: found_at.map(at),
        });
        going.note(Event::LeaseTaken { epoch: 1, local: false });
        going
    }

    fn note(&mut self, event: Event) -> &mut Self {
        let now = at(self.now);
        self.journal.push(self.journal.next(event, 1, now, now)).unwrap();
        self
    }

    fn until(&mut self, second: i64) -> &mut Self {
        self.now = second;
        self
    }

    fn start(&mut self, id: &str) -> &mut Self {
        self.note(Event::Started { step: StepId::new(id), attempt: 1 })
    }

    fn end(&mut self, id: &str) -> &mut Self {
        let answer = CallAnswer::Accepted { receipt: Default::default() };
        self.note(Event::Answered { step: StepId::new(id), attempt: 1, answer });
        self.note(Event::Ended { step: StepId::new(id), outcome: Outcome::Done { evidence: String::new() } })
    }

    fn state(&self) -> RunState {
        RunState::replay(&self.journal.records).unwrap().unwrap()
    }

    /// Detect, decide, execute, total and projected at a moment, in seconds; -1 for what nobody knows.
    fn clocks(&self, now: i64) -> [i64; 5] {
        let clocks = self.state().clocks(at(now), seconds(1_800));
        let known = |length: Option<SignedDuration>| length.map_or(-1, |length| length.as_secs());
        let [execute, total, projected] = [clocks.execute, clocks.total, clocks.projected].map(|it| it.as_secs());
        [known(clocks.detect), known(clocks.decide), execute, total, projected]
    }
}

#[test]
fn the_four_clocks_run_from_the_harm_to_the_end() {
    let mut run = Going::begin(100, Some(0), Some(40));
    assert_eq!(run.clocks(100), [40, 60, 0, 100, 175], "the longest chain is 10, 60 and 5");
    run.start("first");
    assert_eq!(run.clocks(104), [40, 60, 4, 104, 175], "what runs as expected ends as projected");
    assert_eq!(run.clocks(130), [40, 60, 30, 130, 195], "what is overdue may end at any moment, and the rest after it");
    run.until(130).end("first").start("long").start("short");
    assert_eq!(run.clocks(140), [40, 60, 40, 140, 195]);
    run.until(150).end("long");
    assert_eq!(run.clocks(150), [40, 60, 50, 150, 165], "the shorter one decides now: 10 s of it are left");
    run.until(155).end("short").start("last").until(160).end("last");
    run.note(Event::Finished { outcome: RunOutcome::Done, report: Vec::new() });
    assert_eq!(run.clocks(9_000), [40, 60, 60, 160, 160], "they stand still at the end");
}

#[test]
fn what_nobody_knows_is_not_made_up() {
    assert_eq!(Going::begin(100, None, None).clocks(100), [-1, -1, 0, 0, 75]);
    assert_eq!(Going::begin(100, None, Some(40)).clocks(100), [-1, 60, 0, 60, 135]);
    // Clocks of two sources can be apart: nothing takes less than no time.
    assert_eq!(Going::begin(100, Some(50), Some(40)).clocks(90), [0, 60, 0, 50, 125]);
    assert_eq!(Going::begin(100, Some(120), Some(120)).clocks(100), [0, 0, 0, 0, 75]);
}

#[test]
fn the_breach_of_the_objective_is_projected_before_it_comes() {
    let run = Going::begin(100, Some(0), Some(40));
    let over = |now: i64, objective: i64| {
        let clocks = run.state().clocks(at(now), seconds(objective));
        clocks.projected > clocks.objective
    };
    assert!(!over(100, 175) && over(100, 174) && over(101, 175), "while nothing is begun, each second is one more");
}

#[test]
fn a_step_is_expected_to_take_as_long_as_it_took() {
    let mut times = StepTimes::default();
    let run = |length: i64| {
        let mut run = Going::begin(0, None, None);
        run.start("first").until(length).end("first");
        run.state()
    };
    assert_eq!(times.typical(&StepId::new("first")), None);
    for length in [40, 20, 300] {
        times.note(&run(length));
    }
    assert_eq!(times.typical(&StepId::new("first")), Some(seconds(40)), "one that took long is not the rule");
    // What was not begun for it, and what was not done, tells nothing.
    let mut other = Going::begin(0, None, None);
    let held = Outcome::Done { evidence: "it was so already".to_owned() };
    other.until(500).note(Event::Ended { step: StepId::new("first"), outcome: held }).start("long").start("short");
    let failed = Outcome::Failed { why: "no".to_owned() };
    other.until(900).note(Event::Ended { step: StepId::new("long"), outcome: failed });
    times.note(&other.state());
    assert_eq!((times.count(&StepId::new("first")), times.count(&StepId::new("long"))), (3, 0));
    assert_eq!(times.count(&StepId::new("short")), 0);
    // The newest count, and what took no time takes a second.
    (0..20).for_each(|_| times.note(&run(0)));
    assert_eq!((times.count(&StepId::new("first")), times.typical(&StepId::new("first"))), (20, Some(seconds(1))));
}
