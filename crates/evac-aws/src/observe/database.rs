//! RDS: single clusters, instances and snapshots.

use aws_sdk_rds::types::DbCluster;
use evac_core::{RegionId, SourceError, SourceErrorKind, ids::ClusterId};
use evac_engine::Sight;

use super::{Glance, holds};
use crate::{access::Service, cluster::described, error::source_error, field::words, snapshots};

const INSTANCES: &str = "rds:DescribeDBInstances";

impl Glance<'_> {
    /// Whether a cluster is available.
    pub(super) async fn cluster_available(&self, region: &RegionId, cluster: &ClusterId) -> Result<Sight, SourceError> {
        let what = format!("DB cluster {cluster} in {region}");
        let Some(found) = self.cluster(region, cluster).await? else { return Ok(absent(&what)) };
        let status = words("rds:DescribeDBClusters", "Status", found.status())?;
        Ok(reached_at(available(&what, &status), found.endpoint()))
    }

    /// Whether an instance is available.
    pub(super) async fn instance_available(&self, region: &RegionId, instance: &str) -> Result<Sight, SourceError> {
        let access = self.at(region)?;
        let dates = self.asking(access, Service::Rds).dates();
        let request = access.rds().describe_db_instances().db_instance_identifier(instance);
        let what = format!("DB instance {instance} in {region}");
        let sent = request.customize().interceptor(dates).send().await;
        let Some(answer) = found(sent.map_err(|error| source_error(INSTANCES, &error)))? else {
            return Ok(absent(&what));
        };
        let named = |id: &str| id.eq_ignore_ascii_case(instance);
        match answer.db_instances().iter().find(|found| found.db_instance_identifier().is_some_and(named)) {
            None => Ok(absent(&what)),
            Some(found) => {
                let status = words(INSTANCES, "DBInstanceStatus", found.db_instance_status())?;
                let endpoint = found.endpoint().and_then(|endpoint| endpoint.address());
                Ok(reached_at(available(&what, &status), endpoint))
            }
        }
    }

    /// Whether a cluster is protected from deletion.
    pub(super) async fn cluster_protected(
        &self,
        region: &RegionId,
        cluster: &ClusterId,
        protected: bool,
    ) -> Result<Sight, SourceError> {
        let what = format!("DB cluster {cluster} in {region}");
        let Some(found) = self.cluster(region, cluster).await? else { return Ok(absent(&what)) };
        let is_so = found.deletion_protection().unwrap_or_default();
        let not = if is_so { "" } else { "not " };
        Ok(holds(is_so == protected, format!("{what} is {not}protected from deletion")))
    }

    /// Whether a snapshot of a cluster is available.
    pub(super) async fn snapshot(&self, region: &RegionId, snapshot: &str) -> Result<Sight, SourceError> {
        let access = self.at(region)?;
        let what = format!("snapshot {snapshot} in {region}");
        let asking = self.asking(access, Service::Rds);
        Ok(match found(snapshots::named(&access.rds(), &asking, snapshot).await)?.flatten() {
            None => absent(&what),
            Some(entry) => available(&what, &entry.status),
        })
    }

    /// A cluster as its region describes it; `None` when there is none.
    pub(super) async fn cluster(
        &self,
        region: &RegionId,
        cluster: &ClusterId,
    ) -> Result<Option<DbCluster>, SourceError> {
        let access = self.at(region)?;
        let dates = self.asking(access, Service::Rds).dates();
        found(described(&access.rds(), region, cluster, Some(dates)).await)
    }
}

/// What was found; what is not there is no failure.
fn found<T>(asked: Result<T, SourceError>) -> Result<Option<T>, SourceError> {
    match asked {
        Err(error) if error.kind == SourceErrorKind::NotFound => Ok(None),
        asked => asked.map(Some),
    }
}

fn absent(what: &str) -> Sight {
    Sight::Untouched { on: format!("there is no {what}") }
}

/// The same, with where it is reached: whoever recovers something wants to look into it next.
fn reached_at(sight: Sight, endpoint: Option<&str>) -> Sight {
    match (sight, endpoint) {
        (Sight::Met { evidence }, Some(endpoint)) => {
            Sight::Met { evidence: format!("{evidence} at {}", evac_core::text::clean(endpoint)) }
        }
        (sight, _) => sight,
    }
}

/// What a status says of something that shall be available. Words that are not known are waited for.
fn available(what: &str, status: &str) -> Sight {
    let ended = ["failed", "deleting", "deleted", "restore-error", "cloning-failed", "migration-failed"];
    let stuck = ["inaccessible", "incompatible", "insufficient", "storage-full"];
    let words = format!("{what} is {status}");
    match status {
        "available" => Sight::Met { evidence: words },
        _ if ended.contains(&status) || stuck.iter().any(|stuck| status.starts_with(stuck)) => {
            Sight::Never { why: words }
        }
        _ => Sight::Underway { on: words },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_leads_nowhere_is_not_waited_for() {
        let word = |status: &str| match available("it", status) {
            Sight::Met { .. } => "met",
            Sight::Underway { .. } => "underway",
            Sight::Untouched { .. } => "untouched",
            Sight::Never { .. } => "never",
        };
        let met = ["available"];
        let underway = ["creating", "backing-up", "modifying", "configuring-enhanced-monitoring", "a new word"];
        let never = ["failed", "deleting", "incompatible-restore", "inaccessible-encryption-credentials"];
        assert!(met.iter().all(|status| word(status) == "met"));
        assert!(underway.iter().all(|status| word(status) == "underway"));
        assert!(never.iter().all(|status| word(status) == "never"));
    }
}
