//! What holds for every plan, whatever the world is like.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use std::collections::BTreeSet;

use evac_core::{
    RegionId, Source,
    guard::{GuardCode, Note, NoteSeverity},
    plan::{Check, ExistingResources, Intent, Plan, Service, Step, render},
    run::StepTimes,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use world::{REGIONS, World, now, region, restoring, spoil};

/// What may be done to a source.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Spoil,
    Age(i64),
    Fail,
    Remove,
}

fn slots() -> Vec<(Source, &'static str)> {
    let world = World::watched();
    let ids = world.observations.keys();
    let at = |name: &str| REGIONS.into_iter().find(|region| *region == name).unwrap();
    ids.map(|id| (id.source, at(id.region.as_str()))).collect()
}

fn harm(world: &mut World, harms: &[(usize, Harm)]) {
    let slots = slots();
    for (slot, harm) in harms {
        let (source, at) = slots[slot % slots.len()];
        let known = world.observations.get(&world::id(source, at));
        match harm {
            // What has failed says no more.
            Harm::Spoil if known.and_then(|said| said.last()).is_some_and(|last| last.result.is_ok()) => {
                world.change(source, at, spoil);
            }
            Harm::Spoil => {}
            Harm::Age(seconds) => {
                world.age(source, at, SignedDuration::from_secs(*seconds));
            }
            Harm::Fail => {
                world.fail(source, at);
            }
            Harm::Remove => {
                world.remove(source, at);
            }
        }
    }
}

fn intents() -> Vec<Intent> {
    let mut all = vec![Intent::Failback];
    for name in REGIONS.into_iter().chain(["mars-north-1"]) {
        let here = || region(name);
        all.extend([
            Intent::Switchover { to: here() },
            Intent::Failover { to: here() },
            Intent::Drain { region: here() },
            Intent::Undrain { region: here() },
            Intent::Recover { region: here(), at: None },
            Intent::Recover { region: here(), at: Some(world::ago(900)) },
            restoring(name, &[], ExistingResources::Skip),
            restoring(name, &[("akidb", "beside")], ExistingResources::Update),
        ]);
    }
    all.push(Intent::Restore {
        region: region("us-west-2"),
        backup: "\u{1b}[2J".into(),
        namespaces: vec![],
        mapping: [].into(),
        existing: ExistingResources::Skip,
    });
    all
}

fn blocks(notes: &[Note]) -> BTreeSet<GuardCode> {
    notes.iter().filter(|note| note.severity == NoteSeverity::Block).map(|note| note.code).collect()
}

fn any_harm() -> impl Strategy<Value = Harm> {
    prop_oneof![Just(Harm::Spoil), (1..100_000_i64).prop_map(Harm::Age), Just(Harm::Fail), Just(Harm::Remove)]
}

fn harms(most: usize) -> impl Strategy<Value = Vec<(usize, Harm)>> {
    proptest::collection::vec((0..1_000_usize, any_harm()), 0..most)
}

fn silences() -> impl Strategy<Value = Vec<(usize, Harm)>> {
    let harm = prop_oneof![(1..100_000_i64).prop_map(Harm::Age), Just(Harm::Fail)];
    proptest::collection::vec((0..1_000_usize, harm), 1..5)
}

