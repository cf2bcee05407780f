//! States of the world that screens are drawn of.

use std::{collections::BTreeMap, sync::Arc};

use evac_core::{
    History, Reading, RegionId, Source, Verdict, assess,
    history::Measure,
    ids::ContextName,
    reading::{Alarm, AlarmState, BackupPhase, CostLine, DatabaseEvent, Deployment, Instance, Restore, SnapshotEntry},
    stack::{Region, RegionRole},
};
use jiff::SignedDuration;

use super::world::{REGIONS, World, ago, id, now, points, region};
use crate::tui::{
    action::Action,
    hints::KeyLabels,
    model::{Model, Screen},
};

/// The model of a world at the moment of every test.
pub fn model(world: &World) -> Model {
    let mut model = Model::new(Arc::new(world.stack.clone()), now());
    model.snapshot = Arc::new(world.snapshot());
    model.history = Arc::new(world.history.clone());
    model.assessment = Arc::new(assess(&model.stack, &model.snapshot, &model.history, now()));
    let keys = Action::ALL.into_iter().map(|action| {
        let keys = action.entry().keys.iter().map(|key| (*key).to_owned()).collect();
        (action, keys)
    });
    model.keys = Arc::new(KeyLabels::new(keys.collect()));
    model.scenarios = vec![("region-loss".to_owned(), "us-east-1 is gone".to_owned())];
    model
}

/// A calm day, two hours into being watched.
pub fn calm() -> World {
    let mut world = World::calm();
    for (name, label) in REGIONS.into_iter().zip(["Virginia", "Oregon", "Ireland"]) {
        world.stack.regions.get_mut(name).unwrap().label = Some(label.to_owned());
        deepen(&mut world, name);
    }
    world.history = history(1.0);
    world
}

/// What the calm world of the core leaves empty.
fn deepen(world: &mut World, at: &str) {
    let share = if at == "us-east-1" { 4 } else { 2 };
    for (source, reading) in world.observations.iter_mut().filter(|(id, _)| id.region.as_str() == at) {
        let result = &mut reading.last_mut().unwrap().result;
        match &mut result.as_mut().unwrap().reading {
            Reading::Probe(probe) => probe.latency = SignedDuration::from_millis(37 + share * 3),
            Reading::Cluster(cluster) => {
                cluster.instances.push(Instance {
                    name: "two".into(),
                    is_writer: false,
                    ..cluster.instances[0].clone()
                });
            }
            Reading::Identity(identity) => identity.expires_at = Some(now() + SignedDuration::from_mins(341)),
            Reading::Workloads(workloads) => {
                let worker = Deployment { name: "akidb-worker".into(), ..workloads.deployments[0].clone() };
                workloads.deployments.push(worker);
            }
            Reading::Events(events) => events.events = events_of(at),
            Reading::Snapshots(snapshots) => snapshots.snapshots.push(SnapshotEntry {
                name: format!("rds:akidb-{at}-2026-11-22-03-10"),
                kind: "automated".into(),
                status: "available".into(),
                created: Some(ago(24_600)),
            }),
            Reading::Alarms(alarms) => alarms.alarms.push(Alarm {
                name: "akidb-api-5xx".into(),
                state: AlarmState::Ok,
                since: Some(ago(400_000)),
                reason: None,
            }),
            Reading::Backups(backups) => backups.restores.push(Restore {
                name: "drill-2026-11-20".into(),
                backup: Some("c-1".into()),
                phase: BackupPhase::Completed,
                started: Some(ago(180_000)),
                completed: Some(ago(179_000)),
            }),
            Reading::Cost(cost) => {
                let lines = REGIONS.iter().zip([3, 2, 1]).flat_map(|(region, share)| {
                    [
                        ("Amazon Elastic Compute Cloud - Compute", 2_104),
                        ("Amazon Relational Database Service", 1_730),
                        ("Amazon Simple Storage Service", 412),
                        ("AmazonCloudWatch", 77),
                    ]
                    .map(|(service, dollars)| CostLine {
                        region: (*region).to_owned(),
                        service: service.to_owned(),
                        amount: (dollars * share).into(),
                    })
                });
                cost.lines = lines.collect();
                cost.forecast = Some(36_900.into());
            }
            _ => {}
        }
        assert_eq!(source.region.as_str(), at);
    }
}

