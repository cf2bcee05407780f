//! The calls of RDS that change something, on the wire: what they answer, what they refuse, and what the reads show of
//! them until they have come to their end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Answer, address, form, world};
use evac_sim::{
    Fault, FaultTarget, Simulator,
    topology::{Region, Service},
};
use jiff::SignedDuration;

const EAST: &str = "arn:aws:rds:us-east-1:123456789012:cluster:akidb-use1";
const WEST: &str = "arn:aws:rds:us-west-2:123456789012:cluster:akidb-usw2";
const GLOBAL: &str = "GlobalClusterIdentifier=akidb-global";

async fn call(simulator: &Simulator, region: Region, action: &str, parameters: &str) -> Answer {
    let form_text = format!("Action={action}&Version=2014-10-31&{parameters}");
    form(&address(simulator, Service::Rds, region), &form_text).await.unwrap()
}

async fn done(simulator: &Simulator, region: Region, action: &str, parameters: &str) -> String {
    let answer = call(simulator, region, action, parameters).await;
    assert_eq!(answer.status, 200, "{action} {parameters}: {}", answer.text());
    assert!(answer.text().contains(&format!("<{action}Result>")), "{}", answer.text());
    answer.text()
}

async fn refused(simulator: &Simulator, region: Region, action: &str, parameters: &str, code: &str) {
    let answer = call(simulator, region, action, parameters).await;
    let status = if code.contains("NotFound") { 404 } else { 400 };
    assert_eq!(answer.status, status, "{action} {parameters}: {}", answer.text());
    assert!(answer.text().contains(&format!("<Code>{code}</Code>")), "{action} {parameters}: {}", answer.text());
}

fn wait(simulator: &Simulator, minutes: i64) {
    simulator.clock().advance(SignedDuration::from_mins(minutes));
    simulator.catch_up();
}

/// The text of the first element of that name.
fn element<'a>(text: &'a str, name: &str) -> &'a str {
    let rest = text.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {text}")).1;
    rest.split_once(&format!("</{name}>")).unwrap().0
}

/// The ARN of the member that is marked as the writer.
fn writer(text: &str) -> &str {
    let before = text.split_once("<IsWriter>true").unwrap().0;
    before.rsplit_once("<DBClusterArn>").unwrap().1.split('<').next().unwrap()
}

