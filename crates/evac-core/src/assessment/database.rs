use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Code, Severity, scope::RegionContext};
use crate::{
    reading::{ClusterReading, GlobalClusterReading, Point},
    source::Source,
    text::{age, coarse_age},
};

/// How far a region's Aurora secondary is behind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LagSummary {
    /// The lag when it was last measured.
    pub lag: SignedDuration,
    /// When it was measured, by CloudWatch's clock.
    pub measured_at: Timestamp,
    /// How long ago that is.
    pub measured_ago: SignedDuration,
    /// The lag and the time since: whatever was written in it may not have arrived.
    pub exposure: SignedDuration,
}

/// RDS backs a cluster up without taking it away.
fn is_serving(status: &str) -> bool {
    matches!(status, "available" | "backing-up")
}

pub(super) fn judge(scope: &mut RegionContext<'_>) -> Option<LagSummary> {
    scope.context.stack.aurora.as_ref()?;
    let snapshot = scope.context.snapshot;
    let view = snapshot.global_cluster(scope.region);
    let cluster = snapshot.cluster(scope.region);
    if let Some(view) = view {
        membership(scope, view);
    }
    if let Some(cluster) = cluster {
        state(scope, cluster);
    }
    if let (Some(view), Some(cluster)) = (view, cluster) {
        version(scope, view, cluster);
    }
    rescue(scope);
    if scope.is_writer() { None } else { lag(scope) }
}

fn membership(scope: &mut RegionContext<'_>, view: &GlobalClusterReading) {
    if view.member(scope.region).is_none() {
        let text = "the region's cluster is no member of the global cluster".to_owned();
        scope.block(Code::AuroraMember, Source::GlobalCluster, text);
    }
    if let Some(failover) = &view.failover {
        // The finding is made once for all regions; here it only stops the verdict.
        let text = format!("the global cluster is {}", failover.status);
        scope.reasons.push(super::Reason { code: Code::AuroraFailover, verdict: super::Verdict::Unknown, text });
    }
}

fn state(scope: &mut RegionContext<'_>, cluster: &ClusterReading) {
    if !is_serving(&cluster.status) {
        let text = format!("cluster {} is {}", cluster.cluster, cluster.status);
        scope.block(Code::AuroraStatus, Source::Cluster, text);
    }
    let serving = cluster.instances.iter().filter(|instance| is_serving(&instance.status)).count();
    if serving == 0 {
        let text = match cluster.instances.len() {
            0 => format!("cluster {} is headless: it has no instance", cluster.cluster),
            all => format!("cluster {}: none of {all} instances is available", cluster.cluster),
        };
        scope.block(Code::AuroraHeadless, Source::Cluster, text);
    }
}

fn version(scope: &mut RegionContext<'_>, view: &GlobalClusterReading, cluster: &ClusterReading) {
    let (Some(global), Some(own)) = (&view.engine_version, &cluster.engine_version) else { return };
    if global == own {
        return;
    }
    let text = format!("cluster {} runs {own}, the global cluster {global}", cluster.cluster);
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    if major(global) == major(own) {
        scope.find(Code::AuroraVersion, Severity::Warning, Source::Cluster, text);
    } else {
        scope.block(Code::AuroraVersion, Source::Cluster, text);
    }
}

fn rescue(scope: &mut RegionContext<'_>) {
    let Some(reading) = scope.context.snapshot.snapshots(scope.region) else { return };
    for snapshot in reading.snapshots.iter().filter(|entry| entry.name.starts_with("rds:unplanned-global-failover-")) {
        let text = format!("{} holds writes that a failover lost", snapshot.name);
        scope.find(Code::AuroraRescue, Severity::Warning, Source::Snapshots, text);
    }
}

/// How many points in a row make a lag suspicious that is the same in all of them: a real one jitters.
const FLAT_POINTS: usize = 10;

fn flat(scope: &mut RegionContext<'_>, points: &[Point]) {
    let Some(newest) = points.last().filter(|newest| newest.value > 0.0) else { return };
    let same = points.iter().rev().take_while(|point| point.value.to_bits() == newest.value.to_bits()).count();
    if same >= FLAT_POINTS {
        let text = format!("the Aurora lag has read {} ms {same} times in a row: it may be frozen", newest.value);
        scope.doubt(Code::AuroraLagFlat, Source::Metrics, text);
    }
}

fn lag(scope: &mut RegionContext<'_>) -> Option<LagSummary> {
    let objectives = &scope.context.stack.objectives;
    let (rpo, objective) = (objectives.rpo.get(), objectives.aurora_lag.get());
    let metrics = scope.context.snapshot.metrics(scope.region)?;
    flat(scope, metrics.aurora.decisive());
    let Some(point) = metrics.aurora.decisive().last() else {
        scope.doubt(Code::AuroraLagUnknown, Source::Metrics, "no Aurora lag is published here".to_owned());
        return None;
    };
    let lag = SignedDuration::try_from_secs_f64(point.value / 1_000.0).unwrap_or(SignedDuration::MAX);
    let measured_ago = scope.measured_ago(Source::Metrics, point.at);
    let exposure = lag.saturating_add(measured_ago);
    if lag < SignedDuration::ZERO {
        scope.doubt(Code::AuroraLagUnknown, Source::Metrics, "the Aurora lag that is published is negative".to_owned());
        return None;
    }
    if lag > rpo {
        let text = format!("Aurora is {} behind, over the RPO of {}", age(lag), age(rpo));
        scope.block(Code::AuroraLag, Source::Metrics, text);
    } else if exposure > rpo {
        let text =
            format!("Aurora's lag was last measured {} ago, over the RPO of {}", coarse_age(measured_ago), age(rpo));
        scope.doubt(Code::AuroraLag, Source::Metrics, text);
    } else if lag > objective {
        let text = format!("Aurora is {} behind, over its objective of {}", age(lag), age(objective));
        scope.find(Code::AuroraLag, Severity::Warning, Source::Metrics, text);
    }
    Some(LagSummary { lag, measured_at: point.at, measured_ago, exposure })
}
