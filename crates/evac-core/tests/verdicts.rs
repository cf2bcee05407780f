//! Stale, missing and failed evidence never turns a verdict towards GO.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use evac_core::{Source, SourceError, SourceErrorKind, Verdict, assess};
use jiff::SignedDuration;
use proptest::prelude::*;
use world::{REGIONS, World, id, now, observation, region, spoil};

/// What a source may be doing when a test begins.
#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Calm,
    Bad,
    Old,
    BadAndOld,
    FailedAfterCalm,
    FailedAfterBad,
    NeverAnswered,
    NeverAsked,
}

/// What may be done to it.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Remove,
    Age(i64),
    Fail,
}

fn states() -> impl Strategy<Value = Vec<State>> {
    use State::*;
    let state = prop_oneof![
        12 => Just(Calm), 2 => Just(Bad), 1 => Just(Old), 1 => Just(BadAndOld), 1 => Just(FailedAfterCalm),
        1 => Just(FailedAfterBad), 1 => Just(NeverAnswered), 1 => Just(NeverAsked),
    ];
    let mixed = proptest::collection::vec(state, slots().len());
    // Mostly calm worlds, for a world with many faults is never GO and so shows nothing.
    let nearly_calm = (0..slots().len(), 0..8_usize).prop_map(|(slot, state)| {
        let mut states = vec![Calm; slots().len()];
        states[slot] = [Calm, Bad, Old, BadAndOld, FailedAfterCalm, FailedAfterBad, NeverAnswered, NeverAsked][state];
        states
    });
    prop_oneof![3 => nearly_calm, 1 => mixed]
}

fn harms() -> impl Strategy<Value = Vec<(usize, Harm)>> {
    let harm = prop_oneof![Just(Harm::Remove), (1..100_000_i64).prop_map(Harm::Age), Just(Harm::Fail)];
    proptest::collection::vec((0..slots().len(), harm), 1..4)
}

fn slots() -> Vec<(Source, &'static str)> {
    let stack = world::stack();
    REGIONS
        .into_iter()
        .flat_map(|at| Source::of(&stack, &region(at)).into_iter().map(move |source| (source, at)))
        .collect()
}

fn build(states: &[State]) -> World {
    let mut world = World::calm();
    for ((source, at), state) in slots().into_iter().zip(states) {
        if matches!(state, State::Bad | State::BadAndOld | State::FailedAfterBad) {
            world.change(source, at, spoil);
        }
        match state {
            State::Calm | State::Bad => {}
            State::Old | State::BadAndOld => {
                world.age(source, at, SignedDuration::from_hours(48));
            }
            State::FailedAfterCalm | State::FailedAfterBad => {
                world.fail(source, at);
            }
            State::NeverAsked => {
                world.remove(source, at);
            }
            State::NeverAnswered => {
                world.remove(source, at).fail(source, at);
            }
        }
    }
    world
}

