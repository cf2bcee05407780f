//! A plan, what stands against it, and runs of it in every state.

use std::{collections::BTreeSet, sync::Arc};

use evac_core::{
    RegionId,
    guard::{ConsentRecord, GuardCode, Note, NoteSeverity, Override},
    ids::{Arn, GlobalClusterId, StackName},
    plan::*,
    run::*,
};
use jiff::{SignedDuration, Timestamp};

use crate::tui::acting::{Judgement, Kept, Proposal, RunLine, RunSeen};

/// The moment of every test.
pub fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

pub fn region(name: &str) -> RegionId {
    RegionId::new(name).unwrap()
}

pub fn id(name: &str) -> StepId {
    StepId::new(name)
}

fn regions(names: &[&str]) -> BTreeSet<RegionId> {
    names.iter().map(|name| region(name)).collect()
}

fn arn(at: &str) -> Arn {
    Arn::new(format!("arn:aws:rds:{at}:123456789012:cluster:akidb-{at}")).unwrap()
}

pub fn writes(seconds: i64) -> LossStatement {
    LossStatement::Writes {
        exposure: SignedDuration::from_secs(seconds),
        objects: Some(118),
        bytes: Some(1_400_000_000),
        evidence: "lag 2.1 s, measured 4 s ago in us-west-2".into(),
    }
}

fn step(name: &str, title: &str, at: Option<&str>, plane: Plane, seconds: i64, after: &[&str]) -> Step {
    Step {
        id: id(name),
        title: title.into(),
        after: after.iter().map(|name| id(name)).collect(),
        region: at.map(region),
        plane,
        killed_by: at.map(region).into_iter().collect(),
        precondition: None,
        call: None,
        verification: None,
        expected: SignedDuration::from_secs(seconds),
        timeout: SignedDuration::from_secs(seconds * 4),
        idempotent: true,
        undo: Undo::Nothing,
        best_effort: false,
        closing: None,
        gate: None,
    }
}

fn steps() -> Vec<Step> {
    let (west, cluster) = ("us-west-2", GlobalClusterId::new("akidb-global").unwrap());
    let deployment = |deployment: &str, replicas| Call::Scale {
        region: region("us-west-2"),
        namespace: "akidb".into(),
        deployment: deployment.into(),
        replicas,
    };
    let writer = Check::Writer {
        region: region(west),
        global_cluster: cluster.clone(),
        member: arn(west),
        other: Some(arn("us-east-1")),
    };
    let stop = |exists| Check::Object {
        region: region("us-west-2"),
        bucket: evac_core::ids::BucketName::new("data-us-west-2").unwrap(),
        key: "evac/stop/us-east-1".into(),
        exists,
    };
    let fenced = Check::Fenced {
        regions: vec![region(west)],
        global_cluster: cluster.clone(),
        old: arn("us-east-1"),
        new: arn(west),
        since: now(),
    };
    vec![
        Step {
            verification: Some(Check::Credentials {
                regions: vec![region(west)],
                lasting: SignedDuration::from_mins(30),
            }),
            ..step("credentials", "Check that the credentials last", Some(west), Plane::Data, 5, &[])
        },
        Step {
            call: Some(deployment("ingest", 0)),
            undo: Undo::Call { call: deployment("ingest", 2) },
            ..step("pause-ingest", "Pause the consumer ingest", Some(west), Plane::Control, 15, &["credentials"])
        },
        Step {
            call: Some(Call::Failover { region: region(west), global_cluster: cluster, target: arn(west) }),
            verification: Some(writer),
            idempotent: false,
            undo: Undo::Verb { verb: Verb::Failback },
            ..step("promote", "Promote the database of us-west-2", Some(west), Plane::Control, 150, &["pause-ingest"])
        },
        Step {
            call: Some(deployment("akidb-api", 6)),
            undo: Undo::Call { call: deployment("akidb-api", 3) },
            ..step("scale-api", "Scale akidb-api to 6", Some(west), Plane::Control, 90, &["credentials"])
        },
        Step {
            verification: Some(fenced),
            gate: Some(GuardCode::FenceUnproven),
            ..step("fence", "Prove that us-east-1 writes no more", Some(west), Plane::Control, 30, &["promote"])
        },
        Step {
            call: Some(Call::Transact {
                region: region(west),
                url: "https://usw2.akidb.example/transaction".into(),
                key: "evac-20261122t100000-5f1c1e".into(),
            }),
            undo: Undo::Never { why: "it is a write like any other".into() },
            ..step("transact", "Commit a business transaction", Some(west), Plane::Data, 10, &["promote", "scale-api"])
        },
        Step {
            call: Some(Call::PutStop {
                region: region(west),
                bucket: evac_core::ids::BucketName::new("data-us-west-2").unwrap(),
                key: "evac/stop/us-east-1".into(),
                body: "failover".into(),
            }),
            verification: Some(stop(true)),
            undo: Undo::Verb { verb: Verb::Undrain },
            ..step(
                "shift-traffic",
                "Take the traffic from us-east-1",
                Some(west),
                Plane::Data,
                60,
                &["fence", "transact"],
            )
        },
        Step {
            best_effort: true,
            call: Some(Call::Notify { text: "akidb writes in us-west-2".into() }),
            ..step("notify", "Tell people", None, Plane::Local, 2, &["shift-traffic"])
        },
        Step {
            closing: Some(Closing { of: id("pause-ingest"), unless_started: None }),
            call: Some(deployment("ingest", 2)),
            ..step("resume-ingest", "Let the consumer ingest go on", Some(west), Plane::Control, 15, &[])
        },
    ]
}

