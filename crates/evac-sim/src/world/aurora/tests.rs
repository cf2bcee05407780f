#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use jiff::SignedDuration;

use super::*;
use crate::{
    scenario::Scenario,
    world::{World, events::SourceType},
};

const EAST: Region = Region::UsEast1;
const WEST: Region = Region::UsWest2;
const EUROPE: Region = Region::EuWest1;

fn start() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn world(seed: u64) -> World {
    World::new(seed, start())
}

fn begin(world: &mut World, verb: Verb, to: Region) {
    world.with_aurora(|aurora, moment| aurora.begin(verb, to, moment));
}

/// One second on. The truth is looked at in each.
fn second(world: &mut World) {
    world.advance_to(world.now() + SignedDuration::from_secs(1));
}

fn seconds(world: &mut World, count: i64) {
    for _ in 0..count {
        second(world);
    }
}

/// Goes on until something holds, and says how many seconds it took.
fn until(world: &mut World, what: &str, holds: impl Fn(&World) -> bool) -> i64 {
    for passed in 0..7200 {
        if holds(world) {
            return passed;
        }
        second(world);
    }
    panic_with(what)
}

fn panic_with(what: &str) -> i64 {
    assert_eq!(what, "", "it never came");
    0
}

fn writers(world: &World) -> Vec<Region> {
    world.writers()
}

/// What a region's RDS has reported of its clusters and instances since the start.
fn told(world: &World, region: Region) -> Vec<String> {
    let events = world.events.in_region(region).filter(|event| event.at >= start());
    let events = events.filter(|event| event.source_type != SourceType::ClusterSnapshot);
    events.map(|event| event.message.clone()).collect()
}

fn tells(world: &World, region: Region, words: &str) -> bool {
    told(world, region).iter().any(|message| message.contains(words))
}

fn over(world: &World) -> bool {
    world.aurora.operation.is_none()
}

fn unplanned(world: &World) -> Vec<Snapshot> {
    let snapshots = world.aurora.snapshots(EAST, world.started, world.now()).into_iter();
    snapshots.filter(|snapshot| snapshot.name.starts_with("rds:unplanned-global-failover-akidb-use1-")).collect()
}

#[test]
fn a_switchover_takes_its_time_loses_nothing_and_never_has_two_writers() {
    for seed in 0..40 {
        let mut world = world(seed);
        begin(&mut world, Verb::Switchover, WEST);
        let (mut states, mut seen) = (Vec::new(), Vec::new());
        let mut passed = 0;
        while let Some(operation) = world.aurora.operation {
            states.push(operation.status());
            seen.push(writers(&world));
            passed += 1;
            second(&mut world);
        }
        states.dedup();
        seen.dedup();
        assert_eq!(states, ["pending", "switching-over"]);
        assert_eq!(seen, [vec![EAST], vec![], vec![WEST]], "stopped first, then moved");
        assert!((55..=150).contains(&passed), "{passed} s");
        assert_eq!((world.aurora.writer, world.aurora.ledger.split_seconds), (WEST, 0));
        assert_eq!(world.aurora.ledger.lost, 0.0);
        // Whatever was committed is on the new writer's volume.
        assert_eq!(world.aurora.members[WEST].writes, world.aurora.ledger.committed);
        for region in Region::ALL {
            assert_eq!(world.aurora.own(region).unwrap().status, "available");
            assert_eq!(world.aurora.members[region].synchronization(), "connected");
        }
        let expected = [
            "Global switchover to DB cluster akidb-usw2 in Region us-west-2 started.",
            "Waiting for data synchronization with the target DB cluster.",
            "Attempt to block writes for DB cluster akidb-use1 in Region us-east-1 succeeded.",
            "Old primary DB cluster akidb-use1 in Region us-east-1 successfully shut down.",
            "New primary DB cluster akidb-usw2 in Region us-west-2 was successfully promoted.",
            "Global switchover to DB cluster akidb-usw2 in Region us-west-2 finished.",
        ];
        let messages = told(&world, EAST);
        assert_eq!(messages.len(), expected.len());
        assert!(messages.iter().zip(expected).all(|(message, start)| message.starts_with(start)), "{messages:?}");
        assert!(tells(&world, WEST, "the DNS name that the global writer endpoint resolves to"));
    }
}

