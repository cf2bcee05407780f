//! Every code is raised by what it is about, and by nothing else.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod world;

use std::collections::BTreeSet;

use evac_core::{
    Source, Verdict,
    assessment::{Code, Finding, Severity},
    history::Day,
    ids::{AccountId, Arn},
    reading::*,
    stack::Period,
};
use jiff::SignedDuration;
use world::{World, ago, now, points, region};

const TARGET: &str = "us-west-2";

struct Case {
    code: Code,
    change: fn(&mut World),
    severity: Severity,
    /// What becomes of the verdict of us-west-2.
    verdict: Verdict,
}

fn case(code: Code, severity: Severity, verdict: Verdict, change: fn(&mut World)) -> Case {
    Case { code, change, severity, verdict }
}

fn newest_backups(world: &mut World, change: fn(&mut BackupsReading)) {
    world.change(Source::Backups, TARGET, |reading| change(reading!(reading, Backups)));
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    use Severity::*;
    use Verdict::*;
    vec![
        case(Code::SourceMissing, Warning, Unknown, |world| { world.remove(Source::Probe, TARGET); }),
        case(Code::SourceStale, Warning, Unknown, |world| { world.age(Source::Probe, TARGET, SignedDuration::from_hours(1)); }),
        case(Code::SourceFailed, Warning, Unknown, |world| { world.fail(Source::Probe, TARGET); }),
        case(Code::ProbeFailed, Critical, NoGo, |world| { world.change(Source::Probe, TARGET, |reading| reading!(reading, Probe).status = 503); }),
        case(Code::ProbeSlow, Warning, Go, |world| { world.change(Source::Probe, TARGET, |reading| reading!(reading, Probe).latency = SignedDuration::from_secs(3)); }),
        case(Code::WriterNone, Critical, Unknown, |world| for at in world::REGIONS {
            world.change(Source::GlobalCluster, at, |reading| reading!(reading, GlobalCluster).members.iter_mut().for_each(|member| member.is_writer = false));
        }),
        case(Code::WriterTwo, Critical, NoGo, |world| for at in world::REGIONS {
            world.change(Source::GlobalCluster, at, |reading| reading!(reading, GlobalCluster).members.iter_mut().for_each(|member| member.is_writer = true));
        }),
        case(Code::WriterViews, Critical, Unknown, |world| { world.change(Source::GlobalCluster, "eu-west-1", |reading| {
            reading!(reading, GlobalCluster).members.retain(|member| member.region.as_str() != "eu-west-1");
        }); }),
        case(Code::WriterUnfenced, Critical, Go, |world| {
            world.fail_over(TARGET).remove(Source::GlobalCluster, "us-east-1").fail(Source::GlobalCluster, "us-east-1");
            world.report_fence(TARGET, 600, "timed out");
        }),
        case(Code::AuroraFailover, Critical, Unknown, |world| { world.change(Source::GlobalCluster, TARGET, |reading| {
            reading!(reading, GlobalCluster).failover = Some(FailoverState { status: "failing-over".into(), from: None, to: None, data_loss_allowed: true });
        }); }),
        case(Code::AuroraMember, Critical, NoGo, |world| for at in world::REGIONS {
            world.change(Source::GlobalCluster, at, |reading| reading!(reading, GlobalCluster).members.retain(|member| member.region.as_str() != TARGET));
        }),
        case(Code::AuroraStatus, Critical, NoGo, |world| { world.change(Source::Cluster, TARGET, |reading| reading!(reading, Cluster).status = "upgrading".into()); }),
        case(Code::AuroraHeadless, Critical, NoGo, |world| { world.change(Source::Cluster, TARGET, |reading| reading!(reading, Cluster).instances.clear()); }),
        case(Code::AuroraVersion, Critical, NoGo, |world| { world.change(Source::Cluster, TARGET, |reading| reading!(reading, Cluster).engine_version = Some("15.12".into())); }),
        case(Code::AuroraVersion, Warning, Go, |world| { world.change(Source::Cluster, TARGET, |reading| reading!(reading, Cluster).engine_version = Some("16.4".into())); }),
        case(Code::AuroraLag, Critical, NoGo, |world| { world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).aurora.rpo = points(&[1e6])); }),
        case(Code::AuroraLag, Warning, Go, |world| { world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).aurora.rpo = points(&[1_500.0])); }),
        case(Code::AuroraLag, Warning, Unknown, |world| { world.change(Source::Metrics, TARGET, |reading| {
            reading!(reading, Metrics).aurora.rpo = vec![Point { at: ago(901), value: 100.0 }];
        }); }),
        case(Code::AuroraLagUnknown, Warning, Unknown, |world| { world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).aurora.rpo.clear()); }),
        case(Code::AuroraLagUnknown, Warning, Unknown, |world| { world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).aurora.rpo = points(&[-4.0])); }),
        case(Code::AuroraLagFlat, Warning, Unknown, |world| { world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).aurora.rpo = points(&[150.25; 10])); }),
        case(Code::AuroraRescue, Warning, Go, |world| { world.change(Source::Snapshots, TARGET, |reading| {
            reading!(reading, Snapshots).snapshots.push(SnapshotEntry { name: "rds:unplanned-global-failover-1".into(), kind: "automated".into(), status: "available".into(), created: None });
        }); }),
        case(Code::ReplicationBacklog, Critical, NoGo, |world| { world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).replication[0].latency = points(&[1_000.0])); }),
        case(Code::ReplicationBacklog, Warning, Go, |world| {
            world.stack.objectives.replication_latency = Period::from_mins(5);
            world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).replication[0].latency = points(&[400.0]));
        }),
        case(Code::ReplicationBacklog, Warning, Unknown, |world| { world.change(Source::Metrics, TARGET, |reading| {
            reading!(reading, Metrics).replication[0].latency = vec![Point { at: ago(901), value: 2.0 }];
        }); }),
        case(Code::ReplicationUnknown, Warning, Unknown, |world| { world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).replication.clear()); }),
        case(Code::ReplicationUnknown, Warning, Unknown, |world| { world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).replication[0].bytes_pending.clear()); }),
        case(Code::ReplicationFailed, Warning, Go, |world| { world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).failed_operations[0].1 = 3.0); }),
        case(Code::ReplicationRule, Critical, Go, |world| { world.change(Source::Replication, TARGET, |reading| reading!(reading, Replication).rules[0].enabled = false); }),
        case(Code::ReplicationRule, Critical, Go, |world| { world.change(Source::Replication, TARGET, |reading| reading!(reading, Replication).rules.clear()); }),
        case(Code::ReplicationRule, Critical, Go, |world| { world.change(Source::Replication, TARGET, |reading| reading!(reading, Replication).versioned = false); }),
        case(Code::ReplicationOneWay, Warning, Go, |world| world.stack.replication.retain(|rule| rule.from.as_str() != TARGET)),
        case(Code::CanaryLate, Warning, Go, |world| { world.change(Source::Canary, TARGET, |reading| *reading!(reading, Canary) = CanaryReading { written_at: ago(1_000), took: None }); }),
        case(Code::WorkloadMissing, Critical, NoGo, |world| { world.change(Source::Workloads, TARGET, |reading| reading!(reading, Workloads).deployments.clear()); }),
        case(Code::WorkloadShort, Critical, NoGo, |world| { world.change(Source::Workloads, TARGET, |reading| reading!(reading, Workloads).deployments[0].ready = 2); }),
        case(Code::NodesShort, Critical, NoGo, |world| { world.change(Source::Workloads, TARGET, |reading| reading!(reading, Workloads).nodes_ready = 4); }),
        case(Code::BackupNone, Critical, Go, |world| newest_backups(world, |backups| backups.backups.clear())),
        case(Code::BackupOld, Warning, Go, |world| newest_backups(world, |backups| backups.backups.retain(|backup| backup.name == "c-1"))),
        case(Code::BackupStore, Critical, Go, |world| newest_backups(world, |backups| backups.locations[0].available = false)),
        case(Code::BackupReadOnly, Warning, Go, |world| newest_backups(world, |backups| backups.locations[0].read_only = true)),
        case(Code::BackupFailed, Warning, Go, |world| newest_backups(world, |backups| backups.backups[0].phase = BackupPhase::PartiallyFailed)),
        case(Code::BackupSchedule, Warning, Go, |world| newest_backups(world, |backups| backups.schedules[0].paused = true)),
        case(Code::BackupSchedule, Warning, Go, |world| newest_backups(world, |backups| { backups.schedules.remove(0); })),
        case(Code::RecordMissing, Critical, Go, |world| { world.change(Source::Records, "us-east-1", |reading| { reading!(reading, Records).records.pop(); }); }),
        case(Code::RecordHealthCheck, Warning, Go, |world| { world.change(Source::Records, "us-east-1", |reading| reading!(reading, Records).records[1].health_check = None); }),
        case(Code::Checkers, Critical, Go, |world| { world.change(Source::HealthChecks, "us-east-1", |reading| reading!(reading, HealthChecks).checks.iter_mut().for_each(|check| check.checkers_healthy = 2)); }),
        case(Code::CheckDisabled, Warning, Go, |world| { world.change(Source::HealthChecks, "us-east-1", |reading| reading!(reading, HealthChecks).checks[0].disabled = true); }),
        case(Code::AlarmRaised, Warning, Go, |world| { world.change(Source::Alarms, TARGET, |reading| {
            reading!(reading, Alarms).alarms.push(Alarm { name: "lag".into(), state: AlarmState::Alarm, since: None, reason: None });
        }); }),
        case(Code::IdentityExpiry, Warning, Go, |world| { world.change(Source::Identity, TARGET, |reading| reading!(reading, Identity).expires_at = Some(now() + SignedDuration::from_mins(10))); }),
        case(Code::IdentityExpiry, Critical, Go, |world| { world.change(Source::Identity, TARGET, |reading| reading!(reading, Identity).expires_at = Some(ago(10))); }),
        case(Code::IdentityAccount, Warning, Go, |world| { world.change(Source::Identity, TARGET, |reading| {
            *reading!(reading, Identity) = IdentityReading { account: AccountId::new("999999999999").unwrap(), arn: Arn::new("arn:aws:iam::999999999999:user/two").unwrap(), expires_at: None };
        }); }),
        case(Code::ClockSkew, Warning, Go, |world| for observation in world.observations.values_mut().flatten() {
            observation.source_clock = observation.source_clock.map(|clock| clock + SignedDuration::from_mins(2));
            observation.result.as_mut().unwrap().sampled_at += SignedDuration::from_mins(2);
        }),
        case(Code::ClockSkew, Warning, Unknown, |world| { world.change(Source::Metrics, TARGET, |reading| {
            reading!(reading, Metrics).aurora.rpo = vec![Point { at: ago(-30), value: 100.0 }];
        }); }),
        case(Code::ClockRate, Note, Go, |world| world.stack.clock.rate = 10.0),
        case(Code::RtoProjected, Warning, Go, |world| world.stack.step_times.decide = Period::from_hours(1)),
        case(Code::BudgetSpent, Warning, Go, |world| for minute in 0..10 {
            world.history.record_minute(ago(3_600 - minute * 60), false);
        }),
    ]
}

