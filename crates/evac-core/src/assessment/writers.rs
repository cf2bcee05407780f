use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Code, Finding, ObservedRole, Severity,
    scope::{Context, RegionContext, evidence},
};
use crate::{
    fence::Fence,
    ids::{Arn, RegionId},
    reading::{DatabaseEvent, GlobalClusterReading},
    snapshot::Freshness,
    source::Source,
};

/// Who writes, by the views that all regions have, or last had, of the global cluster. A region that was lost keeps
/// the last view that was seen of it: its old writer may still be writing until it is proven fenced. What RDS reports
/// since of having stopped it is that proof, and then the view counts no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Writers {
    /// The regions that some view calls the writer.
    pub claimed: BTreeSet<RegionId>,
    /// Those of them that only views which are not fresh any more call so, while a fresh one names another: they wrote
    /// when they were last seen, as a lost region's writer does for ever.
    pub last_seen: BTreeSet<RegionId>,
    /// True when every view that was had names the same members and the same writer.
    pub agreed: bool,
    /// Regions whose view has not been asked for yet.
    pub unseen: BTreeSet<RegionId>,
    /// The writer, when it is beyond doubt; for a stack without Aurora its primary region.
    pub holder: Option<RegionId>,
    /// True when one and the same view names more than one writer.
    pub split: bool,
    /// True when the stack has a database to write to.
    pub counted: bool,
}

/// The last view that a region had of the global cluster.
struct View<'a> {
    view: &'a GlobalClusterReading,
    seen_at: Timestamp,
    is_fresh: bool,
}

impl<'a> View<'a> {
    fn of(context: &Context<'a>, region: &RegionId) -> Option<Self> {
        let Context { stack, snapshot, now, .. } = context;
        let view = snapshot.global_cluster(region)?;
        let seen_at = snapshot.signal(Source::GlobalCluster, region)?.last.as_ref()?.sampled_at;
        let is_fresh = snapshot.freshness(Source::GlobalCluster, region, stack, *now) == Freshness::Fresh;
        Some(Self { view, seen_at, is_fresh })
    }

    fn writers(&self) -> impl Iterator<Item = &'a Arn> {
        self.view.members.iter().filter(|member| member.is_writer).map(|member| &member.arn)
    }

    /// True for an old view whose writer is reported to have been stopped since, while all that is seen now names one
    /// other. The report may be old itself, for the region that told of it can be lost next: it happened later than
    /// what it overtakes.
    fn is_overtaken(&self, context: &Context<'_>, all: &[Self]) -> bool {
        let mut now = all.iter().filter(|view| view.is_fresh).flat_map(Self::writers);
        let Some(new) = now.next().filter(|new| !self.is_fresh && now.all(|other| other == *new)) else {
            return false;
        };
        let since = || reported(context).filter(|(_, event)| event.at > self.seen_at);
        let is_stopped = |old| old != new && matches!(Fence::of(since(), old, new), Fence::Proven(_));
        self.writers().next().is_some() && self.writers().all(is_stopped)
    }
}

/// What RDS reported in any region, as far as known.
fn reported<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a RegionId, &'a DatabaseEvent)> {
    let Context { stack, snapshot, .. } = *context;
    let events = stack.regions.keys().filter_map(move |region| Some((region, snapshot.events(region)?)));
    events.flat_map(|(region, reading)| reading.events.iter().map(move |event| (region, event)))
}

impl Writers {
    pub(super) fn count(context: &Context<'_>) -> Self {
        let Context { stack, snapshot, .. } = context;
        let mut writers = Self {
            claimed: BTreeSet::new(),
            last_seen: BTreeSet::new(),
            agreed: true,
            unseen: BTreeSet::new(),
            holder: stack.primary().cloned(),
            split: false,
            counted: stack.aurora.is_some(),
        };
        if !writers.counted {
            return writers;
        }
        let views: Vec<_> = stack.regions.keys().filter_map(|region| View::of(context, region)).collect();
        let unseen = stack.regions.keys().filter(|region| snapshot.signal(Source::GlobalCluster, region).is_none());
        writers.unseen.extend(unseen.cloned());
        let mut topologies = BTreeSet::new();
        let mut now = BTreeSet::new();
        for View { view, is_fresh, .. } in views.iter().filter(|view| !view.is_overtaken(context, &views)) {
            let topology: BTreeMap<_, _> =
                view.members.iter().map(|member| (&member.region, member.is_writer)).collect();
            topologies.insert(topology);
            writers.split |= view.writers().count() > 1;
            writers.claimed.extend(view.writers().cloned());
            if *is_fresh {
                now.extend(view.writers().cloned());
            }
        }
        if !now.is_empty() {
            writers.last_seen = writers.claimed.difference(&now).cloned().collect();
        }
        writers.agreed = topologies.len() <= 1;
        let beyond_doubt = writers.agreed && writers.claimed.len() == 1;
        writers.holder = writers.claimed.first().filter(|_| beyond_doubt).cloned();
        writers
    }

    /// The regions that fresh views call the writer, or, where there is none, the last ones did.
    pub fn now(&self) -> impl Iterator<Item = &RegionId> {
        self.claimed.difference(&self.last_seen)
    }