#[test]
fn a_switchover_waits_for_lag_and_gives_up_when_it_does_not_end() {
    let mut world = world(1);
    world.aurora.members[WEST].lag = 200_000.0;
    begin(&mut world, Verb::Switchover, WEST);
    let passed = until(&mut world, "it ends", over);
    assert!((100..=220).contains(&passed), "{passed} s");
    assert_eq!(world.aurora.writer, WEST);

    world.aurora.members[EAST].stalled = true;
    begin(&mut world, Verb::Switchover, EAST);
    until(&mut world, "it is cancelled", |world| {
        world.aurora.operation.is_some_and(|operation| operation.status() == "cancelling")
    });
    until(&mut world, "it ends", over);
    assert_eq!(writers(&world), [WEST]);
    assert!(tells(&world, WEST, "Global switchover to DB cluster akidb-use1 in Region us-east-1 is cancelled."));
}

#[test]
fn a_failover_leaves_an_old_writer_that_is_fenced_copied_and_made_anew() {
    for seed in 0..20 {
        let mut world = world(seed);
        begin(&mut world, Verb::Failover, WEST);
        let passed = until(&mut world, "it ends", over);
        assert!((55..=125).contains(&passed), "{passed} s");
        assert_eq!(writers(&world), [WEST]);
        assert!(tells(&world, EAST, "block writes for DB cluster akidb-use1 in Region us-east-1 succeeded"));
        assert!(tells(&world, WEST, "Global failover to DB cluster akidb-usw2 in Region us-west-2 completed."));
        for region in [EAST, EUROPE] {
            assert_eq!(world.aurora.members[region].synchronization(), "pending-resync");
        }
        assert!(unplanned(&world).is_empty(), "not yet");
        let passed = until(&mut world, "all is connected", |world| {
            world.aurora.members.0.iter().all(|member| member.resync.is_none())
        });
        assert!((600..=1500).contains(&passed), "{passed} s");
        assert!(tells(&world, WEST, "Finished resynchronizing members of DB cluster akidb-usw2"));
        assert_eq!(unplanned(&world).len(), 1);
        assert_eq!(world.aurora.ledger.split_seconds, 0);
        // And back, as a switchover.
        begin(&mut world, Verb::Switchover, EAST);
        until(&mut world, "it ends", over);
        assert_eq!(writers(&world), [EAST]);
    }
}

#[test]
fn what_a_lost_region_had_not_sent_is_lost_and_kept_as_a_snapshot() {
    let mut world = world(3);
    world.aurora.members[WEST].stalled = true;
    seconds(&mut world, 60);
    world.power[EAST] = false;
    seconds(&mut world, 60);
    begin(&mut world, Verb::Failover, WEST);
    until(&mut world, "it ends", over);
    assert!(tells(&world, WEST, "block writes for DB cluster akidb-use1 in Region us-east-1 succeeded"));
    assert!(told(&world, EAST).is_empty(), "a region without power reports nothing");
    seconds(&mut world, 3600);
    assert_eq!(world.aurora.members[EAST].synchronization(), "pending-resync");
    world.power[EAST] = true;
    second(&mut world);
    assert_eq!(writers(&world), [WEST], "it was fenced while it was away");
    let passed =
        until(&mut world, "it is connected", |world| world.aurora.members[EAST].synchronization() == "connected");
    assert!((600..=1500).contains(&passed), "{passed} s");
    // A minute at forty writes a second, and a little.
    assert!((2300.0..2600.0).contains(&world.aurora.ledger.lost), "{}", world.aurora.ledger.lost);
    let kept = unplanned(&world);
    assert_eq!((kept.len(), kept[0].kind), (1, "automated"));
    seconds(&mut world, 60);
    world.advance_to(world.now() + SignedDuration::from_hours(8 * 24));
    assert!(unplanned(&world).is_empty(), "it goes with the retention of its cluster");
}