/// A failover from us-east-1 to us-west-2.
pub fn failover() -> Plan {
    Plan {
        version: PLAN_VERSION,
        stack: StackName::new("akidb").unwrap(),
        environment: "PROD".into(),
        intent: Intent::Failover { to: region("us-west-2") },
        made_at: now() - SignedDuration::from_secs(20),
        snapshot: 7,
        before: Topology {
            writers: regions(&["us-east-1"]),
            serving: regions(&["us-west-2", "eu-west-1"]),
            unreachable: regions(&["us-east-1"]),
        },
        after: Topology {
            writers: regions(&["us-west-2"]),
            serving: regions(&["us-west-2", "eu-west-1"]),
            unreachable: regions(&["us-east-1"]),
        },
        lever: Some(Lever::StopObject),
        loss: writes(140),
        steps: steps(),
        fingerprint: Fingerprint::default(),
        confirmations: vec!["us-west-2".into(), "usw2".into()],
    }
}

pub fn note(code: GuardCode, severity: NoteSeverity, text: &str) -> Note {
    let remedy = "see what it means".to_owned();
    Note { code, severity, region: Some(region("us-west-2")), step: None, text: text.into(), remedy }
}

/// The plan with these notes.
pub fn proposal(notes: Vec<Note>, loss: LossStatement) -> Proposal {
    let plan = Arc::new(failover());
    Proposal { judgement: Judgement { plan: plan.hash(), notes, loss }, plan }
}

/// What may be said of the plan while nothing forbids it.
pub fn remarks() -> Vec<Note> {
    vec![
        note(GuardCode::LeverRecords, NoteSeverity::Warn, "one of two names is moved by its records"),
        note(GuardCode::TransactionNone, NoteSeverity::Info, "eu-west-1 has no transaction to verify"),
    ]
}

/// Notes of every kind: one that can be overridden, one that cannot, one to know.
pub fn notes() -> Vec<Note> {
    let mut notes = vec![
        note(GuardCode::TargetHeadless, NoteSeverity::Block, "the cluster of us-west-2 has no instance that serves"),
        note(
            GuardCode::TargetUnknown,
            NoteSeverity::Block,
            "the verdict of us-west-2 is UNKNOWN: backups are not known",
        ),
    ];
    notes.extend(remarks());
    notes
}

/// A run that is written down event by event, some seconds apart.
pub struct Tape {
    journal: Journal,
    at: Timestamp,
    epoch: u64,
}

impl Tape {
    /// A run that has begun and holds the lease.
    pub fn begin() -> Self {
        let plan = failover();
        let at = now() - SignedDuration::from_secs(300);
        let run = RunId::new(at, Verb::Failover, &plan.hash());
        let consent = ConsentRecord {
            plan: plan.hash(),
            by: "oncall@bastion".into(),
            at,
            confirmed: "usw2".into(),
            accepted: "3m".into(),
            loss: plan.loss.clone(),
            overrides: vec![],
            notes: remarks(),
        };
        let (harmed_at, found_at) =
            (Some(at - SignedDuration::from_secs(215)), Some(at - SignedDuration::from_secs(125)));
        let mut tape = Self { journal: Journal::default(), at, epoch: 0 };
        tape.add(Event::Began {
            run,
            runner: runner(),
            plan: Box::new(plan),
            consent: Box::new(consent),
            harmed_at,
            found_at,
        });
        tape.epoch = 4;
        tape.add(Event::LeaseTaken { epoch: 4, local: false })
    }

    fn add(&mut self, event: Event) -> Self {
        let record = self.journal.next(event, self.epoch, self.at, self.at);
        self.journal.push(record).unwrap();
        Self { journal: self.journal.clone(), at: self.at, epoch: self.epoch }
    }

    /// One event more, so many seconds later.
    pub fn then(mut self, seconds: i64, event: Event) -> Self {
        self.at += SignedDuration::from_secs(seconds);
        self.add(event)
    }

    pub fn start(self, step: &str) -> Self {
        self.then(1, Event::Started { step: id(step), attempt: 1 })
    }

    pub fn accept(self, step: &str) -> Self {
        let answer = CallAnswer::Accepted { receipt: Receipt::new() };
        self.then(1, Event::Answered { step: id(step), attempt: 1, answer })
    }