    /// The region that writes, when it is beyond doubt.
    pub fn single(&self) -> Option<&RegionId> {
        self.holder.as_ref()
    }

    pub(super) fn role(&self, context: &Context<'_>, region: &RegionId) -> ObservedRole {
        let seen = || context.stack.regions.keys().filter_map(|view| context.snapshot.global_cluster(view));
        if !self.counted {
            ObservedRole::Unknown
        } else if self.claimed.contains(region) {
            if self.holder.is_some() { ObservedRole::Writer } else { ObservedRole::Contested }
        } else if seen().any(|view| view.member(region).is_some()) {
            ObservedRole::Secondary
        } else if seen().next().is_some() {
            ObservedRole::Outside
        } else {
            ObservedRole::Unknown
        }
    }

    /// What the count of writers makes of a region's verdict: with any doubt about who writes, no region is GO.
    pub(super) fn judge(&self, scope: &mut RegionContext<'_>) {
        if !self.counted {
            return;
        }
        let mut doubt = |code, verdict, text: &str| {
            scope.reasons.push(super::Reason { code, verdict, text: text.to_owned() });
        };
        if self.split {
            doubt(Code::WriterTwo, super::Verdict::NoGo, &self.claims());
        } else if !self.agreed {
            doubt(Code::WriterViews, super::Verdict::Unknown, "regions disagree on the global cluster");
        } else if self.claimed.is_empty() {
            doubt(Code::WriterNone, super::Verdict::Unknown, "no region is seen to be the writer");
        }
        for region in &self.unseen {
            if region != scope.region {
                doubt(
                    Code::SourceMissing,
                    super::Verdict::Unknown,
                    &format!("{region} has not been asked yet who writes"),
                );
            }
        }
    }

    fn claims(&self) -> String {
        let names = |regions: &mut dyn Iterator<Item = &RegionId>| {
            regions.map(RegionId::as_str).collect::<Vec<_>>().join(" and ")
        };
        if self.last_seen.is_empty() {
            return format!("{} both claim to be the writer", names(&mut self.claimed.iter()));
        }
        format!("{} writes, and {} did when last seen", names(&mut self.now()), names(&mut self.last_seen.iter()))
    }

    pub(super) fn findings(&self, context: &Context<'_>, findings: &mut Vec<Finding>) {
        if !self.counted {
            return;
        }
        let views = context.stack.regions.keys().filter_map(|region| {
            let view = context.snapshot.global_cluster(region)?;
            let writers = view.writers().map(RegionId::as_str).collect::<Vec<_>>().join("+");
            let writers = if writers.is_empty() { "none".to_owned() } else { writers };
            let old = match context.snapshot.freshness(Source::GlobalCluster, region, context.stack, context.now) {
                Freshness::Fresh => "",
                _ => " (old)",
            };
            Some(format!("{region} says {writers}{old}"))
        });
        let views = views.collect::<Vec<_>>();
        let mut find = |code, severity, text| {
            findings.push(Finding { code, severity, region: None, text, evidence: views.join("; ") });
        };
        if self.claimed.len() > 1 {
            find(Code::WriterTwo, Severity::Critical, self.claims());
        }
        if !self.agreed {
            let text = "regions disagree on the members or the writer of the global cluster".to_owned();
            find(Code::WriterViews, Severity::Critical, text);
        }
        if self.claimed.is_empty() && !views.is_empty() {
            find(Code::WriterNone, Severity::Critical, "no member of the global cluster is the writer".to_owned());
        }
        findings.extend(unfenced(context));
        for region in context.stack.regions.keys() {
            let Some(state) = context.snapshot.global_cluster(region).and_then(|view| view.failover.as_ref()) else {
                continue;
            };
            let to = state.to.as_ref().and_then(|arn| arn.region());
            let to = to.map_or(String::new(), |to| format!(" to {to}"));
            findings.push(Finding {
                code: Code::AuroraFailover,
                severity: Severity::Critical,
                region: Some(region.clone()),
                text: format!("the global cluster is {}{to}", state.status),
                evidence: evidence(context, Source::GlobalCluster, region),
            });
        }
    }
}

/// The members that nobody sees and that RDS could not stop, as it says, when the writer was moved away from them.
fn unfenced(context: &Context<'_>) -> Vec<Finding> {
    let regions = || context.stack.regions.keys();
    let views: Vec<_> = regions().filter_map(|region| View::of(context, region)).filter(|view| view.is_fresh).collect();
    let seen = |region| {
        let Context { stack, snapshot, now, .. } = *context;
        snapshot.freshness(Source::GlobalCluster, region, stack, now) == Freshness::Fresh
    };
    let find = |region: &RegionId| {
        let old = views.iter().find_map(|view| view.view.member(region)).filter(|member| !member.is_writer)?;
        let new = views.iter().flat_map(View::writers).next()?;
        let Fence::TimedOut(evidence) = Fence::of(reported(context), &old.arn, new) else { return None };
        let text = format!("the old writer {} is not proven to have stopped, and is not seen", old.cluster);
        let (code, severity, region) = (Code::WriterUnfenced, Severity::Critical, Some(region.clone()));
        Some(Finding { code, severity, region, text, evidence })
    };
    regions().filter(|region| !seen(region)).filter_map(find).collect()
}
