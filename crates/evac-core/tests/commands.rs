//! The command that stands for a call.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;

use std::collections::BTreeMap;

use evac_core::{
    ids::{Arn, BucketName, DnsName, GlobalClusterId, HostedZoneId},
    plan::{Call, ExistingResources, LocationMode, RecordChange, RecordSet, RestoreSpec},
};
use world::{region, stack};

#[test]
fn a_command_says_the_same_as_the_call() {
    let stack = stack();
    let here = || region("us-west-2");
    let target = Arn::new("arn:aws:rds:us-west-2:123456789012:cluster:akidb-us-west-2").unwrap();
    let failover =
        Call::Failover { region: here(), global_cluster: GlobalClusterId::new("akidb-global").unwrap(), target };
    assert_eq!(
        failover.command(&stack),
        "aws rds failover-global-cluster --region us-west-2 --global-cluster-identifier akidb-global \
         --target-db-cluster-identifier arn:aws:rds:us-west-2:123456789012:cluster:akidb-us-west-2 --allow-data-loss"
    );
    let mode = Call::SetLocationMode {
        region: here(),
        namespace: "velero".into(),
        location: "default".into(),
        mode: LocationMode::ReadOnly,
    };
    assert_eq!(
        mode.command(&stack),
        "kubectl --context us-west-2 --namespace velero patch backupstoragelocation default --type merge --patch \
         '{\"spec\":{\"accessMode\":\"ReadOnly\"}}'"
    );
    let restore = Call::CreateRestore {
        region: here(),
        namespace: "velero".into(),
        name: "evac-5f1c".into(),
        spec: RestoreSpec {
            backup: "c-1".into(),
            namespaces: vec!["akidb".into(), "jobs".into()],
            mapping: BTreeMap::from([("jobs".into(), "jobs-two".into())]),
            existing: ExistingResources::Update,
            label: "5f1c".into(),
        },
    };
    assert_eq!(
        restore.command(&stack),
        "velero restore create evac-5f1c --kubecontext us-west-2 --namespace velero --from-backup c-1 \
         --include-namespaces akidb,jobs --namespace-mappings jobs:jobs-two --existing-resource-policy update \
         --labels evac.dev/plan=5f1c"
    );
}

#[test]
fn nothing_in_a_value_ends_its_word() {
    let put = Call::PutStop {
        region: region("us-west-2"),
        bucket: BucketName::new("data").unwrap(),
        key: "a b'; rm -rf /".into(),
        body: "$(id) 'x'".into(),
    };
    assert_eq!(
        put.command(&stack()),
        r"printf %s '$(id) '\''x'\''' > body && aws s3api put-object --region us-west-2 --bucket data --key 'a b'\''; rm -rf /' --body body"
    );
}

#[test]
fn a_record_set_is_written_with_what_it_has_and_nothing_else() {
    let set = RecordSet {
        name: DnsName::new("api.akidb.example").unwrap(),
        kind: "A".into(),
        set_identifier: "us-west-2".into(),
        weight: Some(100),
        region: None,
        ttl: Some(60),
        values: vec!["192.0.2.1".into()],
        alias: None,
        health_check: None,
    };
    let change = Call::ChangeRecords {
        zone: HostedZoneId::new("Z1").unwrap(),
        changes: vec![RecordChange { from: set.clone(), to: set }],
        comment: "evac".into(),
    };
    let command = change.command(&stack());
    assert!(command.starts_with("aws route53 change-resource-record-sets --hosted-zone-id Z1 --change-batch '{"));
    assert!(command.contains(r#""ResourceRecords":[{"Value":"192.0.2.1"}]"#) && command.contains(r#""TTL":60"#));
    assert!(!command.contains("null") && !command.contains("AliasTarget") && !command.contains("\"Region\""));
}
