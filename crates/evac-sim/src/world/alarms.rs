//! CloudWatch alarms: three points in a row decide, from what is published, as for any other reader.

use jiff::Timestamp;

use crate::{
    topology::{ACCOUNT, Region},
    world::metrics::{MINUTE, MetricStore},
};

/// How many points decide.
pub const EVALUATION_PERIODS: usize = 3;

/// What an alarm says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmState {
    /// Within the threshold.
    Ok,
    /// Beyond it.
    Alarm,
    /// Too little was published to tell.
    InsufficientData,
}

impl AlarmState {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

/// Which side of the threshold is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    /// Greater values.
    Above,
    /// Lesser values.
    Below,
}

impl Bad {
    /// The name of the comparison on the wire.
    pub fn operator(self) -> &'static str {
        match self {
            Self::Above => "GreaterThanThreshold",
            Self::Below => "LessThanThreshold",
        }
    }
}

/// An alarm on one metric.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// Where it is.
    pub region: Region,
    /// Its name, unique in the region.
    pub name: String,
    /// What it is for.
    pub description: &'static str,
    /// The metric's namespace.
    pub namespace: &'static str,
    /// The metric's name.
    pub metric: &'static str,
    /// The metric's dimensions.
    pub dimensions: Vec<(&'static str, String)>,
    /// The statistic of each point.
    pub statistic: &'static str,
    /// The value beyond which a point is bad.
    pub threshold: f64,
    /// Which side is bad.
    pub bad: Bad,
    /// What it says.
    pub state: AlarmState,
    /// Since when, in seconds since 1970.
    pub since: i64,
    /// Why.
    pub reason: String,
}

impl Alarm {
    /// The alarm's ARN.
    pub fn arn(&self) -> String {
        format!("arn:aws:cloudwatch:{}:{ACCOUNT}:alarm:{}", self.region, self.name)
    }

    fn evaluate(&mut self, now: i64, metrics: &MetricStore) {
        let dimensions = self.dimensions.iter().map(|(name, value)| (*name, value.as_str()));
        let Some(series) = metrics.find(self.region, self.namespace, self.metric, dimensions) else { return };
        // Points older than this say nothing about now.
        let oldest = now - (EVALUATION_PERIODS as i64 + 3) * MINUTE;
        let points: Vec<f64> = series
            .visible(now)
            .rev()
            .take_while(|point| point.at >= oldest)
            .take(EVALUATION_PERIODS)
            .filter_map(|point| point.statistics.named(self.statistic))
            .collect();
        let bad = |value: &&f64| match self.bad {
            Bad::Above => **value > self.threshold,
            Bad::Below => **value < self.threshold,
        };
        let beyond = points.iter().filter(bad).count();
        let state = match (points.len(), beyond) {
            (0, _) => AlarmState::InsufficientData,
            (_, EVALUATION_PERIODS) => AlarmState::Alarm,
            _ if beyond == 0 => AlarmState::Ok,
            // Mixed points leave an alarm as it is, which is how it avoids to flap.
            _ => self.state,
        };
        if state != self.state {
            self.state = state;
            self.since = now;
            self.reason = reason(state, self.threshold, self.bad, &points);
        }
    }
}

fn reason(state: AlarmState, threshold: f64, bad: Bad, points: &[f64]) -> String {
    if state == AlarmState::InsufficientData {
        return "Insufficient Data: no datapoints were received for 3 periods".to_owned();
    }
    let (count, plural) = (points.len(), if points.len() == 1 { " was" } else { "s were" });
    let side = match bad {
        Bad::Above => "greater than",
        Bad::Below => "less than",
    };
    let not = if state == AlarmState::Alarm { "" } else { "not " };
    let values = points.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
    format!("Threshold Crossed: {count} datapoint{plural} {not}{side} the threshold ({threshold:.1}): [{values}].")
}

/// The alarms of the reference stack.
pub fn reference(now: Timestamp) -> Vec<Alarm> {
    let since = now.as_second();
    let mut alarms = Vec::new();
    let mut add = |region, name: String, description, metric: (&'static str, &'static str), dimensions, limit| {
        let ((namespace, metric), (statistic, bad, threshold)) = (metric, limit);
        let (state, reason) = (AlarmState::InsufficientData, "Unchecked: Initial alarm creation".to_owned());
        #[rustfmt::skip]
        let alarm = Alarm {
            region, name, description, namespace, metric, dimensions, statistic, threshold, bad, state, since, reason,
        };
        alarms.push(alarm);
    };
    for region in Region::ALL {
        add(
            region,
            format!("akidb-aurora-rpo-lag-{}", region.short()),
            "Aurora replication to this region is more than 1 s behind",
            ("AWS/RDS", "AuroraGlobalDBRPOLag"),
            vec![("DBClusterIdentifier", region.cluster())],
            ("Maximum", Bad::Above, 1000.0),
        );
        for source in Region::ALL.into_iter().filter(|source| *source != region) {
            add(
                region,
                format!("akidb-crr-latency-{}", source.rule_to(region)),
                "Objects wait more than 15 min for replication to this region",
                ("AWS/S3", "ReplicationLatency"),
                vec![
                    ("SourceBucket", source.bucket()),
                    ("DestinationBucket", region.bucket()),
                    ("RuleId", source.rule_to(region)),
                ],
                ("Maximum", Bad::Above, 900.0),
            );
        }
        add(
            Region::UsEast1,
            format!("akidb-health-{}", region.short()),
            "Route 53 calls the region's endpoint unhealthy",
            ("AWS/Route53", "HealthCheckStatus"),
            vec![("HealthCheckId", region.health_check().to_owned())],
            ("Minimum", Bad::Below, 1.0),
        );
    }
    alarms
}

/// Looks at every alarm of the regions that have power.
pub fn evaluate(alarms: &mut [Alarm], now: i64, power: impl Fn(Region) -> bool, metrics: &MetricStore) {
    for alarm in alarms.iter_mut().filter(|alarm| power(alarm.region)) {
        alarm.evaluate(now, metrics);
    }
}