#[test]
fn a_clock_that_is_steadily_wrong_is_told_steadily() {
    // Dates have whole seconds: what the sources show of one and the same skew differs by up to a second.
    let told = |source_ahead: Source| {
        let mut world = World::calm();
        for (id, observations) in &mut world.observations {
            let shown = if id.source == source_ahead { 31_900 } else { 31_000 };
            for observation in observations {
                observation.source_clock =
                    observation.source_clock.map(|clock| clock + SignedDuration::from_millis(shown));
            }
        }
        world.findings(Code::ClockSkew).into_iter().map(|finding| finding.text).collect::<Vec<_>>()
    };
    let texts = told(Source::Probe);
    assert_eq!(texts.len(), 3);
    assert!(texts[0].ends_with("is about 30 s ahead of this machine's"), "{texts:?}");
    for source in [Source::Metrics, Source::Backups, Source::Identity] {
        assert_eq!(told(source), texts);
    }
}

#[test]
fn each_code_is_raised_by_what_it_is_about() {
    for (index, case) in cases().into_iter().enumerate() {
        let mut world = World::calm();
        assert_eq!(world.findings(case.code), vec![]);
        (case.change)(&mut world);
        let assessment = world.assess();
        let found: Vec<_> = assessment.findings.iter().filter(|finding| finding.code == case.code).collect();
        let context = format!("case {index}, {}: {:#?}", case.code, assessment.findings);
        assert!(found.iter().any(|finding| finding.severity == case.severity), "{context}");
        let verdict = &assessment.regions[&region(TARGET)];
        assert_eq!(verdict.verdict, case.verdict, "{context} {:#?}", verdict.reasons);
    }
}

