//! Route 53: record sets, by its control plane in us-east-1.

use aws_sdk_route53::{
    error::BuildError,
    types::{
        AliasTarget, Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, ResourceRecordSetRegion,
        RrType,
    },
};
use evac_core::{
    guard::Consent,
    ids::HostedZoneId,
    plan::{RecordChange, RecordSet},
    run::CallAnswer,
};

use super::answer::{Sending, accepted, failed};
use crate::access::RegionAccess;

const OPERATION: &str = "route53:ChangeResourceRecordSets";

/// ChangeResourceRecordSets: all of them or none.
pub(super) async fn change(
    _: &Consent,
    access: &RegionAccess,
    zone: &HostedZoneId,
    changes: &[RecordChange],
    comment: &str,
) -> CallAnswer {
    let batch = match batch(changes, comment) {
        Ok(batch) => batch,
        Err(error) => return CallAnswer::Refused { why: format!("{OPERATION}: {error}"), temporary: false },
    };
    let request = access.route53().change_resource_record_sets();
    let request = request.hosted_zone_id(zone.as_str()).change_batch(batch);
    let sending = Sending::default();
    match request.customize().interceptor(sending.clone()).send().await {
        Ok(output) => {
            let id = output.change_info().map(|info| info.id()).unwrap_or_default();
            accepted(&output, [("change-id", evac_core::text::clean(id.trim_start_matches("/change/")))])
        }
        Err(error) => failed(OPERATION, &error, &sending),
    }
}

fn batch(changes: &[RecordChange], comment: &str) -> Result<ChangeBatch, BuildError> {
    let mut batch = ChangeBatch::builder().comment(comment);
    for change in changes {
        let set = record_set(&change.to)?;
        batch = batch.changes(Change::builder().action(ChangeAction::Upsert).resource_record_set(set).build()?);
    }
    batch.build()
}

fn record_set(set: &RecordSet) -> Result<ResourceRecordSet, BuildError> {
    let mut builder = ResourceRecordSet::builder()
        .name(set.name.as_str())
        .r#type(RrType::from(set.kind.as_str()))
        .set_identifier(&set.set_identifier)
        .set_weight(set.weight)
        .set_region(set.region.as_ref().map(|region| ResourceRecordSetRegion::from(region.as_str())))
        .set_ttl(set.ttl)
        .set_health_check_id(set.health_check.as_ref().map(|check| check.as_str().to_owned()));
    if let Some(alias) = &set.alias {
        let target = AliasTarget::builder()
            .hosted_zone_id(alias.zone.as_str())
            .dns_name(alias.name.as_str())
            .evaluate_target_health(alias.evaluate_health);
        builder = builder.alias_target(target.build()?);
    } else {
        for value in &set.values {
            builder = builder.resource_records(ResourceRecord::builder().value(value).build()?);
        }
    }
    builder.build()
}
