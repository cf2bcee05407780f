#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
use jiff::SignedDuration;

use super::{
    batch::{Action, Change},
    zone::{MOST_A_SECOND, Policy, Progress, RecordSet, Refusal},
    *,
};
use crate::{
    scenario::Scenario,
    topology::{RECORD_NAME, RECORD_TTL},
    world::World,
};

fn start() -> jiff::Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn world() -> World {
    World::new(42, start())
}

fn pass(world: &mut World, seconds: i64) {
    let then = world.now() + SignedDuration::from_secs(seconds);
    world.advance_to(then);
}

fn weighted(region: Region, weight: i64) -> RecordSet {
    RecordSet {
        name: "app.akidb.example".to_owned(),
        kind: "A".to_owned(),
        identifier: Some(region.name().to_owned()),
        policy: Policy::Weighted(weight),
        ttl: 60,
        values: vec![region.address().to_owned()],
        health_check: None,
    }
}

fn latency(world: &World, region: Region) -> RecordSet {
    let mut records = world.traffic.zone.records().iter();
    records.find(|record| record.identifier.as_deref() == Some(region.name())).unwrap().clone()
}

fn change(action: Action, record: RecordSet) -> Change {
    Change { action, record }
}

fn submit(world: &mut World, changes: &[Change]) -> Result<String, Refusal> {
    let (tick, noise) = (world.tick, world.noise);
    world.traffic.zone.submit(changes, None, tick, noise).map(|version| version.change.clone())
}

fn reasons(world: &mut World, changes: &[Change]) -> Vec<String> {
    match submit(world, changes) {
        Err(Refusal::Invalid(reasons)) => reasons,
        other => panic!("{other:?}"),
    }
}

fn answer(world: &mut World, region: Region) -> String {
    let noise = world.noise;
    world.traffic.resolve(region, RECORD_NAME, "A", noise).values.join(" ")
}

#[test]
fn a_batch_is_taken_whole_or_not_at_all() {
    let mut world = world();
    let held = world.traffic.zone.records().to_vec();
    let gone = change(Action::Delete, latency(&world, Region::EuWest1));
    let there = change(Action::Create, latency(&world, Region::UsEast1));
    let identifier = "[name='api.akidb.example.', type='A', set-identifier='us-east-1']";
    let expected = format!("Tried to create resource record set {identifier} but it already exists");
    assert_eq!(reasons(&mut world, &[gone.clone(), there]), [expected]);
    assert_eq!(world.traffic.zone.records(), held, "nothing was done");
    let other_values = RecordSet { ttl: 5, ..latency(&world, Region::UsEast1) };
    let not_found = RecordSet { identifier: Some("nope".to_owned()), ..other_values.clone() };
    let said = reasons(&mut world, &[change(Action::Delete, other_values), change(Action::Delete, not_found)]);
    assert!(said[0].ends_with("but the values provided do not match the current values"), "{said:?}");
    assert!(said[1].ends_with("set-identifier='nope'] but it was not found"), "{said:?}");
    submit(&mut world, &[gone]).unwrap();
    assert_eq!(world.traffic.zone.records().len(), held.len() - 1);
}

#[test]
fn what_cannot_stand_beside_the_others_is_refused_in_the_words_of_route_53() {
    let mut world = world();
    let of = |record: RecordSet| [change(Action::Upsert, record)];
    let base = latency(&world, Region::UsEast1);
    let named = RecordSet { identifier: Some("x".to_owned()), ..base.clone() };
    for (record, words) in [
        (named.clone(), "and Region Name=us-east-1 cannot be created because a latency RRSet"),
        (RecordSet { policy: Policy::Weighted(1), ..named.clone() }, "cannot be created as a non-weighted set exists"),
        (
            RecordSet { policy: Policy::Simple, identifier: None, ..named.clone() },
            "RRSet with DNS name api.akidb.example., type A cannot be created as other RRSets exist with the same name and type.",
        ),
        (RecordSet { name: "api.example".to_owned(), ..base.clone() }, "is not permitted in zone akidb.example."),
        (RecordSet { values: vec!["192.0.2.999".to_owned()], ..base.clone() }, "(Value is not a valid IPv4 address)"),
        (
            RecordSet { kind: "CNAME".to_owned(), identifier: None, policy: Policy::Simple, ..base },
            "because a conflicting RRSet of type A with the same DNS name already exists in zone akidb.example.",
        ),
    ] {
        let said = reasons(&mut world, &of(record));
        assert!(said.iter().any(|said| said.contains(words)), "{words}: {said:?}");
        pass(&mut world, 1);
    }
    let different = RecordSet { ttl: 30, ..weighted(Region::UsWest2, 1) };
    let said =
        reasons(&mut world, &[change(Action::Create, weighted(Region::UsEast1, 1)), change(Action::Create, different)]);
    assert!(said[0].ends_with("cannot be created as weighted sets must contain the same TTL."), "{said:?}");
    let soa = world.traffic.zone.records().iter().find(|record| record.kind == "SOA").unwrap().clone();
    let said = reasons(&mut world, &[change(Action::Delete, soa)]);
    assert_eq!(said, ["A HostedZone must contain exactly one SOA record."]);
}