#[test]
fn every_code_has_a_case_a_name_of_its_own_and_a_meaning() {
    let shown: BTreeSet<_> = cases().iter().map(|case| case.code).collect();
    let names: BTreeSet<_> = Code::all().map(Code::name).collect();
    assert_eq!(names.len(), Code::all().count());
    for code in Code::all() {
        assert!(shown.contains(&code), "{code} has no case");
        assert!(code.meaning().len() > 20 && !code.name().is_empty(), "{code:?}");
    }
}

#[test]
fn what_is_known_is_told_before_who_is_silent() {
    let mut world = World::calm();
    for source in Source::ALL {
        world.fail(source, "us-east-1");
    }
    world.change(Source::Metrics, TARGET, |reading| reading!(reading, Metrics).aurora.rpo = points(&[5_000.0]));
    let warnings: Vec<_> =
        world.assess().findings.into_iter().filter(|one| one.severity == Severity::Warning).collect();
    let silent = |finding: &Finding| finding.code == Code::SourceFailed;
    assert_eq!(warnings[0].code, Code::AuroraLag);
    assert!(silent(&warnings[warnings.len() - 1]) && warnings.is_sorted_by_key(silent), "{warnings:?}");
}

#[test]
fn an_endpoint_that_is_silent_is_not_said_to_answer() {
    let mut world = World::calm();
    world.change(Source::Probe, TARGET, |reading| reading!(reading, Probe).status = 503);
    let said = |world: &World| world.assess().regions[&region(TARGET)].reasons[0].text.clone();
    assert_eq!(said(&world), "the public endpoint answers HTTP 503");
    world.fail(Source::Probe, TARGET);
    let reasons = world.assess().regions[&region(TARGET)].reasons.clone();
    assert!(
        reasons.iter().any(|one| one.text == "the public endpoint answered HTTP 503 when last seen"),
        "{reasons:?}"
    );
}

