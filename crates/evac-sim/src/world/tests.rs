#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::world::{alarms::AlarmState, metrics::PUBLICATION_DELAY};

const SEED: u64 = 42;

fn start() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

fn world(scenario: &str) -> World {
    let mut world = World::new(SEED, start());
    world.trigger(scenario, Scenario::named(scenario).unwrap());
    world
}

fn after(scenario: &str, count: i64) -> World {
    let mut world = world(scenario);
    world.advance_to(start() + minutes(count));
    world
}

/// Every number that a client could read.
fn fingerprint(world: &World) -> String {
    let members = format!("{:?} {:?}", world.aurora.members, world.aurora.views);
    let links: Vec<_> = world.replication.links.iter().map(|link| link.pending_bytes()).collect();
    let points: Vec<Vec<_>> = Region::ALL
        .into_iter()
        .flat_map(|region| world.metrics.in_region(region))
        .map(|series| series.visible(world.tick).copied().collect())
        .collect();
    let checks: Vec<_> = world.traffic.checks.0.iter().map(|check| format!("{:?}", check.checkers)).collect();
    format!("{members} {links:?} {points:?} {checks:?} {:?}", world.alarms)
}

fn newest(world: &World, region: Region, name: &str, dimensions: &[(&'static str, String)]) -> Option<(i64, f64)> {
    let namespace = match name {
        "HealthCheckStatus" | "HealthCheckPercentageHealthy" => "AWS/Route53",
        "ReplicationLatency" | "OperationsFailedReplication" => "AWS/S3",
        _ => "AWS/RDS",
    };
    let dimensions = dimensions.iter().map(|(name, value)| (*name, value.as_str()));
    let series = world.metrics.find(region, namespace, name, dimensions)?;
    let point = series.visible(world.tick).next_back()?;
    Some((point.at, point.statistics.maximum))
}

fn lag(world: &World, region: Region) -> Option<(i64, f64)> {
    newest(world, region, "AuroraGlobalDBRPOLag", &[("DBClusterIdentifier", region.cluster())])
}

fn link(source: Region, destination: Region) -> Vec<(&'static str, String)> {
    vec![
        ("SourceBucket", source.bucket()),
        ("DestinationBucket", destination.bucket()),
        ("RuleId", source.rule_to(destination)),
    ]
}

#[test]
fn the_same_seed_and_scenario_give_the_same_numbers_in_whatever_steps() {
    for scenario in ["calm-day", "region-loss", "aurora-stall", "crr-backlog", "lying-metrics", "slow-checkers"] {
        let whole = after(scenario, 30);
        let mut bits = world(scenario);
        for second in (0..1800).step_by(7) {
            bits.advance_to(start() + SignedDuration::from_secs(second));
        }
        bits.advance_to(start() + minutes(30));
        assert_eq!(fingerprint(&whole), fingerprint(&bits), "{scenario}");
    }
    let other = World::new(SEED + 1, start());
    assert_ne!(fingerprint(&World::new(SEED, start())), fingerprint(&other));
}

#[test]
fn a_calm_world_has_hours_of_history_and_stays_within_its_objectives() {
    let world = after("calm-day", 120);
    for region in [Region::UsWest2, Region::EuWest1] {
        let dimensions = [("DBClusterIdentifier", region.cluster())];
        let named = dimensions.iter().map(|(name, value)| (*name, value.as_str()));
        let series = world.metrics.find(region, "AWS/RDS", "AuroraGlobalDBRPOLag", named).unwrap();
        let points: Vec<_> = series.visible(world.tick).collect();
        assert!(points.len() > 350, "{}", points.len());
        assert!(points.iter().all(|point| (60.0..600.0).contains(&point.statistics.maximum)));
        assert!(points.windows(2).all(|pair| pair[1].at == pair[0].at + 60));
    }
    assert_eq!(lag(&world, Region::UsEast1), None, "the writer has no lag");
    for link in &world.replication.links {
        assert!(link.pending_bytes() > 0.0, "writes always wait a little");
        let dimensions = self::link(link.source, link.destination);
        let (_, latency) = newest(&world, link.destination, "ReplicationLatency", &dimensions).unwrap();
        assert!((5.0..60.0).contains(&latency), "{latency}");
        assert_eq!(newest(&world, link.source, "ReplicationLatency", &dimensions), None);
        assert_eq!(newest(&world, link.source, "OperationsFailedReplication", &dimensions).unwrap().1, 0.0);
        assert_eq!(newest(&world, link.destination, "OperationsFailedReplication", &dimensions), None);
    }
    for region in Region::ALL {
        assert!(world.traffic.checks[region].healthy());
        let dimensions = [("HealthCheckId", region.health_check().to_owned())];
        assert!(newest(&world, Region::UsEast1, "HealthCheckStatus", &dimensions).unwrap().1 > 0.0);
        assert_eq!(newest(&world, Region::UsWest2, "HealthCheckStatus", &dimensions), None);
    }
    let writer_lag = |name: &str| name == "akidb-aurora-rpo-lag-use1";
    for alarm in &world.alarms {
        let expected = if writer_lag(&alarm.name) { AlarmState::InsufficientData } else { AlarmState::Ok };
        assert_eq!(alarm.state, expected, "{} {}", alarm.name, alarm.reason);
    }
}

#[test]
fn a_stall_makes_the_lag_grow_by_a_second_a_second_and_then_it_is_caught_up() {
    let stalled = after("aurora-stall", 19);
    let (_, behind) = lag(&stalled, Region::UsWest2).unwrap();
    assert!((900_000.0..1_300_000.0).contains(&behind), "{behind}");
    assert!(lag(&stalled, Region::EuWest1).unwrap().1 < 1000.0);
    let alarm = stalled.alarms.iter().find(|alarm| alarm.name == "akidb-aurora-rpo-lag-usw2").unwrap();
    assert_eq!(alarm.state, AlarmState::Alarm);
    // Twenty minutes at five times the pace take five minutes; then the metrics have to tell.
    let healed = after("aurora-stall", 35);
    assert!(lag(&healed, Region::UsWest2).unwrap().1 < 1000.0);
}

#[test]
fn the_backlog_grows_past_the_objective_and_drains_again() {
    let (from, to) = (Region::UsEast1, Region::UsWest2);
    let full = after("crr-backlog", 38);
    let (_, latency) = newest(&full, to, "ReplicationLatency", &link(from, to)).unwrap();
    assert!((1800.0..2400.0).contains(&latency), "{latency}");
    assert!(full.replication.link(from, to).unwrap().pending_bytes() > 2e10);
    assert!(newest(&full, from, "OperationsFailedReplication", &link(from, to)).unwrap().1 > 0.0);
    let spared = newest(&full, Region::EuWest1, "ReplicationLatency", &link(from, Region::EuWest1)).unwrap();
    assert!(spared.1 < 900.0, "{spared:?}");
    let drained = after("crr-backlog", 120);
    assert!(newest(&drained, to, "ReplicationLatency", &link(from, to)).unwrap().1 < 60.0);
}

#[test]
fn a_lost_region_turns_unhealthy_by_and_by_and_its_data_is_no_longer_renewed() {
    let mut world = world("region-loss");
    let mut shares = Vec::new();
    for second in 0..180 {
        world.advance_to(start() + SignedDuration::from_secs(second));
        shares.push(world.traffic.checks[Region::UsEast1].percentage());
    }
    assert_eq!(shares.first(), Some(&100.0));
    assert_eq!(shares.last(), Some(&0.0));
    // Three failures of a 30 s beat: none turns before a minute, all within two; and one after the other.
    assert!(shares.iter().take(55).all(|share| *share > 90.0), "{shares:?}");
    assert!(shares.iter().any(|share| (30.0..70.0).contains(share)), "{shares:?}");
    world.advance_to(start() + minutes(30));
    let lost_at = start().as_second() + 20;
    for region in [Region::UsWest2, Region::EuWest1] {
        let (at, _) = lag(&world, region).unwrap();
        assert!(at <= lost_at, "the lag of {region} was renewed at {at}");
        let alarm = world.alarms.iter().find(|alarm| alarm.name == format!("akidb-aurora-rpo-lag-{}", region.short()));
        assert_eq!(alarm.unwrap().state, AlarmState::InsufficientData);
    }
    // What does not need the lost region goes on.
    let (from, to) = (Region::EuWest1, Region::UsWest2);
    let (at, _) = newest(&world, to, "ReplicationLatency", &link(from, to)).unwrap();
    assert!(world.tick - at < 60 + PUBLICATION_DELAY + 60);
}

#[test]
fn a_region_is_healthy_while_more_than_18_percent_of_the_checkers_say_so() {
    let half = after("slow-checkers", 8);
    assert_eq!(half.traffic.checks[Region::UsWest2].percentage(), 50.0);
    assert!(half.traffic.checks[Region::UsWest2].healthy());
    let few = after("slow-checkers", 15);
    assert_eq!(few.traffic.checks[Region::UsWest2].percentage(), 12.5);
    assert!(!few.traffic.checks[Region::UsWest2].healthy());
    assert!(after("slow-checkers", 35).traffic.checks[Region::UsWest2].healthy());
}

#[test]
fn a_calm_day_heals_every_scenario_in_time() {
    for summary in crate::scenario::scenarios() {
        let mut world = after(summary.name, 45);
        world.trigger("calm-day", Scenario::named("calm-day").unwrap());
        assert_eq!(world.running(), ["calm-day"], "{}", summary.name);
        world.advance_to(start() + minutes(45 + 120));
        assert_eq!(world.power, PerRegion([true; 3]));
        assert!(Region::ALL.into_iter().all(|region| world.traffic.checks[region].percentage() > 90.0));
        assert!([Region::UsWest2, Region::EuWest1].into_iter().all(|region| lag(&world, region).unwrap().1 < 1000.0));
        let alarmed = world.alarms.iter().find(|alarm| alarm.state == AlarmState::Alarm);
        assert_eq!(alarmed.map(|alarm| &alarm.name), None, "{}", summary.name);
        let last_fault = world.take_effects().into_iter().rev().find_map(|(_, effect)| match effect {
            Effect::Fault(target, fault) => Some((target, fault)),
            _ => None,
        });
        assert_eq!(last_fault, Some((crate::fault::FaultTarget::default(), None)), "{}", summary.name);
    }
}

#[test]
fn the_bill_grows_with_the_day() {
    let morning = World::new(SEED, "2026-11-22T06:30:00Z".parse().unwrap());
    let date = morning.civil().date();
    let sum = |share: f64| morning.cost.day(date, share, morning.noise).iter().map(|line| line.daily).sum::<f64>();
    assert!(sum(0.25) < sum(0.5) && sum(0.5) < sum(1.0));
    assert!((1000.0..2500.0).contains(&sum(1.0)), "{}", sum(1.0));
}
