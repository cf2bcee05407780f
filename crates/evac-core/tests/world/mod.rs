//! A calm world, as observations, that each test changes in one place.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod plans;

use std::collections::BTreeMap;

use evac_core::{
    Assessment, History, Observation, Reading, RegionId, Snapshot, Source, SourceError, SourceErrorKind, SourceId,
    Stack, assess,
    assessment::{Code, Finding},
    ids::{AccountId, Arn, ClusterId, DnsName},
    observation::Sampled,
    reading::*,
};
use jiff::{SignedDuration, Timestamp};
#[allow(unused_imports, reason = "each test binary uses its own part")]
pub use plans::*;

pub const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The moment of every test.
pub fn now() -> Timestamp {
    at("2026-11-22T10:00:00Z")
}

pub fn region(text: &str) -> RegionId {
    RegionId::new(text).unwrap()
}

pub fn stack() -> Stack {
    Stack::parse(include_str!("stack.toml")).unwrap()
}

pub fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

pub fn points(values: &[f64]) -> Vec<Point> {
    let count = i64::try_from(values.len()).unwrap();
    values.iter().zip((0..count).rev()).map(|(value, back)| Point { at: ago(60 + back * 60), value: *value }).collect()
}

/// Where a region's record leads to.
pub fn address(at: &str) -> &'static str {
    match at {
        "us-east-1" => "192.0.2.1",
        "us-west-2" => "192.0.2.2",
        _ => "192.0.2.3",
    }
}