#[test]
fn a_backup_counts_only_when_it_could_be_restored_here_and_now() {
    type Spoil = fn(&mut Backup, &mut Vec<BackupLocation>);
    let spoilt: [(&str, Spoil); 8] = [
        ("partly failed", |backup, _| backup.phase = BackupPhase::PartiallyFailed),
        ("running", |backup, _| backup.phase = BackupPhase::Running),
        ("time to live", |backup, _| backup.expires = Some(now())),
        ("does not exist here", |backup, _| backup.location = Some("gone".into())),
        ("unavailable", |_, locations| locations[0].available = false),
        ("volume snapshots are in us-east-1", |backup, _| {
            (backup.volume_snapshots, backup.volumes_in_store, backup.volume_region) =
                (2, false, Some("us-east-1".into()));
        }),
        ("nobody says", |backup, _| (backup.volume_snapshots, backup.volumes_in_store) = (2, false)),
        ("Kubernetes 1.34", |backup, _| backup.source_minor_version = Some(34)),
    ];
    let world = World::calm();
    let snapshot = world.snapshot();
    let calm = snapshot.backups(&region(TARGET)).unwrap();
    let restorable = |backup: &Backup, reading: &BackupsReading| {
        evac_core::assessment::restorability(backup, reading, &region(TARGET), Some(33), now())
    };
    assert_eq!(restorable(&calm.backups[0], calm), Ok(()));
    for (why, spoil) in spoilt {
        let mut reading = calm.clone();
        let mut backup = reading.backups[0].clone();
        spoil(&mut backup, &mut reading.locations);
        assert!(restorable(&backup, &reading).unwrap_err().contains(why), "{why}");
    }
}

#[test]
fn the_data_loss_statement_counts_the_time_since_the_measurement() {
    let assessment = World::calm().assess();
    let loss = assessment.regions[&region(TARGET)].loss.clone().unwrap();
    let writes = loss.writes.unwrap();
    assert_eq!((writes.lag, writes.measured_ago), (SignedDuration::from_millis(200), SignedDuration::from_secs(60)));
    assert_eq!(writes.at_most, SignedDuration::from_millis(60_200));
    let objects = loss.objects.unwrap();
    assert_eq!((objects.operations, objects.bytes), (12.0, 1.4e6));
    assert_eq!(loss.newest_backup, Some(ago(200)));
    assert_eq!(assessment.regions[&region("us-east-1")].loss, None);
}

#[test]
fn the_recovery_point_is_the_worst_data_path_of_the_best_target_and_unknown_when_any_is() {
    let mut world = World::calm();
    let point = world.assess().recovery_point;
    assert_eq!((point.worst, point.is_met()), (Some(SignedDuration::from_secs(200)), Some(true)));
    for at in ["us-west-2", "eu-west-1"] {
        world.change(Source::Backups, at, |reading| reading!(reading, Backups).backups.clear());
    }
    assert_eq!(world.assess().recovery_point.worst, None);
}

#[test]
fn the_error_budget_counts_only_what_was_watched() {
    let mut world = World::calm();
    for minute in 0..100 {
        world.history.record_minute(ago(6_000 - minute * 60), minute != 50);
    }
    let budgets = world.assess().budgets;
    assert_eq!(budgets.month.spent, SignedDuration::from_mins(1));
    assert_eq!(budgets.month.allowed, SignedDuration::from_secs(259) + SignedDuration::from_millis(200));
    assert!((budgets.month.watched - 100.0 * 100.0 / 43_200.0).abs() < 1e-9);
    assert_eq!(Day::default(), Day { up: 0, down: 0 });
}