#[test]
fn fencing_may_be_refused_late_or_unknown_and_then_two_regions_take_writes() {
    for (fencing, timed_out, proven) in
        [(Fencing::Refused, true, false), (Fencing::Late, true, true), (Fencing::Unknown, false, false)]
    {
        let mut world = world(5);
        world.aurora.fencing = fencing;
        begin(&mut world, Verb::Failover, WEST);
        until(&mut world, "it ends", over);
        assert_eq!(writers(&world), [EAST, WEST], "{fencing:?}");
        assert_eq!(tells(&world, EAST, "akidb-use1 in Region us-east-1 timed out"), timed_out);
        assert!(!tells(&world, EAST, "us-east-1 succeeded"));
        until(&mut world, "one is left", |world| writers(world) == [WEST]);
        assert_eq!(tells(&world, EAST, "akidb-use1 in Region us-east-1 succeeded"), proven, "{fencing:?}");
        assert!(world.aurora.ledger.split_seconds > 30);
        until(&mut world, "all is connected", |world| {
            world.aurora.members.0.iter().all(|member| member.resync.is_none())
        });
        assert_eq!(writers(&world), [WEST]);
        assert!(world.aurora.ledger.lost > 1000.0, "what the old one took meanwhile is lost");
    }
}

#[test]
fn an_old_writer_that_was_not_fenced_writes_again_when_its_region_returns() {
    let mut world = world(6);
    world.aurora.fencing = Fencing::Unknown;
    world.power[EAST] = false;
    begin(&mut world, Verb::Failover, EUROPE);
    until(&mut world, "it ends", over);
    assert_eq!(writers(&world), [EUROPE]);
    world.power[EAST] = true;
    assert_eq!(writers(&world), [EAST, EUROPE]);
    let passed = until(&mut world, "it is seen to", |world| writers(world) == [EUROPE]);
    assert!((100..=260).contains(&passed), "{passed} s");
}

#[test]
fn a_promotion_that_fails_leaves_everything_as_it_was() {
    for (verb, words) in [(Verb::Switchover, "Global switchover to DB"), (Verb::Failover, "Global failover to DB")] {
        let mut world = world(7);
        world.aurora.promotion = Promotion::Fails;
        begin(&mut world, verb, WEST);
        until(&mut world, "it ends", over);
        assert_eq!((world.aurora.writer, writers(&world)), (EAST, vec![EAST]));
        assert!(tells(&world, EAST, &format!("{words} cluster akidb-usw2 in Region us-west-2 failed.")));
        assert!(Region::ALL.into_iter().all(|region| world.aurora.own(region).unwrap().status == "available"));
        seconds(&mut world, 300);
        assert_eq!(writers(&world), [EAST], "no fence comes afterwards");
    }
}

#[test]
fn a_slow_promotion_takes_minutes() {
    let mut world = world(8);
    world.aurora.promotion = Promotion::Slow;
    begin(&mut world, Verb::Failover, WEST);
    let passed = until(&mut world, "it ends", over);
    assert!((300..=800).contains(&passed), "{passed} s");
    assert_eq!(writers(&world), [WEST]);
}

#[test]
fn power_that_goes_at_any_second_of_a_switchover_leaves_at_most_one_writer() {
    let calm = world(9);
    for second_of_loss in 0..140 {
        for lost in [EAST, WEST] {
            let mut world = calm.clone();
            begin(&mut world, Verb::Switchover, WEST);
            seconds(&mut world, second_of_loss);
            world.power[lost] = false;
            until(&mut world, "it ends", over);
            world.power[lost] = true;
            seconds(&mut world, 30);
            assert_eq!(writers(&world).len(), 1, "{lost} lost after {second_of_loss} s");
            assert_eq!(writers(&world), [world.aurora.writer]);
            assert_eq!(world.aurora.ledger.split_seconds, 0);
        }
    }
}

#[test]
fn a_member_that_is_taken_out_writes_for_itself() {
    let mut world = world(10);
    world.with_aurora(|aurora, moment| aurora.detach(WEST, moment));
    until(&mut world, "it has left", |world| !world.aurora.members[WEST].joined);
    assert_eq!(writers(&world), [EAST, WEST]);
    assert!(world.aurora.is_writer(world.aurora.own(WEST).unwrap()));
}