#[test]
fn a_change_spreads_within_a_minute_and_is_then_in_sync() {
    let mut world = world();
    let mut record = latency(&world, Region::UsEast1);
    record.values = vec!["192.0.2.77".to_owned()];
    let id = submit(&mut world, &[change(Action::Upsert, record)]).unwrap();
    let began = world.tick;
    let mut served = Vec::new();
    loop {
        let values = Region::ALL.map(|region| {
            let records = world.traffic.zone.served(region, world.tick).iter();
            records.filter(|record| record.values == ["192.0.2.77"]).count()
        });
        served.push(values.iter().sum::<usize>());
        if world.traffic.zone.change(&id).unwrap().is_in_sync(world.tick) {
            break;
        }
        pass(&mut world, 1);
    }
    assert!((20..=60).contains(&(world.tick - began)), "{served:?}");
    assert_eq!((served.first(), served.last()), (Some(&0), Some(&3)));
    assert!(served.is_sorted() && served.iter().any(|count| (1..3).contains(count)), "{served:?}");
}

#[test]
fn a_change_that_is_held_up_lets_no_other_in_and_may_be_forgotten() {
    let mut world = world();
    world.traffic.zone.set_progress(Progress::Stuck, world.tick, world.noise);
    let create = [change(Action::Create, weighted(Region::UsEast1, 1))];
    let id = submit(&mut world, &create).unwrap();
    pass(&mut world, 3600);
    assert!(!world.traffic.zone.change(&id).unwrap().is_in_sync(world.tick));
    assert_eq!(submit(&mut world, &create), Err(Refusal::PriorRequestNotComplete));
    let mut forgetful = world.clone();
    forgetful.traffic.zone.forget_pending(world.tick);
    assert!(forgetful.traffic.zone.change(&id).is_none());
    submit(&mut forgetful, &create).unwrap();
    world.traffic.zone.set_progress(Progress::Normal, world.tick, world.noise);
    pass(&mut world, 61);
    assert!(world.traffic.zone.change(&id).unwrap().is_in_sync(world.tick));
}

#[test]
fn more_than_five_changes_a_second_are_throttled() {
    let mut world = world();
    for _ in 0..MOST_A_SECOND {
        submit(&mut world, &[change(Action::Upsert, weighted(Region::UsEast1, 1))]).unwrap();
    }
    assert_eq!(submit(&mut world, &[]), Err(Refusal::Throttled));
    pass(&mut world, 1);
    submit(&mut world, &[change(Action::Upsert, weighted(Region::UsEast1, 2))]).unwrap();
}

#[test]
fn each_lever_takes_a_region_out_and_gives_it_back() {
    let mut world = world();
    let region = Region::UsEast1;
    let noise = world.noise;
    assert!(CheckKind::ALL.into_iter().all(|kind| world.traffic.healthy(region, kind)));
    // The routing control.
    world.traffic.routing.set(&[(region, false)], &[], world.tick, noise).unwrap();
    pass(&mut world, 11);
    assert!(!world.traffic.healthy(region, CheckKind::RoutingControl));
    assert!(!world.traffic.healthy(region, CheckKind::Calculated));
    world.traffic.routing.set(&[(region, true)], &[], world.tick, noise).unwrap();
    pass(&mut world, 11);
    assert!(world.traffic.healthy(region, CheckKind::Calculated));
    // The endpoint.
    world.traffic.checks[region].answer = Answer::Status(503);
    pass(&mut world, 125);
    assert!(!world.traffic.healthy(region, CheckKind::Calculated));
    assert!(Region::ALL[1..].iter().all(|other| world.traffic.healthy(*other, CheckKind::Calculated)));
    world.traffic.checks[region].answer = Answer::Healthy;
    pass(&mut world, 125);
    // The settings.
    world.traffic.settings[region][CheckKind::Calculated.index()].inverted = true;
    assert!(!world.traffic.healthy(region, CheckKind::Calculated));
    world.traffic.settings[region][CheckKind::Calculated.index()].inverted = false;
    assert!(world.traffic.healthy(region, CheckKind::Calculated));
}

