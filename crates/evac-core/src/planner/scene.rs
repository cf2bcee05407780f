use std::{borrow::Cow, collections::BTreeSet};

use jiff::Timestamp;

use crate::{
    assessment::{Assessment, assess},
    guard::{Situation, unreachable_regions},
    history::History,
    ids::{Arn, RegionId},
    reading::{GlobalClusterReading, WorkloadsReading},
    snapshot::{Freshness, Snapshot},
    source::Source,
    stack::{Aurora, Stack},
};

/// The world as a plan sees it, with what follows from it.
pub(crate) struct Scene<'a> {
    pub(crate) stack: &'a Stack,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) now: Timestamp,
    pub(crate) assessment: Cow<'a, Assessment>,
    pub(crate) world_now: Timestamp,
    pub(crate) unreachable: BTreeSet<RegionId>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, stack: &'a Stack, now: Timestamp) -> Self {
        // The history tells only of error budgets, on which no plan depends.
        let assessment = assess(stack, snapshot, &History::default(), now);
        Self::assessed(snapshot, stack, Cow::Owned(assessment), now)
    }

    /// The world as a guard sees it, which has assessed it already.
    pub(crate) fn beside(situation: &Situation<'a>, assessment: &'a Assessment) -> Self {
        Self::assessed(situation.snapshot, situation.stack, Cow::Borrowed(assessment), situation.now)
    }

    fn assessed(snapshot: &'a Snapshot, stack: &'a Stack, assessment: Cow<'a, Assessment>, now: Timestamp) -> Self {
        let world_now = assessment.world_now;
        let unreachable = unreachable_regions(snapshot, stack, now).into_iter().collect();
        Self { stack, snapshot, now, assessment, world_now, unreachable }
    }

    /// True for a region that some source of its own still answers in. What is not the stack's is not known to be lost.
    pub(crate) fn is_reachable(&self, region: &RegionId) -> bool {
        !self.unreachable.contains(region)
    }

    pub(crate) fn is_fresh(&self, source: Source, region: &RegionId) -> bool {
        self.snapshot.freshness(source, region, self.stack, self.now) == Freshness::Fresh
    }

    /// The region whose sources stand for what has none.
    pub(crate) fn home(&self) -> Option<&'a RegionId> {
        self.stack.control_plane_region()
    }

    /// True when a source that stands for no region has answered lately.
    pub(crate) fn is_fresh_at_home(&self, source: Source) -> bool {
        self.home().is_some_and(|home| self.is_fresh(source, home))
    }

    /// The views of the global cluster that count: fresh ones, newest first.
    fn views(&self) -> Vec<(&'a RegionId, &'a GlobalClusterReading)> {
        let fresh = self.stack.regions.keys().filter(|region| self.is_fresh(Source::GlobalCluster, region));
        let mut views: Vec<_> = fresh
            .filter_map(|region| {
                let last = self.snapshot.signal(Source::GlobalCluster, region)?.last.as_ref()?;
                Some((last.sampled_at, region, self.snapshot.global_cluster(region)?))
            })
            .collect();
        views.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(right.1)));
        views.into_iter().map(|(_, region, view)| (region, view)).collect()
    }

    /// The newest view of the global cluster that can be believed.
    pub(crate) fn view(&self) -> Option<&'a GlobalClusterReading> {
        self.views().into_iter().map(|(_, view)| view).next()
    }

    /// The regions that write, by every view that can be believed.
    pub(crate) fn writers(&self) -> BTreeSet<RegionId> {
        self.views().into_iter().flat_map(|(_, view)| view.writers().cloned().collect::<Vec<_>>()).collect()
    }

    /// The ARN of a region's member, by the newest view that can be believed.
    pub(crate) fn member(&self, region: &RegionId) -> Option<Arn> {
        self.view()?.member(region).map(|member| member.arn.clone())
    }

    /// What is known of a region's cluster, where the stack has one there.
    pub(crate) fn workloads(&self, region: &RegionId) -> Option<&'a WorkloadsReading> {
        self.has_cluster(region).then(|| self.snapshot.workloads(region)).flatten()
    }

    /// True when the stack names a Kubernetes cluster in the region.
    pub(crate) fn has_cluster(&self, region: &RegionId) -> bool {
        self.stack.regions.get(region).is_some_and(|entry| entry.kubernetes.is_some())
    }

    pub(crate) fn aurora(&self) -> Option<&'a Aurora> {
        self.stack.aurora.as_ref()
    }
}