/// What a calm source says.
pub fn calm(source: Source, at: &str, stack: &Stack) -> Reading {
    let here = region(at);
    let cluster = |region: &str| ClusterId::new(format!("akidb-{region}")).unwrap();
    let arn = |region: &str| Arn::new(format!("arn:aws:rds:{region}:123456789012:cluster:akidb-{region}")).unwrap();
    match source {
        Source::Probe => Reading::Probe(ProbeReading { status: 200, latency: SignedDuration::from_millis(40) }),
        Source::GlobalCluster => Reading::GlobalCluster(GlobalClusterReading {
            status: "available".into(),
            engine: Some("aurora-postgresql".into()),
            engine_version: Some("16.8".into()),
            members: REGIONS
                .into_iter()
                .map(|name| GlobalMember {
                    arn: arn(name),
                    region: region(name),
                    cluster: cluster(name),
                    is_writer: name == "us-east-1",
                    synchronization: None,
                })
                .collect(),
            failover: None,
        }),
        Source::Cluster => Reading::Cluster(ClusterReading {
            cluster: cluster(at),
            arn: arn(at),
            status: "available".into(),
            engine_version: Some("16.8".into()),
            backup_retention_days: Some(7),
            latest_restorable: Some(ago(300)),
            instances: vec![Instance {
                name: "one".into(),
                class: Some("db.r6g.large".into()),
                status: "available".into(),
                is_writer: at == "us-east-1",
            }],
        }),
        Source::Metrics => Reading::Metrics(MetricsReading {
            aurora: AuroraLag {
                rpo: if at == "us-east-1" { vec![] } else { points(&[180.0, 220.0, 200.0]) },
                replication: vec![],
            },
            replication: stack
                .replication_into(&here)
                .map(|rule| ReplicationMetrics {
                    rule: rule.clone(),
                    latency: points(&[3.0, 4.0]),
                    bytes_pending: points(&[2e6, 1.4e6]),
                    operations_pending: points(&[20.0, 12.0]),
                })
                .collect(),
            failed_operations: stack.replication_out_of(&here).map(|rule| (rule.clone(), 0.0)).collect(),
            checkers: if at == "us-east-1" {
                let checks = stack.regions.values().filter_map(|region| region.health_check.clone());
                let full = CheckerMetrics { status: points(&[1.0]), percent_healthy: points(&[100.0]) };
                checks.map(|check| (check, full.clone())).collect()
            } else {
                BTreeMap::new()
            },
        }),
        Source::Replication => Reading::Replication(ReplicationReading {
            bucket: stack.buckets[&here].clone(),
            versioned: true,
            rules: stack
                .replication_out_of(&here)
                .map(|rule| ReplicationRuleState {
                    rule: rule.rule.clone(),
                    enabled: true,
                    destination: rule.destination.clone(),
                    delete_markers: true,
                })
                .collect(),
        }),
        Source::Backups => Reading::Backups(backups(at)),
        Source::Workloads => Reading::Workloads(WorkloadsReading {
            deployments: vec![
                Deployment { namespace: "akidb".into(), name: "akidb-api".into(), desired: 3, ready: 3 },
                Deployment {
                    namespace: "akidb".into(),
                    name: "ingest".into(),
                    desired: if at == "us-east-1" { 2 } else { 0 },
                    ready: if at == "us-east-1" { 2 } else { 0 },
                },
            ],
            nodes_ready: 6,
            nodes_total: 6,
            cpu_millis: 48_000,
            memory_mib: 196_608,
            version: Some("v1.33.4".into()),
            autoscalers: vec![Autoscaler {
                namespace: "akidb".into(),
                name: "akidb-api".into(),
                deployment: "akidb-api".into(),
                minimum: 3,
                maximum: 12,
            }],
            applications: vec![ArgoApplication {
                namespace: "argocd".into(),
                name: "akidb".into(),
                automated: Some(serde_json::json!({ "prune": true, "selfHeal": true })),
            }],
        }),
        Source::Identity => Reading::Identity(IdentityReading {
            account: AccountId::new("123456789012").unwrap(),
            arn: Arn::new("arn:aws:sts::123456789012:assumed-role/evac/one").unwrap(),
            expires_at: None,
        }),
        Source::Alarms => Reading::Alarms(AlarmsReading { alarms: vec![] }),
        Source::Events => Reading::Events(EventsReading { events: vec![] }),
        Source::Snapshots => Reading::Snapshots(SnapshotsReading { snapshots: vec![] }),
        Source::Records => Reading::Records(RecordsReading {
            records: stack
                .traffic
                .iter()
                .flat_map(|traffic| &traffic.records)
                .map(|record| Record {
                    name: record.name.clone(),
                    kind: "A".into(),
                    set_identifier: Some(record.set_identifier.clone()),
                    weight: None,
                    region: Some(record.region.clone()),
                    ttl: Some(60),
                    values: vec![address(record.region.as_str()).into()],
                    health_check: record.health_check.clone(),
                    alias: None,
                })
                .collect(),
        }),
        Source::HealthChecks => Reading::HealthChecks(HealthChecksReading {
            checks: stack
                .regions
                .values()
                .filter_map(|region| {
                    Some(HealthCheck {
                        id: region.health_check.clone()?,
                        target: "https".into(),
                        inverted: false,
                        disabled: false,
                        checkers_healthy: 16,
                        checkers_total: 16,
                    })
                })
                .collect(),
        }),
        Source::Cost => Reading::Cost(CostReading {
            asked_at: ago(60),
            month: jiff::civil::date(2026, 11, 1),
            lines: vec![],
            forecast: None,
        }),
        Source::Canary => {
            Reading::Canary(CanaryReading { written_at: ago(30), took: Some(SignedDuration::from_secs(4)) })
        }
        Source::RoutingControl => Reading::RoutingControl(RoutingControlReading {
            states: stack
                .traffic
                .iter()
                .flat_map(|traffic| &traffic.routing_control)
                .flat_map(|control| control.controls.values())
                .map(|control| (control.clone(), true))
                .collect(),
            answered: stack.regions.keys().cloned().collect(),
            silent: std::collections::BTreeMap::new(),
        }),
        Source::Answers => Reading::Answers(AnswersReading {
            answers: stack
                .traffic
                .iter()
                .flat_map(|traffic| &traffic.resolvers)
                .map(|resolver| ResolverAnswer {
                    resolver: resolver.clone(),
                    name: DnsName::new("api.akidb.example").unwrap(),
                    values: Ok(["us-east-1", "us-west-2"].map(|region| address(region).to_owned()).into()),
                    ttl: Some(60),
                })
                .collect(),
        }),
        Source::Markers => Reading::Markers(MarkersReading {
            stops: stack
                .traffic
                .iter()
                .flat_map(|traffic| &traffic.stop)
                .filter(|(_, object)| object.region == here)
                .map(|(region, _)| (region.clone(), false))
                .collect(),
            states: stack
                .freeze
                .terraform
                .iter()
                .filter(|state| state.region == here)
                .map(|state| TerraformStateReading {
                    bucket: state.bucket.clone(),
                    key: state.key.clone(),
                    lock: None,
                    resources: vec![],
                    failure: None,
                })
                .collect(),
        }),
        Source::Lease => Reading::Lease(LeaseReading::default()),
    }
}

