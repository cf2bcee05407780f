//! Records by weight and by latency, when the traffic is moved by them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use std::collections::BTreeMap;

use evac_core::{
    Reading, Source,
    guard::{ConsentRecord, GuardCode},
    plan::{Call, Check, Intent, Plan, RecordChange, standing},
    reading::Record,
    run::{Event, Journal, Outcome, RunId, RunState, Runner},
    stack::TrafficRecord,
};
use world::{World, address, drain, now, switchover, undrain};

/// A world whose traffic is moved by records, as they are changed here.
fn by_records(change: impl Fn(&mut Record)) -> World {
    let mut world = World::watched();
    let traffic = world.stack.traffic.as_mut().unwrap();
    (traffic.routing_control, traffic.stop) = (None, BTreeMap::new());
    world.change(Source::Records, "us-east-1", |reading| {
        let Reading::Records(reading) = reading else { panic!("{reading:?}") };
        reading.records.iter_mut().for_each(change);
    });
    world
}

/// A world with records by weight in these regions alone.
fn weighted(weights: &[(&str, i64)]) -> World {
    let weight = |region: &str| weights.iter().find(|(name, _)| *name == region).map(|(_, weight)| *weight);
    let mut world =
        by_records(|record| record.weight = record.region.take().and_then(|region| weight(region.as_str())));
    let traffic = world.stack.traffic.as_mut().unwrap();
    traffic.records.retain(|record| weight(record.region.as_str()).is_some());
    world
}

/// What a plan changes.
fn changes(plan: &Plan) -> Vec<RecordChange> {
    let changes = plan.steps.iter().find_map(|step| match &step.call {
        Some(Call::ChangeRecords { changes, .. }) => Some(changes.clone()),
        _ => None,
    });
    changes.unwrap_or_default()
}

/// What a plan looks for at resolvers: what is wanted, and what is not.
fn looked_for(plan: &Plan) -> (Vec<&str>, Vec<&str>) {
    let answers = plan.steps.iter().find_map(|step| match &step.verification {
        Some(Check::Answers { answers, .. }) => Some(answers),
        _ => None,
    });
    let [answer] = &answers.unwrap()[..] else { panic!("{answers:#?}") };
    (answer.wanted.iter().map(String::as_str).collect(), answer.unwanted.iter().map(String::as_str).collect())
}

/// What the weights become, by set identifier.
fn changed(world: &World, intent: &Intent) -> Vec<(String, Option<i64>)> {
    let changes = changes(&world.plan(intent).unwrap());
    changes.into_iter().map(|change| (change.to.set_identifier, change.to.weight)).collect()
}

#[test]
fn the_weight_of_who_leaves_goes_to_the_target_unless_others_have_some() {
    let own = |weight| ("us-east-1".to_owned(), Some(weight));
    let west = |weight| ("us-west-2".to_owned(), Some(weight));
    let none_else = weighted(&[("us-east-1", 100), ("us-west-2", 0)]);
    assert_eq!(changed(&none_else, &switchover("us-west-2")), [own(0), west(100)]);
    let shared = weighted(&[("us-east-1", 60), ("us-west-2", 40)]);
    assert_eq!(changed(&shared, &switchover("us-west-2")), [own(0)]);
}

/// All weights 0 would be answered with every record, among them that of the region that is left.
#[test]
fn a_name_that_does_not_lead_to_the_target_is_taken_over_by_who_has_a_record() {
    let mut world = weighted(&[("us-east-1", 100), ("us-west-2", 0)]);
    let expected = [("us-east-1".to_owned(), Some(0)), ("us-west-2".to_owned(), Some(100))];
    assert_eq!(changed(&world, &switchover("eu-west-1")), expected);
    world.lose("us-west-2");
    assert_eq!(changed(&world, &switchover("eu-west-1")), []);

    let alone = weighted(&[("us-east-1", 100)]);
    let refused = alone.plan(&drain("us-east-1")).unwrap_err();
    assert!(refused.notes.iter().all(|note| note.code == GuardCode::LastServing), "{refused:#?}");
}

#[test]
fn what_is_looked_for_is_what_the_records_become() {
    let [east, west] = ["us-east-1", "us-west-2"].map(address);
    let world = weighted(&[("us-east-1", 100), ("us-west-2", 0)]);
    assert_eq!(looked_for(&world.plan(&switchover("us-west-2")).unwrap()), (vec![west], vec![east]));

    let world = by_records(|_| ());
    let left = world.plan(&switchover("us-west-2")).unwrap();
    assert_eq!(looked_for(&left), (vec![west], vec![east]));

    // Another run lets it come back, and remembers what it was.
    let [change] = &changes(&left)[..] else { panic!("{left:#?}") };
    let back = RecordChange { to: change.from.clone(), from: change.to.clone() };
    let zone = world.stack.traffic.as_ref().unwrap().hosted_zone.clone();
    let standing = [Call::ChangeRecords { zone, changes: vec![back], comment: "evac".into() }];
    let world = by_records(|record| {
        if record.set_identifier.as_deref() == Some("us-east-1") {
            record.values.clone_from(&change.to.values);
            record.health_check.clone_from(&change.to.health_check);
        }
    });
    let plan = world.plan_at(&undrain("us-east-1"), now(), &standing).unwrap();
    assert_eq!(looked_for(&plan), (vec![east, west], vec![]));
}