fn events_of(at: &str) -> Vec<DatabaseEvent> {
    let event = |seconds, message: &str| DatabaseEvent {
        at: ago(seconds),
        subject: format!("akidb-{at}"),
        categories: vec!["notification".into()],
        message: message.into(),
    };
    match at {
        "us-east-1" => vec![event(1_260, "Automated backup finished"), event(1_500, "Backing up DB cluster")],
        "us-west-2" => vec![event(5_400, "Performance Insights was enabled")],
        _ => vec![event(90_000, "DB cluster was restarted")],
    }
}

/// Two hours of points that move a little, and by so much more towards the end.
fn history(rise: f64) -> History {
    let mut history = History::default();
    for minute in 0..120_i64 {
        let at = ago((120 - minute) * 60);
        let late = if minute > 108 { (minute - 108) as f64 * (rise - 1.0) / 11.0 + 1.0 } else { 1.0 };
        let wave = |phase: i64| (((minute * 7 + phase) % 13) as f64 - 6.0) / 40.0 + 1.0;
        for (phase, name) in (0..).zip(REGIONS) {
            let here = region(name);
            history.record(Measure::ProbeLatency, &here, at, 45.0 * wave(phase * 3));
            if name != "us-east-1" {
                history.record(Measure::AuroraLag, &here, at, 190.0 * wave(phase * 5) * late);
                history.record(Measure::ReplicationBytes, &here, at, 1.5e6 * wave(phase * 4) * late);
                history.record(Measure::ReplicationLatency, &here, at, 4.0 * wave(phase * 2) * late);
            }
        }
    }
    for minute in 0..3 * 24 * 60 {
        history.record_minute(ago((3 * 24 * 60 - minute) * 60), minute != 1_000);
    }
    history
}

/// us-east-1 has not answered for four minutes; the lag of the others grows.
pub fn region_loss() -> World {
    let mut world = calm();
    world.history = history(900.0);
    for source in Source::of(&world.stack, &region("us-east-1")) {
        world.age(source, "us-east-1", SignedDuration::from_secs(240));
        world.fail(source, "us-east-1");
    }
    for (name, waits) in [("us-west-2", 250_000.0), ("eu-west-1", 1_260_000.0)] {
        world.change(Source::Metrics, name, |reading| {
            let Reading::Metrics(metrics) = reading else { panic!("not metrics") };
            metrics.aurora.rpo = points(&[60_000.0, 190_000.0, waits]);
            for rule in metrics.replication.iter_mut().filter(|rule| rule.rule.from.as_str() == "us-east-1") {
                rule.latency = points(&[180.0, waits / 1_000.0]);
                rule.bytes_pending = points(&[2e8, 1.4e9]);
                rule.operations_pending = points(&[800.0, 12_400.0]);
            }
        });
    }
    world.change(Source::Backups, "eu-west-1", |reading| {
        let Reading::Backups(backups) = reading else { panic!("not backups") };
        backups.backups.retain(|backup| backup.name == "c-1");
        backups.schedules[0].paused = true;
    });
    world
}

/// The same, once us-west-2 writes: of the lost region nothing newer is known.
pub fn failed_over() -> World {
    let mut world = region_loss();
    for name in ["us-west-2", "eu-west-1"] {
        world.change(Source::GlobalCluster, name, |reading| {
            let Reading::GlobalCluster(global) = reading else { panic!("not a global cluster") };
            for member in &mut global.members {
                member.is_writer = member.region.as_str() == "us-west-2";
            }
        });
    }
    world
}