#[test]
fn resolvers_answer_with_the_nearest_healthy_region_and_keep_it_for_its_time() {
    let mut world = world();
    for region in Region::ALL {
        assert_eq!(answer(&mut world, region), region.address());
    }
    let noise = world.noise;
    world.traffic.routing.set(&[(Region::UsEast1, false)], &[], world.tick, noise).unwrap();
    let mut moved_after = 0;
    while answer(&mut world, Region::UsEast1) != Region::UsWest2.address() {
        pass(&mut world, 1);
        moved_after += 1;
    }
    assert!((5..=10 + RECORD_TTL).contains(&moved_after), "{moved_after}");
    assert_eq!(answer(&mut world, Region::EuWest1), Region::EuWest1.address());
    // With nobody healthy, everybody is answered as if all were.
    pass(&mut world, 6);
    let rule = crate::topology::safety_rule();
    let all_off = Region::ALL.map(|region| (region, false));
    world.traffic.routing.set(&all_off, &[&rule], world.tick, noise).unwrap();
    pass(&mut world, 10 + RECORD_TTL);
    for region in Region::ALL {
        assert_eq!(answer(&mut world, region), region.address());
    }
}

#[test]
fn a_resolver_that_ignores_the_ttl_keeps_what_it_had() {
    let mut world = world();
    world.traffic.resolvers.keep_old[Region::UsEast1] = true;
    let noise = world.noise;
    world.traffic.routing.set(&[(Region::UsEast1, false)], &[], world.tick, noise).unwrap();
    pass(&mut world, 3600);
    assert_eq!(answer(&mut world, Region::UsEast1), Region::UsEast1.address());
    world.trigger("calm-day", Scenario::named("calm-day").unwrap());
    pass(&mut world, 1);
    assert_eq!(answer(&mut world, Region::UsEast1), Region::UsWest2.address());
}

#[test]
fn weights_share_the_answers_and_zero_answers_only_when_nothing_else_can() {
    let mut world = world();
    let noise = world.noise;
    let checked = |region: Region, weight| RecordSet {
        ttl: 1,
        health_check: Some(region.check(CheckKind::Calculated)),
        ..weighted(region, weight)
    };
    let batch: Vec<Change> = [(Region::UsEast1, 3), (Region::UsWest2, 1), (Region::EuWest1, 0)]
        .map(|(region, weight)| change(Action::Create, checked(region, weight)))
        .into();
    submit(&mut world, &batch).unwrap();
    pass(&mut world, 90);
    let count = |world: &mut World| {
        let mut counts = [0; 3];
        for _ in 0..400 {
            let answered = world.traffic.resolve(Region::UsWest2, "app.akidb.example", "A", noise);
            let index = Region::ALL.iter().position(|region| answered.values == [region.address()]).unwrap();
            counts[index] += 1;
            pass(world, 2);
        }
        counts
    };
    let counts = count(&mut world);
    assert!((250..350).contains(&counts[0]) && counts[2] == 0, "{counts:?}");
    let off = [(Region::UsEast1, false), (Region::UsWest2, false)];
    world.traffic.routing.set(&off, &[], world.tick, noise).unwrap();
    pass(&mut world, 12);
    assert_eq!(count(&mut world), [0, 0, 400]);
}

#[test]
fn the_health_checks_go_on_without_us_east_1() {
    let mut world = world();
    world.power[Region::UsEast1] = false;
    let noise = world.noise;
    world.traffic.routing.set(&[(Region::EuWest1, false)], &[], world.tick, noise).unwrap();
    pass(&mut world, 200);
    assert!(!world.traffic.healthy(Region::UsEast1, CheckKind::Calculated));
    assert!(!world.traffic.healthy(Region::EuWest1, CheckKind::Calculated));
    for region in Region::ALL {
        assert_eq!(answer(&mut world, region), Region::UsWest2.address());
    }
}

#[test]
fn scenarios_of_the_traffic_surface_reach_the_world() {
    let mut world = world();
    world.trigger("dns-change-forgotten", Scenario::named("dns-change-forgotten").unwrap());
    world.trigger("stale-resolvers", Scenario::named("stale-resolvers").unwrap());
    assert!(world.traffic.resolvers.keep_old[Region::EuWest1] && !world.traffic.resolvers.keep_old[Region::UsWest2]);
    let held = world.traffic.zone.records().to_vec();
    let id = submit(&mut world, &[change(Action::Create, weighted(Region::UsEast1, 1))]).unwrap();
    pass(&mut world, 599);
    assert!(world.traffic.zone.change(&id).is_some_and(|change| !change.is_in_sync(world.tick)));
    pass(&mut world, 1);
    assert!(world.traffic.zone.change(&id).is_none());
    assert_eq!(world.traffic.zone.records(), held);
    pass(&mut world, 3000);
    assert!(!world.traffic.resolvers.keep_old[Region::EuWest1]);
}
