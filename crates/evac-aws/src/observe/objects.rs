//! S3: locks of Terraform's states, STOP objects, replication.

use evac_core::{RegionId, SourceError, ids::BucketName};
use evac_engine::Sight;

use super::{Glance, holds};
use crate::{
    access::Service,
    lock_object::{LockObject, lock_object},
    markers,
    replication::AskReplication,
};

impl Glance<'_> {
    /// Whether a state's lock is there with our id.
    pub(super) async fn locked(
        &self,
        region: &RegionId,
        bucket: &BucketName,
        key: &str,
        id: &str,
    ) -> Result<Sight, SourceError> {
        Ok(match self.lock(region, bucket, key).await? {
            Some(found) if found.lock.id == id => {
                Sight::Met { evidence: format!("{bucket}/{key} holds lock {id}, of {}", found.lock.who) }
            }
            Some(found) => Sight::Untouched { on: somebodys(bucket, key, &found) },
            None => Sight::Untouched { on: format!("there is no {bucket}/{key}") },
        })
    }

    /// Whether a state's lock is gone, or somebody else's.
    pub(super) async fn unlocked(
        &self,
        region: &RegionId,
        bucket: &BucketName,
        key: &str,
        id: &str,
    ) -> Result<Sight, SourceError> {
        Ok(match self.lock(region, bucket, key).await? {
            Some(found) if found.lock.id == id => {
                Sight::Untouched { on: format!("{bucket}/{key} still holds lock {id}") }
            }
            Some(found) => Sight::Met { evidence: somebodys(bucket, key, &found) },
            None => Sight::Met { evidence: format!("there is no {bucket}/{key}") },
        })
    }

    async fn lock(&self, region: &RegionId, bucket: &BucketName, key: &str) -> Result<Option<LockObject>, SourceError> {
        let access = self.at(region)?;
        lock_object(&access.s3(), bucket, key, Some(self.asking(access, Service::S3).dates())).await
    }

    /// Whether an object is there.
    pub(super) async fn object(
        &self,
        region: &RegionId,
        bucket: &BucketName,
        key: &str,
        exists: bool,
    ) -> Result<Sight, SourceError> {
        let access = self.at(region)?;
        let there = markers::exists(&access.s3(), &self.asking(access, Service::S3), bucket, key).await?;
        let shown = if there { "exists" } else { "does not exist" };
        Ok(holds(there == exists, format!("{bucket}/{key} in {region} {shown}")))
    }

    /// Whether a bucket's rules lead to another one.
    pub(super) async fn replicating(
        &self,
        region: &RegionId,
        bucket: &BucketName,
        destination: &BucketName,
    ) -> Result<Sight, SourceError> {
        let access = self.at(region)?;
        let question = AskReplication { client: access.s3(), bucket: bucket.clone() };
        let rules = question.rules(&self.asking(access, Service::S3)).await?;
        let mut there = rules.iter().filter(|rule| rule.destination == *destination);
        Ok(match there.clone().find(|rule| rule.enabled) {
            Some(rule) => Sight::Met { evidence: format!("rule {} replicates {bucket} to {destination}", rule.rule) },
            None if there.next().is_some() => {
                Sight::Untouched { on: format!("no rule from {bucket} to {destination} is enabled") }
            }
            None => Sight::Untouched { on: format!("no rule replicates {bucket} to {destination}") },
        })
    }
}

fn somebodys(bucket: &BucketName, key: &str, found: &LockObject) -> String {
    let lock = &found.lock;
    format!("{bucket}/{key} is held by {} ({}, lock {})", lock.who, lock.operation, lock.id)
}