#[test]
fn lag_is_published_where_the_secondaries_are() {
    let mut world = world(11);
    let newest = |world: &World, region: Region| {
        let name = region.cluster();
        let dimensions = [("DBClusterIdentifier", name.as_str())];
        let series = world.metrics.find(region, "AWS/RDS", "AuroraGlobalDBRPOLag", dimensions.into_iter()).unwrap();
        series.visible(world.tick).next_back().map(|point| point.at)
    };
    assert_eq!(newest(&world, EAST), None);
    begin(&mut world, Verb::Switchover, WEST);
    until(&mut world, "it ends", over);
    let moved = world.tick;
    seconds(&mut world, 600);
    assert!(newest(&world, EAST).unwrap() > moved && newest(&world, EUROPE).unwrap() > moved);
    assert!(newest(&world, WEST).unwrap() < moved, "the writer has none");
}

#[test]
fn clusters_and_instances_are_made_and_deleted_in_time() {
    let mut world = world(12);
    let restored =
        Cluster { name: "akidb-recovery".to_owned(), instances: Vec::new(), ..world.aurora.own(EAST).unwrap().clone() };
    world.with_aurora(|aurora, moment| {
        aurora.create_cluster(restored, 600, moment);
        aurora.create_instance(EAST, "akidb-recovery", "akidb-recovery-1", "db.r6g.xlarge", moment);
    });
    let serves = |world: &World| world.aurora.cluster(EAST, "akidb-recovery").unwrap().serves();
    let passed = until(&mut world, "it is available", |world| {
        world.aurora.cluster(EAST, "akidb-recovery").unwrap().status == "available"
    });
    assert_eq!(passed, 600);
    assert!(!serves(&world), "an instance waits for its cluster");
    until(&mut world, "it serves", serves);
    assert_eq!(writers(&world), [EAST], "it holds data of its own");
    world.with_aurora(|aurora, moment| {
        aurora.delete_instance(EAST, "akidb-recovery-1", moment);
        aurora.delete_cluster(EAST, "akidb-recovery", Some("last"), moment);
    });
    until(&mut world, "it is gone", |world| world.aurora.cluster(EAST, "akidb-recovery").is_none());
    assert!(world.aurora.snapshots(EAST, world.started, world.now()).iter().any(|snapshot| snapshot.name == "last"));
    assert!(tells(&world, EAST, "DB cluster deleted.") && tells(&world, EAST, "DB instance created."));
}

#[test]
fn a_calm_day_heals_chance_and_leaves_will() {
    let mut world = world(13);
    begin(&mut world, Verb::Switchover, WEST);
    world.aurora.fencing = Fencing::Refused;
    world.aurora.promotion = Promotion::Slow;
    world.trigger("calm-day", Scenario::named("calm-day").unwrap());
    assert_eq!((world.aurora.fencing, world.aurora.promotion), (Fencing::Proven, Promotion::Normal));
    until(&mut world, "it ends", over);
    assert_eq!(writers(&world), [WEST]);
}

#[test]
fn an_old_writer_that_is_cut_off_goes_on_until_it_can_be_reached() {
    let mut world = world(14);
    world.aurora.cut_off[EAST] = true;
    world.aurora.fencing = Fencing::Refused;
    begin(&mut world, Verb::Failover, WEST);
    until(&mut world, "it ends", over);
    seconds(&mut world, 1800);
    assert_eq!(writers(&world), [EAST, WEST]);
    assert!(told(&world, EAST).is_empty(), "nothing of it is known there");
    assert!(tells(&world, WEST, "akidb-use1 in Region us-east-1 timed out"));
    assert_eq!(world.aurora.members[EUROPE].synchronization(), "connected");
    world.aurora.cut_off[EAST] = false;
    until(&mut world, "it is connected", |world| world.aurora.members[EAST].synchronization() == "connected");
    assert_eq!((writers(&world), unplanned(&world).len()), (vec![WEST], 1));
}