/// Nothing has been heard yet.
pub fn start() -> World {
    let mut world = calm();
    world.observations.clear();
    world.history = History::default();
    world
}

/// Texts that are as long and as wide as a server can make them, in every place that has one.
pub fn hostile() -> World {
    let mut world = calm();
    let long = evac_core::text::clean(&concat!("\u{1b}", "[31m你好 größer e\u{301}\u{202e} -- ").repeat(60));
    world.stack.name = evac_core::ids::StackName::new("a-stack-with-a-name-that-goes-on-and-on-你好你好你好").unwrap();
    world.stack.environment = "PRODUCTION-你好".into();
    for name in REGIONS {
        world.stack.regions.get_mut(name).unwrap().label = Some(long.clone());
        world.change(Source::Cluster, name, |reading| {
            let Reading::Cluster(cluster) = reading else { panic!("not a cluster") };
            cluster.status.clone_from(&long);
            cluster.engine_version = Some(long.clone());
            cluster.instances[0].name.clone_from(&long);
        });
        world.change(Source::Events, name, |reading| {
            let Reading::Events(events) = reading else { panic!("not events") };
            for event in &mut events.events {
                event.message.clone_from(&long);
                event.subject.clone_from(&long);
            }
        });
        world.change(Source::Backups, name, |reading| {
            let Reading::Backups(backups) = reading else { panic!("not backups") };
            backups.backups[0].name.clone_from(&long);
            backups.backups[0].phase = BackupPhase::Other(long.clone());
            backups.locations[0].name.clone_from(&long);
        });
        world.change(Source::Metrics, name, |reading| {
            let Reading::Metrics(metrics) = reading else { panic!("not metrics") };
            for rule in &mut metrics.replication {
                rule.latency = points(&[f64::MAX]);
                rule.bytes_pending = points(&[f64::INFINITY]);
                rule.operations_pending = points(&[f64::NAN]);
            }
        });
    }
    world.fail(Source::Alarms, "eu-west-1");
    world
}

/// So many regions, of which the core's world knows three.
pub fn many(count: usize) -> World {
    let mut world = calm();
    for index in 0..count {
        let name = RegionId::new(format!("ap-south-{index}")).unwrap();
        let entry = Region {
            role: RegionRole::Standby,
            kubernetes: Some(ContextName::new("one").unwrap()),
            label: None,
            probe: None,
            transaction: None,
            kubeconfig: None,
            health_check: None,
            aws: Default::default(),
        };
        world.stack.regions.insert(name, entry);
    }
    world
}

/// Every scene by its name.
pub fn all() -> BTreeMap<&'static str, World> {
    BTreeMap::from([
        ("calm", calm()),
        ("region-loss", region_loss()),
        ("failed-over", failed_over()),
        ("start", start()),
        ("hostile", hostile()),
        ("many", many(4)),
    ])
}

/// Every screen by its name.
pub const SCREENS: [(&str, Screen); 8] = [
    ("overview", Screen::Overview),
    ("region", Screen::Region),
    ("findings", Screen::Findings),
    ("sources", Screen::Sources),
    ("wallboard", Screen::Wallboard),
    ("plan", Screen::Plan),
    ("run", Screen::Run),
    ("runs", Screen::Runs),
];

#[test]
fn the_scenes_are_what_they_are_called() {
    let verdict = |world: &World, at: &str| world.assess().regions[&region(at)].verdict;
    assert_eq!(verdict(&calm(), "us-west-2"), Verdict::Go);
    assert_eq!(verdict(&region_loss(), "us-east-1"), Verdict::Unknown);
    assert_eq!(verdict(&region_loss(), "eu-west-1"), Verdict::NoGo);
    assert_eq!(verdict(&start(), "us-west-2"), Verdict::Unknown);
    assert!(calm().observations.contains_key(&id(Source::Cost, "us-east-1")));
}
