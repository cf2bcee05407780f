//! What a run observes on AWS while it acts: each check by reads alone, within a bounded time.

mod credentials;
mod database;
mod fenced;
mod objects;
mod traffic;
mod writer;

use std::{path::Path, sync::Arc, time::Duration};

use evac_core::{RegionId, SourceError, SourceErrorKind, Stack, plan::Check, run::Receipt};
use evac_engine::{Clock, Look, Sight};
use futures::future::BoxFuture;

use crate::{
    access::{Manner, RegionAccess, Service},
    accesses::Accesses,
    ask::Asking,
    source_clock::Dates,
    transport,
};

/// Looks at AWS for a run.
pub struct Observer {
    accesses: Accesses,
    here: Arc<dyn Clock>,
    patience: Duration,
}

/// Opens an observer, without a call over the network. A `config_file` of the stack is taken relative to
/// `stack_directory`.
pub async fn observer(stack: &Stack, stack_directory: &Path, here: Arc<dyn Clock>) -> Observer {
    let accesses = Accesses::load(stack, stack_directory, Manner::Watching).await;
    Observer { accesses, here, patience: transport::deadline(stack.polling.timeout.unsigned()) }
}

impl Observer {
    /// True for the checks that are made on AWS.
    pub fn sees(check: &Check) -> bool {
        match check {
            Check::Credentials { .. }
            | Check::TerraformLocked { .. }
            | Check::TerraformUnlocked { .. }
            | Check::Writer { .. }
            | Check::NoOtherWriter { .. }
            | Check::Fenced { .. }
            | Check::Snapshot { .. }
            | Check::RoutingControls { .. }
            | Check::Object { .. }
            | Check::Records { .. }
            | Check::ClusterAvailable { .. }
            | Check::InstanceAvailable { .. }
            | Check::ClusterProtected { .. }
            | Check::Replicating { .. } => true,
            Check::ArgoSync { .. }
            | Check::Replicas { .. }
            | Check::Answers { .. }
            | Check::Serving { .. }
            | Check::LocationMode { .. }
            | Check::Restored { .. } => false,
        }
    }
}

impl evac_engine::Observer for Observer {
    fn observe<'a>(&'a self, check: &'a Check, receipt: &'a Receipt) -> BoxFuture<'a, Look> {
        Box::pin(async {
            let glance = Glance { observer: self, dates: Dates::default() };
            let sight = tokio::time::timeout(self.patience, glance.sight(check, receipt)).await.unwrap_or_else(|_| {
                let message = format!("no answer within {:?}", self.patience);
                Err(SourceError::new(SourceErrorKind::Timeout, message))
            });
            Look { source_clock: glance.dates.span().map(|(_, newest)| newest), sight }
        })
    }
}

/// One look, and the clock of what was asked for it.
struct Glance<'a> {
    observer: &'a Observer,
    dates: Dates,
}

impl<'a> Glance<'a> {
    async fn sight(&self, check: &Check, receipt: &Receipt) -> Result<Sight, SourceError> {
        match check {
            Check::Credentials { regions, lasting } => self.credentials(regions, *lasting).await,
            Check::TerraformLocked { region, bucket, key, id } => self.locked(region, bucket, key, id).await,
            Check::TerraformUnlocked { region, bucket, key, id } => self.unlocked(region, bucket, key, id).await,
            Check::Writer { region, global_cluster, member, other } => {
                self.writer(region, global_cluster, member, other.as_ref()).await
            }
            Check::NoOtherWriter { region, global_cluster, members } => {
                self.no_other_writer(region, global_cluster, members).await
            }
            Check::Fenced { regions, global_cluster, old, new, since } => {
                let watched = fenced::Watched { global_cluster, old, new, since: *since };
                self.fenced(regions, &watched).await
            }
            Check::Snapshot { region, snapshot } => self.snapshot(region, snapshot).await,
            Check::RoutingControls { endpoints, states } => self.routing_controls(endpoints, states).await,
            Check::Object { region, bucket, key, exists } => self.object(region, bucket, key, *exists).await,
            Check::Records { zone, records } => {
                self.records(zone, records, receipt.get("change-id").map(String::as_str)).await
            }
            Check::ClusterAvailable { region, cluster } => self.cluster_available(region, cluster).await,
            Check::InstanceAvailable { region, instance } => self.instance_available(region, instance).await,
            Check::ClusterProtected { region, cluster, protected } => {
                self.cluster_protected(region, cluster, *protected).await
            }
            Check::Replicating { region, bucket, destination } => self.replicating(region, bucket, destination).await,
            Check::ArgoSync { .. }
            | Check::Replicas { .. }
            | Check::Answers { .. }
            | Check::Serving { .. }
            | Check::LocationMode { .. }
            | Check::Restored { .. } => Err(SourceError::new(SourceErrorKind::Setup, "this check is not made on AWS")),
        }
    }

    fn at(&self, region: &RegionId) -> Result<&'a RegionAccess, SourceError> {
        self.observer.accesses.of(region)
    }

    /// What a question to a service is asked with.
    fn asking(&self, access: &RegionAccess, service: Service) -> Asking {
        Asking::new(access.clock(service), self.dates.clone(), self.observer.here.clone())
    }
}

/// A failure, with the region that it happened in where several are asked.
fn failed_in(region: &RegionId, error: &SourceError) -> SourceError {
    SourceError::new(error.kind, format!("{region}: {}", error.message))
}

/// Something that holds, or that nothing was done for.
fn holds(is_so: bool, words: String) -> Sight {
    if is_so { Sight::Met { evidence: words } } else { Sight::Untouched { on: words } }
}