/// Everything of a step that names a region that is asked.
fn asked(step: &Step) -> Vec<RegionId> {
    let looks = [&step.verification, &step.precondition].into_iter().flatten().flat_map(Check::asks);
    let calls = step.call.iter().flat_map(evac_core::plan::Call::asks);
    looks.chain(calls).chain(step.region.clone()).chain(step.killed_by.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn planning_judging_and_showing_never_fail_and_always_say_the_same(harms in harms(12)) {
        let mut world = World::watched();
        harm(&mut world, &harms);
        for intent in intents() {
            let Ok(plan) = world.plan(&intent) else { continue };
            prop_assert_eq!(&world.plan(&intent).unwrap(), &plan);
            let text = serde_json::to_string(&plan).unwrap();
            let read: Plan = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.hash(), plan.hash());
            let notes = world.judge(&plan);
            let faults = [GuardCode::PlanBroken, GuardCode::PlanEmpty, GuardCode::PlanDeadRegion, GuardCode::PlanOld];
            prop_assert!(blocks(&notes).is_disjoint(&faults.into()), "{notes:#?}");
            let shown = render(&plan, &notes, &world.stack);
            prop_assert!(shown.chars().all(|one| one == '\n' || !evac_core::text::is_hostile(one)));
        }
    }

    #[test]
    fn a_plan_that_leaves_a_lost_region_asks_it_for_nothing(lost in 0..3_usize, harms in harms(6)) {
        let mut world = World::watched();
        harm(&mut world, &harms);
        let dead = REGIONS[lost];
        world.lose(dead);
        for intent in intents() {
            let Ok(plan) = world.plan(&intent) else { continue };
            for step in &plan.steps {
                prop_assert!(!asked(step).iter().any(|region| region.as_str() == dead), "{step:#?}");
                if dead == "us-east-1" {
                    let global = step.call.as_ref().is_some_and(|call| call.service() == Service::Route53);
                    prop_assert!(!global, "{step:#?}");
                }
            }
        }
    }

    #[test]
    fn a_source_that_falls_silent_takes_no_block_away(before in harms(5), after in silences(), which in 0..33_usize) {
        let mut world = World::watched();
        harm(&mut world, &before);
        let intents = intents();
        let Ok(plan) = world.plan(&intents[which % intents.len()]) else { return Ok(()) };
        let was = blocks(&world.judge(&plan));
        harm(&mut world, &after);
        let is = blocks(&world.judge(&plan));
        // These two say that the old region is seen to be well: silence is what takes that away.
        let well = [GuardCode::WriterHealthy, GuardCode::FenceUnproven];
        let targets = [GuardCode::TargetUnknown, GuardCode::TargetNoGo];
        for code in was.iter().filter(|code| !well.contains(code)) {
            let stays = is.contains(code) || targets.contains(code) && targets.iter().any(|other| is.contains(other));
            prop_assert!(stays, "{code} is gone: {was:?} to {is:?}");
        }
    }

    #[test]
    fn the_critical_path_is_what_decides_the_end(lost in any::<bool>(), which in 0..33_usize, lengths in proptest::collection::vec(1..600_i64, 30)) {
        let mut world = World::watched();
        if lost {
            world.lose("us-east-1");
        }
        let intents = intents();
        let Ok(mut plan) = world.plan(&intents[which % intents.len()]) else { return Ok(()) };
        for (step, length) in plan.steps.iter_mut().zip(lengths.into_iter().cycle()) {
            step.expected = SignedDuration::from_secs(length);
        }
        let timeline = plan.timeline();
        let more = SignedDuration::from_millis(7);
        for (index, entry) in timeline.entries.iter().enumerate() {
            let mut longer = plan.clone();
            let step = longer.steps.iter_mut().find(|step| step.id == entry.step).unwrap();
            let counts = step.closing.as_ref().is_none_or(|closing| closing.unless_started.is_none());
            step.expected += more;
            let total = longer.timeline().total;
            if entry.critical {
                prop_assert_eq!(total, timeline.total + more, "entry {}", index);
            } else {
                let mut shorter = plan.clone();
                shorter.steps.iter_mut().find(|step| step.id == entry.step).unwrap().expected -= more;
                prop_assert_eq!(shorter.timeline().total, timeline.total, "entry {}", index);
            }
            prop_assert!(counts || total == timeline.total, "a step that need not run counts");
            prop_assert!(entry.end <= timeline.total || !counts);
        }
        prop_assert!(timeline.entries.iter().any(|entry| entry.critical));
    }
}

