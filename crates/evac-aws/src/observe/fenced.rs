//! Whether the old writer is proven to write no more.
//!
//! Proof is what RDS reports of having stopped its writes, as long as no later report takes it back, and what the old
//! writer's own region shows of it. That the global cluster names another writer proves nothing: a member that RDS
//! could not reach goes on writing beside it.

use aws_sdk_rds::types::SourceType;
use evac_core::{
    RegionId, SourceError,
    fence::Fence,
    ids::{Arn, ClusterId, GlobalClusterId},
    reading::{ClusterReading, DatabaseEvent, GLOBAL_FAILOVER, GlobalClusterReading},
};
use evac_engine::Sight;
use futures::future::join_all;
use jiff::Timestamp;

use super::{Glance, failed_in};
use crate::{access::Service, events::between};

/// What is watched.
pub(super) struct Watched<'a> {
    pub(super) global_cluster: &'a GlobalClusterId,
    pub(super) old: &'a Arn,
    pub(super) new: &'a Arn,
    pub(super) since: Timestamp,
}

/// What one region shows.
#[derive(Default)]
struct Shown {
    events: Vec<DatabaseEvent>,
    /// What the old writer's own region shows of it, when that proves something.
    seen: Option<String>,
}

impl Glance<'_> {
    /// Whether the old writer is fenced, by the regions that may be asked and no others.
    pub(super) async fn fenced(&self, regions: &[RegionId], watched: &Watched<'_>) -> Result<Sight, SourceError> {
        let shown = join_all(regions.iter().map(|region| self.shown(region, watched))).await;
        let (mut events, mut failure) = (Vec::new(), None);
        for (region, shown) in regions.iter().zip(shown) {
            match shown {
                Ok(Shown { seen: Some(evidence), .. }) => return Ok(Sight::Met { evidence }),
                Ok(shown) => events.extend(shown.events.into_iter().map(|event| (region, event))),
                Err(error) => failure = failure.or_else(|| Some(failed_in(region, &error))),
            }
        }
        match (told(&events, watched), failure) {
            // Where somebody could not be asked, there may be what nobody else knows.
            (Sight::Untouched { .. }, Some(failure)) => Err(failure),
            (Sight::Underway { on }, Some(failure)) => Ok(Sight::Underway { on: format!("{on}; {failure}") }),
            (sight, _) => Ok(sight),
        }
    }

    async fn shown(&self, region: &RegionId, watched: &Watched<'_>) -> Result<Shown, SourceError> {
        let events = self.events(region, watched.since);
        if watched.old.region().as_ref() != Some(region) {
            return Ok(Shown { events: events.await?, seen: None });
        }
        let (events, seen) = tokio::join!(events, self.old_at_home(region, watched));
        // A view that cannot be had takes nothing from what was reported.
        let seen = seen.inspect_err(|error| tracing::debug!(%region, %error, "the old writer cannot be seen")).ok();
        Ok(Shown { events: events?, seen: seen.flatten() })
    }

    /// What happened in a region: to clusters in global failovers, and to instances, which tell of blocked writes.
    async fn events(&self, region: &RegionId, since: Timestamp) -> Result<Vec<DatabaseEvent>, SourceError> {
        let access = self.at(region)?;
        let (client, asking) = (access.rds(), self.asking(access, Service::Rds));
        let ask = |now: crate::ask::Now| {
            let (from, to) = (since.min(now.at()), now.window_end());
            let clusters = client.describe_events().source_type(SourceType::DbCluster);
            let clusters = clusters.event_categories(GLOBAL_FAILOVER);
            let instances = client.describe_events().source_type(SourceType::DbInstance);
            let asking = &asking;
            async move { tokio::try_join!(between(clusters, from, to, asking), between(instances, from, to, asking)) }
        };
        let (clusters, instances) = asking.about_now(ask).await?;
        let is_since = |event: &DatabaseEvent| event.at >= since;
        Ok(clusters.into_iter().chain(instances).filter(is_since).collect())
    }

    async fn old_at_home(&self, region: &RegionId, watched: &Watched<'_>) -> Result<Option<String>, SourceError> {
        let Ok(cluster) = ClusterId::new(watched.old.resource()) else { return Ok(None) };
        let (global, own) =
            tokio::try_join!(self.global_view(region, watched.global_cluster), self.own_view(region, &cluster))?;
        Ok(seen(&global, &own, watched))
    }
}