/// Harms what is there. A source that was never asked has nothing to harm: that it was asked at last and could not
/// be reached is news, and what a lost region gives to see.
fn harm_one(world: &mut World, source: Source, at: &str, harm: Harm) {
    if !world.observations.contains_key(&id(source, at)) {
        return;
    }
    match harm {
        Harm::Remove => world.remove(source, at),
        Harm::Age(seconds) => world.age(source, at, SignedDuration::from_secs(seconds)),
        Harm::Fail => world.fail(source, at),
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn harm_to_any_signal_never_turns_a_verdict_towards_go(states in states(), harms in harms()) {
        let mut world = build(&states);
        let before = world.assess();
        for (slot, harm) in harms {
            let (source, at) = slots()[slot];
            harm_one(&mut world, source, at, harm);
        }
        let after = world.assess();
        for (id, region) in &after.regions {
            let was = before.regions[id].verdict;
            prop_assert!(region.verdict != Verdict::Go || was == Verdict::Go, "{id} went from {was} to GO");
        }
        prop_assert!(after.verdict != Verdict::Go || before.verdict == Verdict::Go, "overall went to GO");
    }

    #[test]
    fn time_alone_never_turns_a_verdict_towards_go(states in states(), seconds in 0..1_000_000_i64) {
        let world = build(&states);
        let (snapshot, before) = (world.snapshot(), world.assess());
        let after = assess(&world.stack, &snapshot, &world.history, now() + SignedDuration::from_secs(seconds));
        for (id, region) in &after.regions {
            let was = before.regions[id].verdict;
            prop_assert!(region.verdict != Verdict::Go || was == Verdict::Go, "{id} went from {was} to GO");
        }
    }
}

#[test]
fn in_a_world_with_one_fault_harm_to_the_faulty_signal_never_turns_a_verdict_towards_go() {
    use State::*;
    for (slot, (source, at)) in slots().into_iter().enumerate() {
        for state in [Calm, Bad, Old, BadAndOld, FailedAfterCalm, FailedAfterBad, NeverAnswered, NeverAsked] {
            let mut states = vec![Calm; slots().len()];
            states[slot] = state;
            let before = build(&states).assess();
            for harm in [Harm::Remove, Harm::Age(3_600), Harm::Fail] {
                let mut world = build(&states);
                harm_one(&mut world, source, at, harm);
                for (id, region) in &world.assess().regions {
                    let was = before.regions[id].verdict;
                    let fine = region.verdict != Verdict::Go || was == Verdict::Go;
                    assert!(fine, "{harm:?} of a {state:?} {source:?} in {at}: {id} went from {was} to GO");
                }
            }
        }
    }
}

#[test]
fn a_calm_world_is_go_everywhere_and_has_nothing_to_say() {
    let assessment = World::calm().assess();
    for (id, region) in &assessment.regions {
        assert_eq!(region.verdict, Verdict::Go, "{id}: {:?}", region.reasons);
    }
    assert_eq!(assessment.verdict, Verdict::Go);
    assert_eq!(assessment.writers.holder, Some(region("us-east-1")));
    assert_eq!(assessment.findings, vec![], "{:#?}", assessment.findings);
}

#[test]
fn each_required_source_of_a_region_is_needed_for_its_go_and_for_no_other_regions() {
    for (source, at) in slots().into_iter().filter(|(source, _)| source.is_required()) {
        let harmed: [fn(&mut World, Source, &str); 2] = [
            |world, source, at| {
                world.fail(source, at);
            },
            |world, source, at| {
                world.age(source, at, SignedDuration::from_hours(1));
            },
        ];
        for harm in harmed {
            let mut world = World::calm();
            harm(&mut world, source, at);
            let assessment = world.assess();
            for name in REGIONS {
                let expected = if name == at { Verdict::Unknown } else { Verdict::Go };
                assert_eq!(assessment.regions[&region(name)].verdict, expected, "{source:?} of {at} harmed, {name}");
            }
        }
    }
}

#[test]
fn an_advisory_source_that_fails_is_a_finding_and_no_verdict() {
    for (source, at) in slots().into_iter().filter(|(source, _)| !source.is_required()) {
        let mut world = World::calm();
        world.fail(source, at);
        let assessment = world.assess();
        assert_eq!(assessment.regions[&region(at)].verdict, Verdict::Go, "{source:?}");
        let found = assessment.findings.iter().any(|finding| {
            finding.code.name() == "SRC-FAILED"
                && finding.region == Some(region(at))
                && finding.text.contains(source.word())
        });
        assert!(found, "{source:?} failed in silence");
    }
}

#[test]
fn the_loss_of_the_primary_leaves_the_other_regions_go_without_a_word_from_it() {
    let mut world = World::calm();
    for source in Source::of(&world.stack, &region("us-east-1")) {
        world.fail(source, "us-east-1");
    }
    let assessment = world.assess();
    assert_eq!(assessment.regions[&region("us-east-1")].verdict, Verdict::Unknown);
    assert_eq!(assessment.regions[&region("us-west-2")].verdict, Verdict::Go);
    assert_eq!(assessment.verdict, Verdict::Go);
    // A laptop that starts in the middle of the outage never saw the region at all.
    for source in Source::of(&world.stack, &region("us-east-1")) {
        let error = SourceError::new(SourceErrorKind::Unreachable, "connection refused");
        world.observations.insert(id(source, "us-east-1"), vec![observation(source, "us-east-1", now(), Err(error))]);
    }
    assert_eq!(world.assess().regions[&region("us-west-2")].verdict, Verdict::Go);
}

/// The primary is lost, and another region has been made the writer; of the old one nobody knows more.
fn failed_over() -> World {
    let mut world = World::calm();
    world.fail_over("us-west-2");
    world
}

#[test]
fn a_writer_that_was_last_seen_elsewhere_stays_a_claim_until_it_is_seen_to_have_stopped() {
    let assessment = failed_over().assess();
    assert_eq!(assessment.writers.claimed.len(), 2);
    assert_eq!(assessment.writers.last_seen, [world::region("us-east-1")].into());
    assert!(assessment.writers.now().eq([&world::region("us-west-2")]));
    assert_eq!(assessment.writers.holder, None);
    assert!(assessment.regions.values().all(|region| region.verdict != Verdict::Go));
    assert!(assessment.findings.iter().any(|finding| finding.code.name() == "AUR-TWOWRITERS"));
}

#[test]
fn a_report_that_the_old_writer_was_stopped_ends_the_claim_of_the_last_view_of_it() {
    let mut world = failed_over();
    world.report_fence("us-west-2", 600, "succeeded");
    let check = |world: &World| {
        let assessment = world.assess();
        assert_eq!(assessment.writers.holder, Some(region("us-west-2")));
        assert!(assessment.writers.last_seen.is_empty());
        assert_eq!(assessment.regions[&region("eu-west-1")].verdict, Verdict::Go);
        assert!(!assessment.findings.iter().any(|finding| finding.code.name() == "AUR-TWOWRITERS"));
    };
    check(&world);
    // The region that told of it can be the next one to be lost.
    world.age(Source::GlobalCluster, "us-west-2", SignedDuration::from_secs(30));
    world.lose("us-west-2");
    check(&world);
}

#[test]
fn no_report_ends_the_claim_of_a_writer_that_may_have_gone_on() {
    type Change = fn(&mut World);
    let cases: [(&str, Change); 6] = [
        ("an attempt that timed out", |world| world.report_fence("us-west-2", 600, "timed out")),
        ("a report from before the last view", |world| world.report_fence("us-west-2", 900, "succeeded")),
        ("a report that was taken back", |world| {
            world.report_fence("us-west-2", 600, "succeeded");
            world.report_fence("us-west-2", 500, "timed out");
        }),
        ("two that are seen to write", |world| {
            world.report_fence("us-west-2", 600, "succeeded");
            world.change(Source::GlobalCluster, "eu-west-1", |reading| world::write_in(reading, "eu-west-1"));
        }),
        ("nobody who is seen to write", |world| {
            world.report_fence("us-west-2", 600, "succeeded");
            for at in ["us-west-2", "eu-west-1"] {
                world.fail(Source::GlobalCluster, at);
            }
        }),
        ("an old writer that is seen again", |world| {
            world.report_fence("us-west-2", 600, "succeeded");
            let view = world::calm(Source::GlobalCluster, "us-east-1", &world.stack);
            world.say(Source::GlobalCluster, "us-east-1", view);
        }),
    ];
    for (name, change) in cases {
        let mut world = failed_over();
        change(&mut world);
        let assessment = world.assess();
        assert!(assessment.writers.claimed.len() > 1, "{name}");
        assert!(assessment.regions.values().all(|region| region.verdict != Verdict::Go), "{name}");
    }
}

#[test]
fn after_a_failover_harm_to_any_signal_never_turns_a_verdict_towards_go() {
    for told in [Some("succeeded"), Some("timed out"), None] {
        let build = || {
            let mut world = failed_over();
            told.into_iter().for_each(|outcome| world.report_fence("us-west-2", 600, outcome));
            world
        };
        let before = build().assess();
        for (source, at) in slots() {
            for harm in [Harm::Remove, Harm::Age(3_600), Harm::Fail] {
                let mut world = build();
                harm_one(&mut world, source, at, harm);
                for (id, region) in &world.assess().regions {
                    let was = before.regions[id].verdict;
                    let fine = region.verdict != Verdict::Go || was == Verdict::Go;
                    assert!(fine, "{harm:?} of {source:?} in {at}, {told:?}: {id} went from {was} to GO");
                }
            }
        }
    }
}
