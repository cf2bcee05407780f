//! What leads users to a region: health checks, routing controls, records, and the resolvers that answer with them.
//! All of it is data plane and goes on without us-east-1; what changes it may not.

pub mod batch;
pub mod checkers;
pub mod resolver;
pub mod routing;
pub mod zone;

pub use checkers::{Answer, CHECKER_REGIONS, CHECKERS, Checker, HealthCheck, THRESHOLD};

use self::{resolver::Resolvers, routing::RoutingControls, zone::Zone};
use crate::{
    topology::{CheckKind, PerRegion, Region},
    world::{
        metrics::{MetricStore, SeriesId},
        noise::{Noise, stream},
    },
};

/// Seconds between two requests of a checker of an endpoint.
const ENDPOINT_INTERVAL: i64 = 30;
/// The same for a STOP object: the fast, dearer kind of check.
const STOP_INTERVAL: i64 = 10;

/// What can be set on a health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether it counts as healthy when what it goes by is not.
    pub inverted: bool,
    /// Whether it looks at nothing, and takes what it goes by for healthy.
    pub disabled: bool,
    /// How often it was set, from 1.
    pub version: i64,
}

#[derive(Debug, Clone)]
struct CheckSeries {
    status: PerRegion<[SeriesId; 4]>,
    endpoint_percentage: PerRegion<SeriesId>,
    stop_percentage: PerRegion<SeriesId>,
    healthy_children: PerRegion<SeriesId>,
}

/// The traffic of all regions.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// The checks of the public endpoints.
    pub checks: PerRegion<HealthCheck>,
    /// The checks of the STOP objects: healthy while the object exists. Their settings invert them.
    pub stops: PerRegion<HealthCheck>,
    /// What is set on each check.
    pub settings: PerRegion<[Settings; 4]>,
    /// The routing controls.
    pub routing: RoutingControls,
    /// The hosted zone.
    pub zone: Zone,
    /// The resolvers that users ask.
    pub resolvers: Resolvers,
    /// How many business transactions were committed.
    pub transactions: u64,
    series: CheckSeries,
    tick: i64,
}

impl Traffic {
    /// A stack that all checks have found healthy.
    pub fn new(now: i64, metrics: &mut MetricStore) -> Self {
        // Whatever region is checked, the metrics of Route 53 are in us-east-1.
        let mut add = |region: Region, kind: CheckKind, name, unit| {
            let dimensions = vec![("HealthCheckId", region.check(kind))];
            metrics.register(Region::UsEast1, "AWS/Route53", name, unit, dimensions)
        };
        let mut percentage =
            |kind| PerRegion::from_fn(|region| add(region, kind, "HealthCheckPercentageHealthy", "Percent"));
        let (endpoint_percentage, stop_percentage) = (percentage(CheckKind::Endpoint), percentage(CheckKind::Stop));
        let series = CheckSeries {
            endpoint_percentage,
            stop_percentage,
            status: PerRegion::from_fn(|region| {
                CheckKind::ALL.map(|kind| add(region, kind, "HealthCheckStatus", "None"))
            }),
            healthy_children: PerRegion::from_fn(|region| {
                add(region, CheckKind::Calculated, "ChildHealthCheckHealthyCount", "Count")
            }),
        };
        let of = |region: Region, what| stream(region.name()) ^ stream(what);
        let settings =
            CheckKind::ALL.map(|kind| Settings { inverted: kind == CheckKind::Stop, disabled: false, version: 1 });
        Self {
            checks: PerRegion::from_fn(|region| {
                HealthCheck::new(of(region, "checkers"), ENDPOINT_INTERVAL, Answer::Healthy, now)
            }),
            stops: PerRegion::from_fn(|region| {
                HealthCheck::new(of(region, "stop"), STOP_INTERVAL, Answer::Status(404), now)
            }),
            settings: PerRegion([settings; 3]),
            routing: RoutingControls::new(now),
            zone: Zone::new(now),
            resolvers: Resolvers::default(),
            transactions: 0,
            series,
            tick: now,
        }
    }

    /// What Route 53 makes of a check now.
    pub fn healthy(&self, region: Region, kind: CheckKind) -> bool {
        let settings = self.settings[region][kind.index()];
        let seen = match kind {
            CheckKind::Endpoint => self.checks[region].healthy(),
            CheckKind::Stop => self.stops[region].healthy(),
            CheckKind::RoutingControl => self.routing.followed(region, self.tick),
            CheckKind::Calculated => self.healthy_children(region) == CheckKind::CHILDREN.len(),
        };
        (settings.disabled || seen) != settings.inverted
    }

    /// How many of the checks below a region's calculated check are healthy.
    pub fn healthy_children(&self, region: Region) -> usize {
        CheckKind::CHILDREN.into_iter().filter(|kind| self.healthy(region, *kind)).count()
    }

    /// What Route 53 makes of the check of that identifier. A check that is not there is taken for healthy.
    pub fn is_healthy(&self, check: &str) -> bool {
        Region::of_check(check).is_none_or(|(region, kind)| self.healthy(region, kind))
    }

    /// Every endpoint answers again, changes of records go through, and resolvers keep to the TTL. The checkers come
    /// round in their own time, and what operators have set stays set.
    pub fn calm(&mut self, noise: Noise) {
        for check in &mut self.checks.0 {
            check.answer = Answer::Healthy;
            check.blind = 0;
        }
        self.zone.set_progress(zone::Progress::Normal, self.tick, noise);
        self.resolvers.keep_old = PerRegion::default();
    }

    /// Moves on by one second. `stopped` says for which regions a STOP object exists.
    pub fn step(
        &mut self,
        tick: i64,
        noise: Noise,
        power: &PerRegion<bool>,
        stopped: &PerRegion<bool>,
        metrics: &mut MetricStore,
    ) {
        self.tick = tick;
        for region in Region::ALL {
            let answer = if power[region] { self.checks[region].answer } else { Answer::Silence };
            self.checks[region].step(tick, noise, answer);
            let answer = match (power[region.standby()], stopped[region]) {
                (false, _) => Answer::Silence,
                (true, true) => Answer::Healthy,
                (true, false) => Answer::Status(404),
            };
            self.stops[region].step(tick, noise, answer);
        }
        self.refresh(tick, noise);
        // These metrics are made in us-east-1: while it is gone there are none, for any region.
        if power[Region::UsEast1] && tick % 10 == 0 {
            self.publish(metrics);
        }
    }

    fn publish(&self, metrics: &mut MetricStore) {
        for region in Region::ALL {
            for kind in CheckKind::ALL {
                let status = if self.healthy(region, kind) { 1.0 } else { 0.0 };
                metrics.observe(self.series.status[region][kind.index()], status);
            }
            metrics.observe(self.series.endpoint_percentage[region], self.checks[region].percentage());
            metrics.observe(self.series.stop_percentage[region], self.stops[region].percentage());
            metrics.observe(self.series.healthy_children[region], self.healthy_children(region) as f64);
        }
    }
}

#[cfg(test)]
mod tests;