/// What the old writer's own region proves of it.
fn seen(global: &GlobalClusterReading, own: &ClusterReading, watched: &Watched<'_>) -> Option<String> {
    let Watched { old, new, .. } = watched;
    let by = format!("in its own region, {}", own.cluster);
    if own.status == "stopped" || own.status.starts_with("inaccessible") {
        return Some(format!("{by} is {}", own.status));
    }
    // Right after a failover it is called a secondary, and is yet to be made one: `pending-resync`.
    let follows = global.members.iter().any(|member| {
        member.arn == **old && !member.is_writer && member.synchronization.as_deref() == Some("connected")
    });
    let led = global.members.iter().any(|member| member.arn == **new && member.is_writer);
    let writes = own.instances.iter().any(|instance| instance.is_writer);
    (led && follows && !writes).then(|| format!("{by} is a secondary that follows {}", new.resource()))
}

/// What events say of the old writer.
fn told(events: &[(&RegionId, DatabaseEvent)], watched: &Watched<'_>) -> Sight {
    let Watched { old, new, .. } = watched;
    match Fence::of(events.iter().map(|(region, event)| (*region, event)), old, new) {
        Fence::Proven(evidence) => Sight::Met { evidence },
        Fence::TimedOut(said) => {
            Sight::Underway { on: format!("proof, for an attempt that timed out is none: {said}") }
        }
        Fence::Moving(said) => Sight::Underway { on: format!("proof that the old writer is stopped; {said}") },
        Fence::Off(said) => Sight::Untouched { on: said },
        Fence::Silent => Sight::Untouched { on: format!("RDS reports nothing of {}", old.resource()) },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use evac_core::reading::{GlobalMember, Instance};

    use super::*;

    fn arn(region: &str) -> Arn {
        format!("arn:aws:rds:{region}:123456789012:cluster:akidb").parse().unwrap()
    }

    #[test]
    fn a_secondary_is_one_that_follows_and_not_one_that_is_called_so() {
        let member = |region: &str, is_writer, word: Option<&str>| GlobalMember {
            arn: arn(region),
            region: region.parse().unwrap(),
            cluster: "akidb".parse().unwrap(),
            is_writer,
            synchronization: word.map(str::to_owned),
        };
        let (old, new, global_cluster) = (arn("us-east-1"), arn("us-west-2"), "akidb".parse().unwrap());
        let watched = Watched { global_cluster: &global_cluster, old: &old, new: &new, since: Timestamp::UNIX_EPOCH };
        let view = |synchronization: Option<&str>| GlobalClusterReading {
            status: "available".to_owned(),
            engine: None,
            engine_version: None,
            members: vec![member("us-east-1", false, synchronization), member("us-west-2", true, None)],
            failover: None,
        };
        let own = |status: &str, is_writer| ClusterReading {
            arn: arn("us-east-1"),
            cluster: "akidb".parse().unwrap(),
            status: status.to_owned(),
            engine_version: None,
            backup_retention_days: None,
            latest_restorable: None,
            instances: vec![Instance {
                name: "one".to_owned(),
                class: None,
                status: "available".to_owned(),
                is_writer,
            }],
        };
        let proves = |synchronization, own| seen(&view(synchronization), &own, &watched).is_some();
        assert!(proves(Some("connected"), own("available", false)));
        assert!(!proves(Some("pending-resync"), own("available", false)));
        assert!(!proves(None, own("available", false)));
        assert!(!proves(Some("connected"), own("available", true)));
        assert!(proves(Some("pending-resync"), own("stopped", true)));
        assert!(!proves(Some("pending-resync"), own("stopping", true)));
    }
}