fn backups(at: &str) -> BackupsReading {
    let backup = |schedule: &str, name: &str, age: i64| Backup {
        name: name.into(),
        schedule: Some(schedule.into()),
        location: Some("default".into()),
        phase: BackupPhase::Completed,
        started: Some(ago(age)),
        completed: Some(ago(age - 40)),
        expires: Some(now() + SignedDuration::from_hours(24)),
        errors: 0,
        warnings: 0,
        volume_snapshots: 0,
        volume_region: None,
        volumes_in_store: true,
        source_minor_version: Some(33),
    };
    let schedule = |name: &str| Schedule {
        name: name.into(),
        cron: "*/5 * * * *".into(),
        paused: false,
        enabled: true,
        last_backup: Some(ago(200)),
    };
    BackupsReading {
        backups: vec![
            backup("pvc-5m", "pvc-5m-2", 200),
            backup("pvc-5m", "pvc-5m-1", 500),
            backup("cluster-6h", "c-1", 7_200),
        ],
        schedules: vec![schedule("pvc-5m"), schedule("cluster-6h")],
        locations: vec![BackupLocation {
            name: "default".into(),
            bucket: format!("velero-{at}"),
            region: Some(at.into()),
            available: true,
            read_only: false,
            default: true,
            validated: Some(ago(20)),
            message: None,
        }],
        restores: vec![],
    }
}

/// A world that a test changes before it looks.
pub struct World {
    pub stack: Stack,
    pub history: History,
    pub observations: BTreeMap<SourceId, Vec<Observation>>,
}

impl World {
    pub fn calm() -> Self {
        let stack = stack();
        let mut world = Self { history: History::default(), observations: BTreeMap::new(), stack };
        for name in REGIONS {
            for source in Source::of(&world.stack, &region(name)) {
                let reading = calm(source, name, &world.stack);
                world.say(source, name, reading);
            }
        }
        world
    }

    /// The calm world of a stack whose levers, locks and lease are watched too.
    pub fn watched() -> Self {
        let mut world = Self::calm();
        let stack = world.stack.clone();
        for source in [Source::RoutingControl, Source::Answers, Source::Lease] {
            world.say(source, "us-east-1", calm(source, "us-east-1", &stack));
        }
        for at in REGIONS {
            world.say(Source::Markers, at, calm(Source::Markers, at, &stack));
        }
        world
    }

    /// A region answers no more: nothing that is asked in it. What stands for no region is asked elsewhere, where it can
    /// be.
    pub fn lose(&mut self, at: &str) -> &mut Self {
        let lost: Vec<_> = self
            .observations
            .keys()
            .filter(|id| id.region.as_str() == at)
            .filter(|id| !matches!(id.source, Source::RoutingControl | Source::Answers | Source::Lease))
            .map(|id| id.source)
            .collect();
        for source in lost {
            self.fail(source, at);
        }
        self
    }

