//! Consent is given to this plan, this target and this loss, now; to nothing else.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use evac_core::{
    Source,
    guard::{Consent, ConsentRecord, GuardCode, NoteSeverity, Override, Refusal, consent, judge_beside, renew},
    plan::{ExistingResources, Intent, LossStatement, Plan},
    reading::*,
    run::{ChainHash, Event, Journal, Record, RunId, Runner},
};
use jiff::SignedDuration;
use world::*;

const OLD: &str = "us-east-1";
const TARGET: &str = "us-west-2";

fn lost() -> World {
    let mut world = World::watched();
    world.lose(OLD);
    world
}

fn over(code: GuardCode, reason: &str) -> Override {
    Override { code, reason: reason.into() }
}

fn blocking(refusal: &Refusal) -> Vec<GuardCode> {
    let mut codes: Vec<_> = refusal.blocking.iter().map(|note| note.code).collect();
    codes.dedup();
    codes
}

/// The same request with one field changed.
fn ask(
    world: &World,
    plan: &Plan,
    change: impl FnOnce(&mut evac_core::guard::ConsentRequest),
) -> Result<Consent, Refusal> {
    let mut asked = request(plan, &[]);
    change(&mut asked);
    world.consent(plan, asked)
}

#[test]
fn the_target_is_named_in_full_or_in_short_and_nothing_else_names_it() {
    let world = lost();
    let plan = world.plan(&failover(TARGET)).unwrap();
    for typed in ["us-west-2", "usw2", " usw2 "] {
        let given = ask(&world, &plan, |asked| asked.confirmed = typed.into()).unwrap();
        assert_eq!((given.plan(), given.record().by.as_str()), (&plan.hash(), "ada"));
    }
    for typed in ["", "us-east-1", "use1", "US-WEST-2", "us-west-2 us-east-1", "y", "yes", "us-west"] {
        let refusal = ask(&world, &plan, |asked| asked.confirmed = typed.into()).unwrap_err();
        assert!(refusal.problems[0].contains("type `us-west-2`"), "{typed}: {:?}", refusal.problems);
    }
    let restore = restoring(TARGET, &[("akidb", "beside")], ExistingResources::Skip);
    let calm = World::watched();
    let plan = calm.plan(&restore).unwrap();
    assert!(ask(&calm, &plan, |asked| asked.confirmed = "beside".into()).is_ok());
    for typed in ["akidb", "us-west-2"] {
        assert!(ask(&calm, &plan, |asked| asked.confirmed = typed.into()).is_err(), "{typed}");
    }
}

#[test]
fn the_plan_is_named_by_enough_of_its_hash() {
    let world = lost();
    let plan = world.plan(&failover(TARGET)).unwrap();
    let hash = plan.hash().as_str().to_owned();
    for read in [hash.clone(), hash[..8].to_owned(), hash.to_uppercase()] {
        assert!(ask(&world, &plan, |asked| asked.plan = read).is_ok());
    }
    let other = world.plan(&failover("eu-west-1")).unwrap().hash().as_str().to_owned();
    for read in [String::new(), hash[..7].to_owned(), other, format!("{hash}0"), "00000000".into()] {
        let refusal = ask(&world, &plan, |asked| asked.plan = read).unwrap_err();
        assert!(refusal.problems[0].starts_with("the plan that was read"), "{:?}", refusal.problems);
    }
}

#[test]
fn the_loss_is_accepted_as_it_is_stated_now() {
    let mut world = lost();
    let plan = world.plan(&failover(TARGET)).unwrap();
    assert_eq!(plan.loss.amount(), "2m");
    for accepted in ["2m", "120s", " 5m ", "2 m", "1h"] {
        assert!(ask(&world, &plan, |asked| asked.accepted = accepted.into()).is_ok(), "{accepted}");
    }
    for accepted in ["", "1m", "60s", "none", "unknown", "-5m", "0s"] {
        assert!(ask(&world, &plan, |asked| asked.accepted = accepted.into()).is_err(), "{accepted}");
    }
    // An amount that covers whatever may come was not read from the statement.
    for accepted in ["999h", "2h", "30d"] {
        let refusal = ask(&world, &plan, |asked| asked.accepted = accepted.into()).unwrap_err();
        let problem = format!("the loss is stated as `2m` now, and `{accepted}` is far more: type what is stated");
        assert_eq!(refusal.problems, [problem]);
    }
    // More is lost by now than was read and typed.
    world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).aurora.rpo = points(&[150_000.0]));
    let refusal = ask(&world, &plan, |_| {}).unwrap_err();
    assert_eq!((blocking(&refusal), refusal.loss.amount()), (vec![], "4m".to_owned()));
    assert_eq!(refusal.problems, ["the loss is stated as `4m` now: type that to accept it"]);
    let given = ask(&world, &plan, |asked| asked.accepted = "4m".into()).unwrap();
    assert!(
        matches!(given.record().loss, LossStatement::Writes { exposure, .. } if exposure > SignedDuration::from_mins(3))
    );
    // Nobody can say what is lost: no length of time accepts that.
    world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).aurora.rpo.clear());
    let overrides =
        [over(GuardCode::LossUnknown, "the region burns"), over(GuardCode::TargetUnknown, "it is all we have")];
    let asked = |accepted: &str| {
        let mut asked = request(&plan, &overrides);
        asked.accepted = accepted.into();
        world.consent(&plan, asked)
    };
    assert!(asked("1h").is_err() && asked("unknown").is_ok());
}

