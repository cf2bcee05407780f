//! Everything that can lie before an operator, by name.

use std::{collections::BTreeMap, sync::Arc};

use evac_core::{
    guard::{GuardCode, NoteSeverity, Override},
    plan::{Intent, LossStatement},
    run::RunOutcome,
};
use jiff::SignedDuration;

use super::world::{now, region};
use crate::tui::{
    acting::{Given, Kept, Proposal, RunLine, RunList, RunSeen, Unseen},
    desk::{Desk, Planning, Reading, Start, Starting},
    tests::deeds,
};

/// A desk on which this plan is read, armed.
pub fn reading(change: impl FnOnce(&mut Reading), proposal: Proposal) -> Desk {
    let mut reading = Reading::new(proposal);
    change(&mut reading);
    let armed_until = Some(now() + SignedDuration::from_secs(850));
    Desk { acts: true, armed_until, planning: Planning::Made(Box::new(reading)), ..Desk::default() }
}

/// A desk on which this run is followed.
pub fn following(seen: RunSeen) -> Desk {
    Desk { acts: true, following: Some(seen.line.run.clone()), run: Some(Arc::new(seen)), ..Desk::default() }
}

/// A run of another machine, of which only the copy is seen.
fn elsewhere() -> RunSeen {
    let mut seen = deeds::run("half");
    (seen.line.kept, seen.line.running) = (Kept::Copied(region("us-west-2")), false);
    seen
}

/// A run of which nothing newer is seen, and why.
fn unseen(seen: RunSeen, unseen: Unseen) -> RunSeen {
    RunSeen { unseen: Some(unseen), ..seen }
}

/// The history: runs in every state, one of them damaged, one of another machine.
pub fn history() -> Desk {
    let mut lines: Vec<_> = deeds::runs().into_iter().map(|(_, seen)| seen.line).collect();
    lines.push(deeds::damaged().line);
    for (line, at) in lines.iter_mut().zip(["us-west-2", "eu-west-1"]) {
        *line = RunLine { kept: Kept::Copied(region(at)), ..line.clone() };
    }
    Desk { acts: true, runs: Some(Ok(Arc::new(lines.into()))), ..Desk::default() }
}

/// What another machine sees when hardly any bucket answers.
fn unheard() -> RunList {
    let line = RunLine {
        kept: Kept::Unread,
        running: false,
        state: Err("no bucket that answers has a journal of this run: us-east-1: no answer in time".into()),
        ..deeds::run("half").line
    };
    RunList { lines: vec![line], silent: vec!["us-east-1: no answer in time".into()] }
}

/// Texts as long and as wide as they can be, in a plan.
fn hostile() -> Desk {
    let long = evac_core::text::clean(&"你好 größer e\u{301}\u{202e} -- ".repeat(60));
    let mut proposal = deeds::proposal(
        vec![deeds::note(GuardCode::LossUnknown, NoteSeverity::Block, &long)],
        LossStatement::Unknown { why: long.clone() },
    );
    let plan = Arc::make_mut(&mut proposal.plan);
    plan.environment = "PRODUCTION-你好".into();
    for step in &mut plan.steps {
        step.title.clone_from(&long);
        step.expected = SignedDuration::MAX;
        step.timeout = SignedDuration::MAX;
    }
    proposal.judgement.plan = proposal.plan.hash();
    reading(|reading| (reading.refused, reading.doubt) = (vec![long.clone()], Some(long)), proposal)
}

/// Every desk but the empty one.
pub fn all() -> BTreeMap<String, Desk> {
    let intent = Intent::Failover { to: region("us-west-2") };
    let why = "no picture of us-west-2 is there yet".to_owned();
    let planning = |planning| Desk { acts: true, planning, ..Desk::default() };
    let ready = || deeds::proposal(deeds::remarks(), deeds::writes(140));
    let blocked = || deeds::proposal(deeds::notes(), deeds::writes(140));
    let given = Override { code: GuardCode::TargetUnknown, reason: "backups are not needed".into() };
    let beginning = |waits: Option<&str>| {
        let given = Given { plan: ready().plan, confirmed: "usw2".into(), accepted: "3m".into(), overrides: vec![] };
        let starting = Starting { what: Start::Begin(Box::new(given)), waits: waits.map(str::to_owned) };
        Desk { starting: Some(starting), ..reading(|_| {}, ready()) }
    };
    let resuming = |seen: RunSeen| {
        let what = Start::Resume(seen.line.run.clone());
        let starting = Some(Starting { what, waits: Some("the lease of the stack".into()) });
        Desk { starting, ..following(seen) }
    };
    let refused = |reading: &mut Reading| {
        reading.refused = vec!["PLN-DRIFT: writer was us-east-1 and is us-west-2".to_owned()];
        reading.doubt = Some("the picture is 40 s old".to_owned());
    };
    let read_only = Desk { armed_until: None, ..reading(|_| {}, ready()) };
    let mut desks = BTreeMap::from([
        ("plan-making".to_owned(), planning(Planning::Making(intent.clone()))),
        ("plan-failed".to_owned(), planning(Planning::Failed { intent, why })),
        ("plan-ready".to_owned(), reading(|_| {}, ready())),
        ("plan-read-only".to_owned(), read_only),
        ("plan-blocked".to_owned(), reading(|reading| reading.overrides.push(given), blocked())),
        ("plan-asked".to_owned(), beginning(None)),
        ("plan-waits".to_owned(), beginning(Some("every source to answer, 30 s at most"))),
        ("run-resuming".to_owned(), resuming(deeds::run("failed"))),
        ("plan-refused".to_owned(), reading(refused, ready())),
        ("plan-hostile".to_owned(), hostile()),
        ("plan-lossless".to_owned(), reading(|_| {}, deeds::proposal(vec![], LossStatement::Nothing))),
        ("runs".to_owned(), history()),
        (
            "runs-failed".to_owned(),
            Desk { runs: Some(Err("the state folder cannot be read".into())), ..Desk::default() },
        ),
        ("runs-unheard".to_owned(), Desk { acts: true, runs: Some(Ok(Arc::new(unheard()))), ..Desk::default() }),
        ("run-damaged".to_owned(), following(deeds::damaged())),
        (
            "run-unread".to_owned(),
            following(RunSeen { line: unheard().lines.remove(0), records: vec![], unseen: None }),
        ),
        ("run-elsewhere".to_owned(), following(elsewhere())),
        (
            "run-torn".to_owned(),
            following(unseen(
                deeds::run("half"),
                Unseen::Damaged("the journal is damaged at record 12 (byte 19120): it is not text".into()),
            )),
        ),
        (
            "run-silent".to_owned(),
            following(unseen(elsewhere(), Unseen::Silent("no bucket that answers has a journal of this run".into()))),
        ),
        (
            "run-left".to_owned(),
            following(unseen(elsewhere(), Unseen::Left("the lease is not renewed any more".into()))),
        ),
    ]);
    desks.extend(deeds::runs().into_iter().map(|(name, seen)| (format!("run-{name}"), following(seen))));
    assert!(deeds::run("done").line.state.unwrap().finished.as_ref().unwrap().0 == RunOutcome::Done);
    desks
}