    pub fn say(&mut self, source: Source, at: &str, reading: Reading) {
        let result = Ok(Sampled { sampled_at: now(), reading });
        self.observations.insert(id(source, at), vec![observation(source, at, now(), result)]);
    }

    pub fn change(&mut self, source: Source, at: &str, change: impl FnOnce(&mut Reading)) -> &mut Self {
        let said = self.observations.get_mut(&id(source, at)).unwrap().last_mut().unwrap();
        change(&mut said.result.as_mut().unwrap().reading);
        self
    }

    /// The source fails from now on; what it said before is still known.
    pub fn fail(&mut self, source: Source, at: &str) -> &mut Self {
        let error = SourceError::new(SourceErrorKind::Timeout, "nothing came in 5 s");
        self.observations.entry(id(source, at)).or_default().push(observation(source, at, now(), Err(error)));
        self
    }

    /// The source is as if it had last been heard so long ago.
    pub fn age(&mut self, source: Source, at: &str, by: SignedDuration) -> &mut Self {
        for observation in self.observations.get_mut(&id(source, at)).into_iter().flatten() {
            observation.received_at -= by;
            observation.source_clock = observation.source_clock.map(|clock| clock - by);
            if let Ok(sampled) = &mut observation.result {
                sampled.sampled_at -= by;
            }
        }
        self
    }

    pub fn remove(&mut self, source: Source, at: &str) -> &mut Self {
        self.observations.remove(&id(source, at));
        self
    }

    pub fn snapshot(&self) -> Snapshot {
        let all = self.observations.values().flatten();
        all.fold(Snapshot::default(), |snapshot, observation| snapshot.with(observation.clone()))
    }

    pub fn assess(&self) -> Assessment {
        assess(&self.stack, &self.snapshot(), &self.history, now())
    }

    pub fn findings(&self, code: Code) -> Vec<Finding> {
        self.assess().findings.into_iter().filter(|finding| finding.code == code).collect()
    }
}

pub fn id(source: Source, at: &str) -> SourceId {
    SourceId { source, region: region(at) }
}

pub fn observation(source: Source, at: &str, when: Timestamp, result: Result<Sampled, SourceError>) -> Observation {
    let source_clock = result.is_ok().then_some(when);
    Observation { id: id(source, at), received_at: when, source_clock, took: SignedDuration::from_millis(30), result }
}

/// The reading of a kind, to change it.
#[macro_export]
macro_rules! reading {
    ($reading:expr, $variant:ident) => {
        match $reading {
            evac_core::Reading::$variant(inner) => inner,
            other => panic!("not a {} reading: {other:?}", stringify!($variant)),
        }
    };
}

/// The worst that the source could say.
pub fn spoil(reading: &mut Reading) {
    use Reading::*;
    match reading {
        Probe(probe) => probe.status = 503,
        GlobalCluster(view) => {
            for member in &mut view.members {
                member.is_writer = member.region.as_str() == "us-west-2";
            }
        }
        Cluster(cluster) => cluster.instances.clear(),
        Metrics(metrics) => {
            metrics.aurora.rpo.clear();
            metrics
                .replication
                .iter_mut()
                .for_each(|entry| entry.latency.iter_mut().for_each(|point| point.value = 1e5));
            metrics.checkers.values_mut().for_each(|check| check.percent_healthy.clear());
        }
        Replication(replication) => replication.versioned = false,
        Backups(backups) => backups.locations.clear(),
        Workloads(workloads) => workloads.nodes_ready = 0,
        HealthChecks(checks) => checks.checks.iter_mut().for_each(|check| check.checkers_healthy = 0),
        Records(records) => records.records.clear(),
        Identity(_) | Alarms(_) | Events(_) | Snapshots(_) | Cost(_) | Canary(_) => {}
        RoutingControl(_) | Answers(_) | Markers(_) | Lease(_) => {}
    }
}
