//! S3 GetBucketReplication and GetBucketVersioning: how a region's bucket is set to replicate.

use aws_sdk_s3::{
    Client,
    types::{BucketVersioningStatus, DeleteMarkerReplicationStatus, ReplicationRule, ReplicationRuleStatus},
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use evac_core::{
    Reading, SourceError,
    ids::{BucketName, RuleId},
    reading::{ReplicationReading, ReplicationRuleState},
};
use evac_engine::Call;
use futures::future::BoxFuture;

use crate::{
    ask::{Asking, Question, Said},
    error::source_error,
    field::{MAX_ITEMS, keep, name},
    prices::{S3_GET, call},
};

const REPLICATION: &str = "s3:GetBucketReplication";
const VERSIONING: &str = "s3:GetBucketVersioning";

/// Asks how the region's bucket replicates.
pub(crate) struct AskReplication {
    pub(crate) client: Client,
    pub(crate) bucket: BucketName,
}

impl Question for AskReplication {
    fn calls(&self) -> Vec<Call> {
        vec![call(REPLICATION, 1.0, S3_GET), call(VERSIONING, 1.0, S3_GET)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async {
            let (rules, versioned) = tokio::try_join!(self.rules(asking), self.versioned(asking))?;
            let reading = ReplicationReading { bucket: self.bucket.clone(), versioned, rules };
            Ok(Reading::Replication(reading).into())
        })
    }
}

impl AskReplication {
    /// The bucket's rules; none when it has no replication configuration.
    pub(crate) async fn rules(&self, asking: &Asking) -> Result<Vec<ReplicationRuleState>, SourceError> {
        let request = self.client.get_bucket_replication().bucket(self.bucket.as_str());
        let answer = match request.customize().interceptor(asking.dates()).send().await {
            Ok(answer) => answer,
            // Not a failure: a bucket without rules says it so.
            Err(error) if error.code() == Some("ReplicationConfigurationNotFoundError") => return Ok(Vec::new()),
            Err(error) => return Err(source_error(REPLICATION, &error)),
        };
        let rules = answer.replication_configuration().map(|configuration| configuration.rules()).unwrap_or_default();
        Ok(rules.iter().take(MAX_ITEMS).filter_map(|rule| keep(state(rule))).collect())
    }

    async fn versioned(&self, asking: &Asking) -> Result<bool, SourceError> {
        let request = self.client.get_bucket_versioning().bucket(self.bucket.as_str());
        let sent = request.customize().interceptor(asking.dates()).send().await;
        let answer = sent.map_err(|error| source_error(VERSIONING, &error))?;
        Ok(answer.status() == Some(&BucketVersioningStatus::Enabled))
    }
}

fn state(rule: &ReplicationRule) -> Result<ReplicationRuleState, SourceError> {
    // The destination is written as an ARN, `arn:aws:s3:::bucket`.
    let destination = rule.destination().map(|destination| destination.bucket());
    let destination = destination.map(|arn| arn.rsplit(':').next().unwrap_or(arn));
    let delete_markers = rule.delete_marker_replication().and_then(|markers| markers.status());
    Ok(ReplicationRuleState {
        rule: name(REPLICATION, "ID", rule.id(), RuleId::new)?,
        enabled: *rule.status() == ReplicationRuleStatus::Enabled,
        destination: name(REPLICATION, "Destination.Bucket", destination, BucketName::new)?,
        delete_markers: delete_markers == Some(&DeleteMarkerReplicationStatus::Enabled),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use aws_sdk_s3::types::Destination;

    use super::*;

    #[test]
    fn the_destination_is_the_bucket_of_its_arn_and_an_unnamed_rule_is_left_out() {
        let destination = || Destination::builder().bucket("arn:aws:s3:::akidb-us-west-2").build().unwrap();
        let rule = || ReplicationRule::builder().destination(destination()).status(ReplicationRuleStatus::Enabled);
        let state_of = state(&rule().id("to-usw2").build().unwrap()).unwrap();
        assert_eq!(state_of.destination.as_str(), "akidb-us-west-2");
        assert!(state_of.enabled && !state_of.delete_markers);
        assert!(state(&rule().id("bad\u{1b}[2J").build().unwrap()).is_err());
        assert!(state(&rule().build().unwrap()).is_err());
    }
}