    pub fn end(self, seconds: i64, step: &str, outcome: Outcome) -> Self {
        self.then(seconds, Event::Ended { step: id(step), outcome })
    }

    pub fn done(self, seconds: i64, step: &str) -> Self {
        self.start(step).end(seconds, step, Outcome::Done { evidence: "seen to hold".into() })
    }

    /// Up to the middle: the database is being promoted, and the deployment scaled.
    pub fn halfway() -> Self {
        Self::begin()
            .done(4, "credentials")
            .done(12, "pause-ingest")
            .start("promote")
            .start("scale-api")
            .accept("promote")
            .accept("scale-api")
            .then(3, Event::Waiting { step: id("promote"), on: "the global cluster: failing-over".into() })
            .then(9, Event::Waiting { step: id("scale-api"), on: "replicas: 4 of 6 are ready".into() })
    }

    /// A run as it is followed.
    pub fn seen(&self, running: bool) -> RunSeen {
        let state = RunState::replay(&self.journal.records).unwrap().unwrap();
        let line = RunLine { run: state.run.clone(), kept: Kept::Here, running, state: Ok(Arc::new(state)) };
        RunSeen { line, records: self.journal.records.iter().cloned().map(Arc::new).collect(), unseen: None }
    }
}

pub fn runner() -> Runner {
    Runner { operator: "oncall@bastion".into(), machine: "bastion".into(), process: 4_711, version: "0.1.0".into() }
}

/// Runs in every state, by name.
pub fn runs() -> Vec<(&'static str, RunSeen)> {
    let promoted = || {
        Tape::halfway().end(90, "scale-api", Outcome::Done { evidence: "6 of 6 are ready".into() }).end(
            20,
            "promote",
            Outcome::Done { evidence: "akidb-us-west-2 is the only writer".into() },
        )
    };
    let gated = || {
        promoted()
            .start("fence")
            .then(31, Event::Gated { step: id("fence"), why: "RDS says nothing of us-east-1's writes".into() })
    };
    let report = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let failed = promoted()
        .done(20, "fence")
        .start("transact")
        .end(41, "transact", Outcome::Failed { why: "the endpoint answers 503".into() })
        .done(9, "resume-ingest")
        .then(
            1,
            Event::Finished {
                outcome: RunOutcome::Failed,
                report: report(&["DONE promote: us-west-2 is the writer", "FAILED transact: traffic was NOT moved"]),
            },
        );
    let unknown = Tape::halfway()
        .end(300, "scale-api", Outcome::Done { evidence: "6 of 6 are ready".into() })
        .end(300, "promote", Outcome::Unknown { why: "no view of the global cluster answers".into() })
        .done(9, "resume-ingest")
        .then(
            1,
            Event::Finished {
                outcome: RunOutcome::Unknown,
                report: report(&["UNKNOWN promote: whether us-west-2 was promoted is NOT known"]),
            },
        );
    let aborted = gated()
        .then(
            30,
            Event::AbortAsked { by: "oncall@bastion".into(), reason: "us-east-1 is back".into(), order: String::new() },
        )
        .then(5, Event::SetBack { step: id("fence"), why: "it only observes".into() })
        .done(9, "resume-ingest")
        .then(
            1,
            Event::Finished {
                outcome: RunOutcome::Aborted,
                report: report(&[
                    "DONE promote: us-west-2 is the writer",
                    "NOT BEGUN shift-traffic",
                    "traffic was not moved",
                ]),
            },
        );
    let done = promoted()
        .done(20, "fence")
        .done(8, "transact")
        .done(45, "shift-traffic")
        .done(1, "notify")
        .done(9, "resume-ingest")
        .then(1, Event::Finished { outcome: RunOutcome::Done, report: report(&["us-west-2 writes and is served"]) });
    let overridden = gated().then(
        40,
        Event::Overridden {
            given: Override { code: GuardCode::FenceUnproven, reason: "the region is dark".into() },
            by: "oncall@bastion".into(),
        },
    );
    vec![
        ("half", Tape::halfway().seen(true)),
        ("gated", gated().seen(true)),
        ("overridden", overridden.seen(true)),
        ("orphan", Tape::halfway().seen(false)),
        ("failed", failed.seen(false)),
        ("unknown", unknown.seen(false)),
        ("aborted", aborted.seen(false)),
        ("done", done.seen(false)),
    ]
}

/// The run of that name.
pub fn run(name: &str) -> RunSeen {
    runs().into_iter().find(|(other, _)| *other == name).unwrap().1
}

/// A run whose journal cannot be believed.
pub fn damaged() -> RunSeen {
    let mut seen = run("half");
    let why = "the journal is damaged at record 5 (byte 9120): it does not follow the record before it";
    (seen.line.state, seen.line.running) = (Err(why.into()), false);
    seen.records.clear();
    seen
}