#[tokio::test]
async fn a_switchover_is_called_in_the_primarys_region_and_seen_in_all_of_them() {
    let (simulator, _directory) = world(None).await;
    let target = format!("{GLOBAL}&TargetDbClusterIdentifier={WEST}");
    let text = done(&simulator, Region::UsEast1, "SwitchoverGlobalCluster", &target).await;
    assert_eq!(
        element(&text, "FailoverState"),
        format!(
            "<Status>pending</Status><FromDbClusterArn>{EAST}</FromDbClusterArn><ToDbClusterArn>{WEST}</ToDbClusterArn>\
         <IsDataLossAllowed>false</IsDataLossAllowed>"
        )
    );
    assert!(text.contains("<Status>switching-over</Status>"));
    assert_eq!(writer(&text), EAST);
    // While it runs nothing else may be begun.
    for (region, action) in [(Region::UsEast1, "SwitchoverGlobalCluster"), (Region::UsWest2, "FailoverGlobalCluster")] {
        let lossy = format!("{target}&AllowDataLoss=true");
        let parameters = if action.starts_with('F') { &lossy } else { &target };
        refused(&simulator, region, action, parameters, "InvalidGlobalClusterStateFault").await;
    }
    simulator.clock().advance(SignedDuration::from_secs(10));
    let text = done(&simulator, Region::EuWest1, "DescribeGlobalClusters", GLOBAL).await;
    assert!(element(&text, "FailoverState").starts_with("<Status>switching-over</Status>"), "{text}");
    let text = done(&simulator, Region::UsWest2, "DescribeDBClusters", "DBClusterIdentifier=akidb-usw2").await;
    assert_eq!(element(&text, "Status"), "promoting");
    wait(&simulator, 3);
    for region in Region::ALL {
        let text = done(&simulator, region, "DescribeGlobalClusters", GLOBAL).await;
        assert_eq!((writer(&text), element(&text, "FailoverState")), (WEST, ""));
        assert!(text.contains("<Status>available</Status>"));
    }
    let text = done(&simulator, Region::UsEast1, "DescribeDBClusters", "").await;
    assert_eq!(element(&text, "ReplicationSourceIdentifier"), WEST);
    assert!(!text.contains("<IsClusterWriter>true"));
    let fence = "SourceType=db-instance&SourceIdentifier=akidb-use1-1&Duration=60";
    let text = done(&simulator, Region::UsEast1, "DescribeEvents", fence).await;
    assert!(element(&text, "Message").contains("Attempt to block writes for DB cluster akidb-use1"));
    assert_eq!(
        simulator.truth(|world| (world.writers(), world.aurora.ledger.split_seconds)),
        (vec![Region::UsWest2], 0)
    );
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_failover_is_called_in_the_targets_region_and_leaves_a_snapshot_to_copy() {
    let (simulator, _directory) = world(Some("region-loss")).await;
    wait(&simulator, 5);
    let target = format!("{GLOBAL}&TargetDbClusterIdentifier={WEST}");
    // A switchover needs the region that is lost.
    refused(&simulator, Region::UsWest2, "SwitchoverGlobalCluster", &target, "InvalidGlobalClusterStateFault").await;
    let text =
        done(&simulator, Region::UsWest2, "FailoverGlobalCluster", &format!("{target}&AllowDataLoss=true")).await;
    assert!(element(&text, "FailoverState").contains("<IsDataLossAllowed>true</IsDataLossAllowed>"));
    wait(&simulator, 3);
    let text = done(&simulator, Region::EuWest1, "DescribeGlobalClusters", GLOBAL).await;
    assert_eq!(writer(&text), WEST);
    assert_eq!(text.matches("<SynchronizationStatus>pending-resync").count(), 2);
    let fence = "SourceType=db-instance&EventCategories.EventCategory.1=notification&Duration=60";
    let text = done(&simulator, Region::UsWest2, "DescribeEvents", fence).await;
    assert!(text.contains("Attempt to block writes for DB cluster akidb-use1 in Region us-east-1 succeeded."));
    simulator.trigger("calm-day").unwrap();
    simulator.settle().await;
    wait(&simulator, 30);
    let text = done(&simulator, Region::UsEast1, "DescribeGlobalClusters", GLOBAL).await;
    assert_eq!(text.matches("<SynchronizationStatus>connected").count(), 2);

    let text = done(&simulator, Region::UsEast1, "DescribeDBClusterSnapshots", "SnapshotType=automated").await;
    let (_, rest) = text.split_once("rds:unplanned-global-failover-akidb-use1-").unwrap();
    let name = format!("rds:unplanned-global-failover-akidb-use1-{}", rest.split('<').next().unwrap());
    let copy = format!("SourceDBClusterSnapshotIdentifier={name}&TargetDBClusterSnapshotIdentifier=lost-writes");
    let text = done(&simulator, Region::UsEast1, "CopyDBClusterSnapshot", &copy).await;
    assert_eq!((element(&text, "Status"), element(&text, "SnapshotType")), ("copying", "manual"));
    assert!(element(&text, "SourceDBClusterSnapshotArn").ends_with(&name));
    refused(&simulator, Region::UsEast1, "CopyDBClusterSnapshot", &copy, "DBClusterSnapshotAlreadyExistsFault").await;
    wait(&simulator, 10);
    let wanted = "DBClusterSnapshotIdentifier=lost-writes";
    let text = done(&simulator, Region::UsEast1, "DescribeDBClusterSnapshots", wanted).await;
    assert_eq!((element(&text, "Status"), element(&text, "PercentProgress")), ("available", "100"));
    simulator.shut_down().await;
}

#[tokio::test]
async fn what_cannot_be_done_to_the_global_cluster_is_refused_by_its_fault() {
    let (simulator, _directory) = world(None).await;
    let nowhere = "arn:aws:rds:us-west-2:123456789012:cluster:nope";
    let with = |target: &str| format!("{GLOBAL}&TargetDbClusterIdentifier={target}");
    let lossy = |target: &str| format!("{}&AllowDataLoss=true", with(target));
    let (east, west) = (Region::UsEast1, Region::UsWest2);
    let (switchover, failover, remove) =
        ("SwitchoverGlobalCluster", "FailoverGlobalCluster", "RemoveFromGlobalCluster");
    for (region, action, parameters, code) in [
        (east, switchover, GLOBAL.to_owned(), "MissingParameter"),
        (east, switchover, "TargetDbClusterIdentifier=x".to_owned(), "MissingParameter"),
        (
            east,
            switchover,
            format!("GlobalClusterIdentifier=x&TargetDbClusterIdentifier={WEST}"),
            "GlobalClusterNotFoundFault",
        ),
        (east, switchover, with("akidb-usw2"), "InvalidParameterValue"),
        (east, switchover, with(nowhere), "DBClusterNotFoundFault"),
        (east, switchover, with(EAST), "InvalidDBClusterStateFault"),
        (west, switchover, with(WEST), "InvalidGlobalClusterStateFault"),
        (east, failover, lossy(WEST), "InvalidGlobalClusterStateFault"),
        (west, failover, format!("{}&Switchover=true", lossy(WEST)), "InvalidParameterCombination"),
        // Without a word about loss it is a switchover, and this is not the region for one.
        (west, failover, with(WEST), "InvalidGlobalClusterStateFault"),
        (east, remove, format!("{GLOBAL}&DbClusterIdentifier={EAST}"), "InvalidGlobalClusterStateFault"),
        (west, remove, format!("{GLOBAL}&DbClusterIdentifier=akidb-usw2"), "InvalidParameterValue"),
    ] {
        refused(&simulator, region, action, &parameters, code).await;
    }
    // A cluster without instances can be promoted to nothing that serves.
    for number in [1, 2] {
        done(
            &simulator,
            west,
            "DeleteDBInstance",
            &format!("DBInstanceIdentifier=akidb-usw2-{number}&SkipFinalSnapshot=true"),
        )
        .await;
    }
    refused(&simulator, west, failover, &lossy(WEST), "InvalidDBClusterStateFault").await;
    assert_eq!(simulator.truth(evac_sim::world::World::writers), [east]);
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_member_that_is_taken_out_is_a_writer_of_its_own() {
    let (simulator, _directory) = world(None).await;
    let parameters = format!("{GLOBAL}&DbClusterIdentifier={WEST}");
    done(&simulator, Region::UsWest2, "RemoveFromGlobalCluster", &parameters).await;
    wait(&simulator, 2);
    let text = done(&simulator, Region::UsEast1, "DescribeGlobalClusters", "").await;
    assert!(!text.contains(WEST) && writer(&text) == EAST);
    let text = done(&simulator, Region::UsWest2, "DescribeDBClusters", "").await;
    assert!(!text.contains("GlobalClusterIdentifier") && !text.contains("ReplicationSourceIdentifier"));
    assert!(text.contains("<IsClusterWriter>true</IsClusterWriter>"));
    assert_eq!(simulator.truth(evac_sim::world::World::writers), [Region::UsEast1, Region::UsWest2]);
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_recovery_is_made_beside_the_old_cluster_and_cleaned_up() {
    let (simulator, _directory) = world(None).await;
    let east = Region::UsEast1;
    let (restore, source) =
        ("RestoreDBClusterToPointInTime", "DBClusterIdentifier=recovery&SourceDBClusterIdentifier=akidb-use1");
    let combination = "InvalidParameterCombination";
    refused(&simulator, east, restore, source, combination).await;
    refused(
        &simulator,
        east,
        restore,
        &format!("{source}&UseLatestRestorableTime=true&RestoreToTime=2026-11-22T11:00:00Z"),
        combination,
    )
    .await;
    for time in ["2026-11-22T12:00:00Z", "2026-11-01T00:00:00Z", "soon"] {
        refused(&simulator, east, restore, &format!("{source}&RestoreToTime={time}"), "InvalidParameterValue").await;
    }
    let elsewhere = source.replace("use1", "usw2");
    refused(&simulator, east, restore, &format!("{elsewhere}&UseLatestRestorableTime=true"), "DBClusterNotFoundFault")
        .await;
    let at =
        format!("DBClusterIdentifier=recovery&SourceDBClusterIdentifier={EAST}&RestoreToTime=2026-11-22T11:00:00Z");
    let text = done(&simulator, east, restore, &at).await;
    assert_eq!((element(&text, "Status"), element(&text, "DBClusterMembers")), ("creating", ""));
    assert!(!text.contains("GlobalClusterIdentifier"));
    refused(&simulator, east, restore, &at, "DBClusterAlreadyExistsFault").await;

    let create = "DBInstanceIdentifier=recovery-1&DBInstanceClass=db.r6g.xlarge&DBClusterIdentifier=recovery";
    refused(&simulator, east, "CreateDBInstance", create, "MissingParameter").await;
    refused(&simulator, east, "CreateDBInstance", &format!("{create}&Engine=mysql"), combination).await;
    let create = format!("{create}&Engine=aurora-postgresql");
    let text = done(&simulator, east, "CreateDBInstance", &create).await;
    assert_eq!(element(&text, "DBInstanceStatus"), "creating");
    assert!(!text.contains("<Endpoint>"));
    refused(&simulator, east, "CreateDBInstance", &create, "DBInstanceAlreadyExists").await;
    wait(&simulator, 25);
    let text = done(&simulator, east, "DescribeDBClusters", "DBClusterIdentifier=recovery").await;
    assert_eq!(element(&text, "Status"), "available");
    let text = done(&simulator, east, "DescribeDBInstances", "DBInstanceIdentifier=recovery-1").await;
    assert_eq!(element(&text, "DBInstanceStatus"), "available");
    let text = done(&simulator, east, "DescribeDBClusters", "").await;
    assert_eq!(text.matches("<DBCluster>").count(), 2);

    let protect = "DBClusterIdentifier=recovery&ApplyImmediately=true&DeletionProtection=true&BackupRetentionPeriod=3";
    let text = done(&simulator, east, "ModifyDBCluster", protect).await;
    assert_eq!((element(&text, "DeletionProtection"), element(&text, "BackupRetentionPeriod")), ("true", "3"));
    refused(&simulator, east, "ModifyDBCluster", "DBClusterIdentifier=recovery&EngineVersion=17.1", combination).await;
    let delete = "DBClusterIdentifier=recovery&SkipFinalSnapshot=true";
    refused(&simulator, east, "DeleteDBCluster", delete, combination).await;
    done(&simulator, east, "ModifyDBCluster", "DBClusterIdentifier=recovery&DeletionProtection=false").await;
    refused(&simulator, east, "DeleteDBCluster", delete, "InvalidDBClusterStateFault").await;
    done(&simulator, east, "DeleteDBInstance", "DBInstanceIdentifier=recovery-1&SkipFinalSnapshot=true").await;
    refused(&simulator, east, "DeleteDBCluster", "DBClusterIdentifier=recovery", combination).await;
    let text = done(&simulator, east, "DeleteDBCluster", delete).await;
    assert_eq!(element(&text, "Status"), "deleting");
    wait(&simulator, 10);
    refused(&simulator, east, "DescribeDBClusters", "DBClusterIdentifier=recovery", "DBClusterNotFoundFault").await;
    refused(&simulator, east, "DescribeDBInstances", "DBInstanceIdentifier=recovery-1", "DBInstanceNotFound").await;
    // The cluster of the global database is safe even without protection.
    done(&simulator, east, "ModifyDBCluster", "DBClusterIdentifier=akidb-use1&DeletionProtection=false").await;
    refused(
        &simulator,
        east,
        "DeleteDBCluster",
        "DBClusterIdentifier=akidb-use1&SkipFinalSnapshot=true",
        "InvalidDBClusterStateFault",
    )
    .await;
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_failover_whose_answer_is_lost_happens_and_one_that_is_lost_itself_does_not() {
    for (fault, moved) in [(Fault::LostAnswer, true), (Fault::CutAnswer, true), (Fault::LostRequest, false)] {
        let (simulator, _directory) = world(None).await;
        simulator.set_fault(FaultTarget { region: None, service: Some(Service::Rds) }, fault).await;
        let target = format!("{GLOBAL}&TargetDbClusterIdentifier={WEST}&AllowDataLoss=true");
        let rds = address(&simulator, Service::Rds, Region::UsWest2);
        let text = format!("Action=FailoverGlobalCluster&Version=2014-10-31&{target}");
        let asked = tokio::spawn(async move { form(&rds, &text).await });
        let begun = || simulator.truth(|world| world.aurora.operation.is_some());
        while moved && !begun() {
            tokio::task::yield_now().await;
        }
        if fault == Fault::CutAnswer {
            assert!(asked.await.unwrap().is_err());
        } else {
            assert!(!asked.is_finished());
            asked.abort();
        }
        wait(&simulator, 3);
        let text = done(&simulator, Region::EuWest1, "DescribeGlobalClusters", GLOBAL).await;
        assert_eq!(writer(&text), if moved { WEST } else { EAST }, "{fault}");
        simulator.shut_down().await;
    }
}

#[tokio::test]
async fn a_region_without_power_has_no_control_plane() {
    let (simulator, _directory) = world(Some("region-loss")).await;
    wait(&simulator, 1);
    simulator.clear_faults(FaultTarget::default()).await;
    let answer = call(&simulator, Region::UsEast1, "DescribeDBClusters", "").await;
    assert_eq!(answer.status, 503);
    simulator.shut_down().await;
}