/// A world with records by latency in all three regions.
fn by_latency() -> World {
    let mut world = by_records(|_| ());
    let traffic = world.stack.traffic.as_mut().unwrap();
    let third = TrafficRecord {
        region: world::region("eu-west-1"),
        set_identifier: "eu-west-1".into(),
        health_check: Some("check-euw1".parse().unwrap()),
        ..traffic.records[0].clone()
    };
    traffic.records.push(third);
    let stack = world.stack.clone();
    world.say(Source::Records, "us-east-1", world::calm(Source::Records, "us-east-1", &stack));
    world
}

/// What the records of a world become by a plan.
fn carry_out(world: &mut World, plan: &Plan) {
    let changes = changes(plan);
    assert!(!changes.is_empty(), "{plan:#?}");
    world.change(Source::Records, "us-east-1", |reading| {
        let Reading::Records(reading) = reading else { panic!("{reading:?}") };
        for RecordChange { from, to } in &changes {
            let mut own =
                reading.records.iter_mut().filter(|one| one.set_identifier.as_ref() == Some(&to.set_identifier));
            let record = own.find(|one| one.name == to.name).unwrap();
            assert_eq!((&record.values, &record.health_check), (&from.values, &from.health_check));
            (record.values, record.health_check) = (to.values.clone(), to.health_check.clone());
        }
    });
}

/// Where the users are led who are near to each region.
fn leads(world: &World) -> Vec<(String, String)> {
    let snapshot = world.snapshot();
    let reading = snapshot.records(&world::region("us-east-1")).unwrap();
    reading.records.iter().map(|one| (one.set_identifier.clone().unwrap(), one.values.join(" "))).collect()
}

/// A run in which every step of a plan was done.
fn done(plan: &Plan) -> RunState {
    let consent = ConsentRecord {
        plan: plan.hash(),
        by: "ada".into(),
        at: now(),
        confirmed: String::new(),
        accepted: String::new(),
        loss: plan.loss.clone(),
        overrides: Vec::new(),
        notes: Vec::new(),
    };
    let began = Event::Began {
        run: RunId::parse("20261122-100000-drain").unwrap(),
        runner: Runner { operator: "ada".into(), machine: "one".into(), process: 1, version: "0".into() },
        plan: Box::new(plan.clone()),
        consent: Box::new(consent),
        harmed_at: None,
        found_at: None,
    };
    let mut journal = Journal::default();
    let mut note = |event| journal.push(journal.next(event, 0, now(), now())).unwrap();
    note(began);
    for step in &plan.steps {
        note(Event::Ended { step: step.id.clone(), outcome: Outcome::Done { evidence: String::new() } });
    }
    RunState::replay(&journal.records).unwrap().unwrap()
}

/// The region that took over is lost as well: those who were led to it from the first are led on, and each comes home
/// again by itself.
#[test]
fn users_who_were_led_to_a_region_that_is_left_later_are_led_on_and_come_home() {
    let mut world = by_latency();
    let at = |near: &str, to: &str| (near.to_owned(), address(to).to_owned());
    let calm = leads(&world);

    let first = world.plan(&drain("us-east-1")).unwrap();
    let taken_over =
        first.before.serving.iter().find(|region| address(region.as_str()) == changes(&first)[0].to.values[0]);
    let second_left = taken_over.unwrap().as_str().to_owned();
    let third = ["us-west-2", "eu-west-1"].into_iter().find(|region| *region != second_left).unwrap();
    carry_out(&mut world, &first);
    assert!(leads(&world).contains(&at("us-east-1", &second_left)));
    // Who is led to whom is told apart: the one that took over serves, and can be left.
    let runs = [done(&first)];
    let second = world.plan_at(&drain(&second_left), now(), &standing(&runs)).unwrap();
    assert!(
        second.before.serving.contains(&world::region(&second_left))
            && !second.before.serving.contains(&world::region("us-east-1"))
    );
    carry_out(&mut world, &second);
    assert!(leads(&world).iter().all(|(_, to)| to == address(third)), "{:?}", leads(&world));

    // Each comes home apart, in either order.
    for order in [["us-east-1", &second_left], [&second_left, "us-east-1"]] {
        let (mut world, mut runs) = (world.clone(), vec![done(&first), done(&second)]);
        for region in order {
            let back = world.plan_at(&undrain(region), now(), &standing(&runs)).unwrap();
            assert_eq!(changes(&back).len(), 1, "{region} alone: {:#?}", changes(&back));
            carry_out(&mut world, &back);
            assert!(leads(&world).contains(&at(region, region)));
            runs.push(done(&back));
        }
        assert_eq!(leads(&world), calm);
        assert_eq!(standing(&runs), []);
    }
}