#[test]
fn a_plan_that_loses_nothing_needs_no_amount() {
    let world = World::watched();
    let plan = world.plan(&switchover(TARGET)).unwrap();
    assert!(ask(&world, &plan, |asked| asked.accepted = String::new()).is_ok());
}

#[test]
fn an_override_names_a_guard_that_stands_and_can_be_overridden_and_says_why() {
    let mut world = lost();
    world.change(Source::Lease, OLD, |reading| {
        reading!(reading, Lease).last = Some(LastRun {
            run: "20261122-095000-5f1c".into(),
            outcome: "done".into(),
            ended_at: ago(600),
            acknowledged_by: None,
        });
    });
    let plan = world.plan(&failover(TARGET)).unwrap();
    let with = |overrides: &[Override]| world.consent(&plan, request(&plan, overrides));
    let refusal = with(&[]).unwrap_err();
    assert_eq!((blocking(&refusal), refusal.problems.len()), (vec![GuardCode::CoolDown], 0));
    let given = with(&[over(GuardCode::CoolDown, " seen by\u{1b}[2J ada\n")]).unwrap();
    assert_eq!(given.record().overrides.len(), 1);
    assert!(given.record().overrides[0].reason.starts_with("seen by"), "{:?}", given.record().overrides);
    assert!(!given.record().overrides[0].reason.contains(char::is_control));
    assert!(given.record().notes.iter().any(|note| note.code == GuardCode::CoolDown), "what was overridden is told");
    assert_eq!((given.record().by.as_str(), given.record().at), ("ada", now()), "by whom it was, and when");
    for (bad, problem) in [
        (over(GuardCode::CoolDown, " - "), "give a reason for overriding RUN-COOL-DOWN"),
        (over(GuardCode::CoolDown, " \t\u{200b} "), "give a reason for overriding RUN-COOL-DOWN"),
        (over(GuardCode::WritersTwo, "I know better"), "WRT-TWO cannot be overridden"),
        (
            over(GuardCode::TargetNoGo, "just in case"),
            "TGT-NO-GO does not stand against this plan: take its override out",
        ),
    ] {
        let refusal = with(std::slice::from_ref(&bad)).unwrap_err();
        assert_eq!((refusal.problems, refusal.blocking.len()), (vec![problem.to_owned()], 1), "{bad:?}");
        // Beside a good one it is still wrong.
        let refusal = with(&[over(GuardCode::CoolDown, "seen"), bad]).unwrap_err();
        assert_eq!(refusal.problems.len(), 1, "{refusal:?}");
    }
    for name in ["", "RUN", "ALL", "*", "RUN-COOL-DOWN,TGT-NO-GO"] {
        assert_eq!(GuardCode::parse(name), None, "{name}");
    }
    let read: Result<Override, _> = serde_json::from_str(r#"{"code":"ALL","reason":"x"}"#);
    assert_eq!(read.unwrap_err().to_string().split(" at ").next(), Some("no guard is called `ALL`"));
}

#[test]
fn what_cannot_be_overridden_stays_whatever_is_given() {
    use GuardCode::{JournalUnwritable, PlanDrift, WritersTwo};
    let plan = lost().plan(&failover(TARGET)).unwrap();
    for code in [WritersTwo, JournalUnwritable, PlanDrift] {
        let mut world = lost();
        match code {
            WritersTwo => world.change(Source::GlobalCluster, "eu-west-1", |reading| {
                reading!(reading, GlobalCluster).members.iter_mut().for_each(|member| member.is_writer = true);
            }),
            PlanDrift => world.change(Source::Workloads, TARGET, |reading| {
                reading!(reading, Workloads).autoscalers[0].minimum = 7;
            }),
            _ => &mut world,
        };
        let current = if code == PlanDrift { world.plan_again(&plan).unwrap() } else { plan.clone() };
        let snapshot = world.snapshot();
        let mut situation = world.situation(&snapshot);
        situation.journal_failure = (code == JournalUnwritable).then(|| "no space left".to_owned());
        assert!(!code.row().overridable, "{code}");
        let all: Vec<_> = GuardCode::all().map(|code| over(code, "I know better")).collect();
        let refusal = consent(&plan, &current, &situation, request(&plan, &all)).unwrap_err();
        assert_eq!(blocking(&refusal), [code]);
        for overrides in [vec![], vec![over(code, "I know better")], all] {
            let refusal = consent(&plan, &current, &situation, request(&plan, &overrides)).unwrap_err();
            assert!(blocking(&refusal).contains(&code), "{overrides:?}");
            let told = refusal.problems.contains(&format!("{code} cannot be overridden"));
            assert_eq!(told, !overrides.is_empty(), "{:?}", refusal.problems);
        }
    }
}

#[test]
fn a_region_that_wrote_when_last_seen_can_be_left_dark_by_name_alone() {
    let mut world = World::watched();
    world.fail_over(TARGET).age(Source::GlobalCluster, TARGET, SignedDuration::from_secs(30)).lose(TARGET);
    let plan = world.plan(&failover("eu-west-1")).unwrap();
    let with = |codes: &[GuardCode]| {
        let overrides: Vec<_> = codes.iter().map(|code| over(*code, "seen from the console: it is stopped")).collect();
        world.consent(&plan, request(&plan, &overrides))
    };
    let standing = [GuardCode::TargetUnknown, GuardCode::WriterUnseen];
    assert_eq!(blocking(&with(&[]).unwrap_err()), standing);
    assert_eq!(blocking(&with(&standing[..1]).unwrap_err()), standing[1..]);
    assert_eq!(with(&standing).unwrap().record().overrides.len(), 2);
    // The gate of the writer that is left now is another matter, and stays shut.
    assert!(plan.steps.iter().any(|step| step.gate == Some(GuardCode::FenceUnproven)));
}

#[test]
fn many_more_objects_than_were_stated_are_not_consented_to() {
    let waiting = |objects: f64| {
        let mut world = lost();
        world.change(Source::Metrics, TARGET, |reading| {
            for entry in &mut reading!(reading, Metrics).replication {
                entry.operations_pending = points(&[objects]);
            }
        });
        world
    };
    let plan = waiting(100.0).plan(&failover(TARGET)).unwrap();
    let consent = |objects: f64| waiting(objects).consent(&plan, request(&plan, &[]));
    assert!(consent(100.0).is_ok() && consent(1_200.0).is_ok());
    let refusal = consent(1_201.0).unwrap_err();
    assert_eq!(refusal.problems, ["1201 objects wait now, and the plan states 100: make it again and read it again"]);
}

#[test]
fn a_plan_ages_and_one_from_the_future_is_none() {
    let world = lost();
    for (seconds, old) in [(0, false), (300, false), (301, true), (-61, true)] {
        let plan = world.plan_at(&failover(TARGET), now(), &[]).unwrap();
        let mut aged = plan.clone();
        aged.made_at = ago(seconds);
        let notes = judge_beside(&aged, &plan, &world.situation(&world.snapshot()));
        assert_eq!(notes.iter().any(|note| note.code == GuardCode::PlanOld), old, "{seconds}");
    }
}

#[test]
fn the_same_plan_made_a_moment_later_is_no_drift() {
    let world = lost();
    for intent in [
        failover(TARGET),
        Intent::Recover { region: region(TARGET), at: None },
        restoring(TARGET, &[], ExistingResources::Skip),
    ] {
        let plan = world.plan(&intent).unwrap();
        let later = world.plan_at(&intent, now() + SignedDuration::from_secs(7), &[]).unwrap();
        assert!(plan.hash() != later.hash(), "{intent:?}");
        let notes = judge_beside(&plan, &later, &world.situation(&world.snapshot()));
        assert!(notes.iter().all(|note| note.code != GuardCode::PlanDrift), "{notes:#?}");
    }
}

#[test]
fn drift_is_told_by_fact_and_by_step() {
    let mut world = lost();
    let plan = world.plan(&failover(TARGET)).unwrap();
    world.change(Source::Workloads, TARGET, |reading| reading!(reading, Workloads).autoscalers[0].minimum = 7);
    let refusal = ask(&world, &plan, |_| {}).unwrap_err();
    let texts: Vec<_> = refusal.blocking.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(
        texts,
        ["autoscaler us-west-2 akidb/akidb-api was 3 to 12 and is 7 to 12", "scale-akidb-api would be another now"]
    );
    assert!(refusal.blocking.iter().all(|note| note.code == GuardCode::PlanDrift && !note.code.row().overridable));
}

/// A plan in a file can be changed by hand, and its hash with it.
#[test]
fn a_plan_that_was_changed_by_hand_is_not_the_one_that_would_be_made() {
    let world = lost();
    let plan = world.plan(&failover(TARGET)).unwrap();
    let changes: [fn(&mut Plan); 7] = [
        |plan| plan.steps.retain(|step| step.id.as_str() != "fence"),
        |plan| plan.steps.iter_mut().for_each(|step| step.gate = None),
        |plan| plan.steps[3].region = None,
        |plan| plan.lever = None,
        |plan| plan.before.writers.clear(),
        |plan| plan.confirmations.insert(0, "y".into()),
        |plan| plan.fingerprint.note("writer", "eu-west-1"),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut forged = plan.clone();
        change(&mut forged);
        let mut asked = request(&forged, &[]);
        asked.confirmed = TARGET.into();
        let refusal = world.consent(&forged, asked).unwrap_err();
        assert!(blocking(&refusal).contains(&GuardCode::PlanDrift), "change {index}: {refusal:#?}");
    }
}

#[test]
fn all_that_is_wrong_is_told_in_one_round() {
    let mut world = lost();
    world.change(Source::Probe, TARGET, |reading| reading!(reading, Probe).status = 503);
    world.change(Source::Metrics, TARGET, |reading| {
        let metrics = reading!(reading, Metrics);
        metrics.aurora.rpo = points(&[1e6]);
        metrics.replication[0].latency = points(&[1_000.0]);
    });
    world.change(Source::Identity, TARGET, |reading| reading!(reading, Identity).expires_at = Some(ago(-60)));
    world.fail(Source::Lease, OLD);
    let plan = world.plan(&failover(TARGET)).unwrap();
    let mut asked = request(&plan, &[over(GuardCode::JournalUnwritable, "x")]);
    (asked.confirmed, asked.accepted, asked.by) = ("no".into(), "1s".into(), "\u{200b} ".into());
    asked.plan = "none".into();
    let refusal = world.consent(&plan, asked).unwrap_err();
    use GuardCode::*;
    assert_eq!(blocking(&refusal), [TargetNoGo, LossBeyond, BacklogBeyond, CredentialsEnd, LeaseUnreachable]);
    assert_eq!(refusal.problems.len(), 5, "{:#?}", refusal.problems);
    assert!(refusal.blocking.iter().all(|note| note.severity == NoteSeverity::Block));
}

/// The record that a run of the plan begins with.
fn began(plan: &Plan, consent: &ConsentRecord) -> Record {
    let runner = Runner { operator: "ada".into(), machine: "desk".into(), process: 1, version: "1".into() };
    let event = Event::Began {
        run: RunId::new(now(), plan.intent.verb(), &plan.hash()),
        runner,
        plan: Box::new(plan.clone()),
        consent: Box::new(consent.clone()),
        harmed_at: None,
        found_at: None,
    };
    Record::following((0, ChainHash::default()), event, 0, now(), now())
}

#[test]
fn a_consent_is_renewed_from_the_journal_of_its_run_for_its_own_plan_alone() {
    let world = lost();
    let plan = world.plan(&failover(TARGET)).unwrap();
    let record = world.consent(&plan, request(&plan, &[])).unwrap().record().clone();
    let (line, _) = began(&plan, &record).to_line().unwrap();
    let journal = Journal::read(line.as_bytes()).unwrap();
    assert_eq!(renew(&plan, &journal).unwrap().record(), &record);
    let mut other = plan;
    other.steps.pop();
    assert!(renew(&other, &journal).is_none());
}

#[test]
fn what_was_not_read_renews_no_consent() {
    let world = lost();
    let plan = world.plan(&failover(TARGET)).unwrap();
    let record = world.consent(&plan, request(&plan, &[])).unwrap().record().clone();
    let mut by_hand = Journal::default();
    assert!(renew(&plan, &by_hand).is_none());
    by_hand.push(began(&plan, &record)).unwrap();
    assert!(renew(&plan, &by_hand).is_none());
    // What is changed after it was read changes no consent.
    let mut other = plan.clone();
    other.steps.pop();
    let (line, _) = began(&plan, &record).to_line().unwrap();
    let mut changed = Journal::read(line.as_bytes()).unwrap();
    changed.records = vec![began(&other, &ConsentRecord { plan: other.hash(), ..record })];
    assert!(renew(&other, &changed).is_none());
}