#[test]
fn what_earlier_runs_took_is_what_is_expected() {
    let world = World::watched();
    let intent = Intent::Switchover { to: region("us-west-2") };
    let times: StepTimes =
        serde_json::from_str(r#"{"promote":["PT600S","PT90S","PT2400S"],"fence":["PT0S"]}"#).unwrap();
    let context =
        evac_core::plan::PlanContext { now: now(), times: &times, operator: "ada", standing: &[], read: None };
    let plan = evac_core::plan::planner(&intent, &world.snapshot(), &world.stack, &context).unwrap();
    let promote = plan.steps.iter().find(|step| step.id.as_str() == "promote").unwrap();
    assert_eq!((promote.expected, promote.timeout), (SignedDuration::from_mins(10), SignedDuration::from_mins(30)));
    // What took no time by the clocks of sources does so in some, and no plan is broken by it.
    let fence = plan.steps.iter().find(|step| step.id.as_str() == "fence").unwrap();
    assert_eq!(fence.expected, SignedDuration::from_secs(1));
    assert_eq!(plan.differing_steps(&world.plan(&intent).unwrap()), vec![]);
}

#[test]
fn every_step_says_where_it_goes_and_how_it_is_taken_back() {
    let mut world = World::watched();
    for lost in [false, true] {
        if lost {
            world.lose("us-east-1");
        }
        for intent in intents() {
            let Ok(plan) = world.plan(&intent) else { continue };
            for step in &plan.steps {
                let one_place = step.call.as_ref().and_then(evac_core::plan::Call::region);
                assert_eq!(one_place.as_ref().or(step.region.as_ref()), step.region.as_ref(), "{step:#?}");
                assert!(one_place.iter().all(|region| step.killed_by.contains(region)), "{step:#?}");
                assert!(step.expected.is_positive() && step.timeout >= step.expected, "{step:#?}");
            }
            assert_eq!(plan.steps[0].id.as_str(), "credentials");
            let first = |step: &&Step| step.after.is_empty() && step.closing.is_none();
            assert_eq!(plan.steps.iter().filter(first).count(), 1, "all else waits for the credentials");
        }
    }
}

#[test]
fn what_resolvers_should_answer_is_known_although_route_53_was_never_heard() {
    let mut world = World::watched();
    world.lose("us-east-1").remove(Source::Records, "us-east-1");
    let answers = |world: &World| {
        let plan = world.plan(&Intent::Failover { to: region("us-west-2") }).unwrap();
        plan.steps.into_iter().find(|step| step.id.as_str() == "answers").map(|step| step.verification)
    };
    assert_eq!(answers(&world), None);
    let [east, west] = ["10.0.0.1", "10.0.0.2"].map(str::to_owned);
    let records = &mut world.stack.traffic.as_mut().unwrap().records;
    (records[0].values, records[1].values) = (vec![east.clone()], vec![west.clone()]);
    let (there, here) = (vec!["10.1.0.2:53".to_owned()], vec!["10.2.0.2:53".to_owned()]);
    let traffic = world.stack.traffic.as_mut().unwrap();
    traffic.resolvers = Vec::new();
    traffic.regional_resolvers = [(region("us-east-1"), there), (region("us-west-2"), here.clone())].into();
    let Some(Some(Check::Answers { answers, resolvers, .. })) = answers(&world) else {
        panic!("nothing is looked for")
    };
    assert_eq!(resolvers, here, "a resolver in the lost region is turned to for nothing");
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((answer.kind.as_str(), &answer.unwanted, &answer.wanted), ("A", &[east].into(), &[west].into()));
}

#[test]
fn whoever_names_no_backup_that_exists_is_told_of_one() {
    let why = |backup: &str| {
        let intent = restoring("us-west-2", &[], ExistingResources::Skip);
        let Intent::Restore { region, namespaces, mapping, existing, .. } = intent else { panic!("{intent:?}") };
        let intent = Intent::Restore { region, backup: backup.into(), namespaces, mapping, existing };
        World::watched().plan(&intent).unwrap_err().to_string()
    };
    assert!(why("c-9").contains("did you mean c-1?"), "{}", why("c-9"));
    assert!(why("newest").contains("the newest that are whole: pvc-5m-2, pvc-5m-1, c-1"), "{}", why("newest"));
}
