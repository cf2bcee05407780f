//! What every source says when all is well.

use std::collections::BTreeMap;

use evac_core::{
    Reading, Source, Stack,
    ids::{AccountId, Arn, ClusterId, DnsName},
    reading::*,
};
use jiff::SignedDuration;

use super::{REGIONS, ago, now, points, region};

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
                .flat_map(|traffic| traffic.resolvers_beside(|_| false))
                .map(|resolver| ResolverAnswer {
                    resolver,
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
