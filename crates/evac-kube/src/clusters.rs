//! The clusters of a stack, to act on and to look at by single requests.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use evac_core::{RegionId, SourceError, SourceErrorKind, Stack};
use evac_engine::Clock;

use crate::{cluster::Cluster, kubeconfig::Access, watched::Pace};

/// A connection that does not come to stand says so by then; a request that ended earlier would be called unanswered
/// although it was never sent.
const LEAST: Duration = Duration::from_secs(3);

/// The clusters by region.
pub(crate) struct Clusters {
    regions: BTreeMap<RegionId, Cluster>,
    /// How long an answer may take.
    pub(crate) limit: Duration,
}

impl Clusters {
    /// The clusters of a stack, connected to when they are first asked.
    pub(crate) fn of_stack(stack: &Stack, stack_directory: &Path, clock: &Arc<dyn Clock>) -> Self {
        let pace = Pace::of(stack);
        let regions = stack.regions.iter().filter_map(|(region, entry)| {
            let context = entry.kubernetes.clone()?;
            let file = entry.kubeconfig.as_ref().map(|file| stack_directory.join(file));
            Some((region.clone(), Cluster::new(Access { file, context }, clock.clone(), pace)))
        });
        Self { regions: regions.collect(), limit: stack.polling.timeout.unsigned().max(LEAST) }
    }

    /// The cluster of a region.
    pub(crate) fn of(&self, region: &RegionId) -> Result<&Cluster, SourceError> {
        self.regions
            .get(region)
            .ok_or_else(|| SourceError::new(SourceErrorKind::Setup, format!("the stack names no cluster in {region}")))
    }
}
