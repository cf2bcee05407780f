//! CloudWatch GetMetricData: Aurora lag, replication backlog and, in us-east-1, what the health checkers say. All of
//! a region's metrics go into one question.

mod queries;

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws_sdk_cloudwatch::{
    Client,
    types::{MetricDataQuery, MetricDataResult, ScanBy, StatusCode},
};
use evac_core::{
    Reading, RegionId, SourceError, SourceErrorKind, Stack,
    reading::{MetricsReading, Point, ReplicationMetrics},
    stack::ReplicationRule,
};
use evac_engine::Call;
use futures::future::BoxFuture;
use jiff::SignedDuration;

use queries::Series;
pub(crate) use queries::health_checks;

use crate::{
    ask::{Asking, Now, Question, Said, pages},
    error::source_error,
    field::{date_time, timestamp},
    prices::{METRIC, call},
    source_clock::{DateReader, ServiceClock},
};

const OPERATION: &str = "cloudwatch:GetMetricData";
/// The most queries that one call takes.
const BATCH: usize = 500;
/// The most points kept of a series: eight hours of minutes.
const MAX_POINTS: usize = 480;
/// The window asked for. It costs by the metric, not by the point, and it must outlast an outage: the last lag that was
/// measured before a region was lost is what a failover is consented to.
const WINDOW: SignedDuration = SignedDuration::from_hours(2);

/// Asks for all metrics of a region.
pub(crate) struct AskMetrics {
    client: Client,
    queries: Queries,
    checkers: Option<Checkers>,
}

/// The health checkers' metrics, where they are asked apart: a stack without us-east-1 still has them there.
pub(crate) struct Checkers {
    pub(crate) client: Client,
    pub(crate) clock: Arc<ServiceClock>,
    pub(crate) region: RegionId,
    /// How long they are waited for, which has to leave the region's own metrics their time.
    pub(crate) patience: Duration,
}

#[derive(Default)]
struct Queries {
    series: Vec<Series>,
    asked: Vec<MetricDataQuery>,
    apart: Vec<MetricDataQuery>,
}

impl AskMetrics {
    /// The questions of a region. `elsewhere` is the CloudWatch of us-east-1, given when `region` is another one.
    pub(crate) fn new(stack: &Stack, region: &RegionId, client: Client, elsewhere: Option<Checkers>) -> Self {
        let data = queries::of_data(stack, region);
        let here = data.len();
        let series: Vec<_> = data.into_iter().chain(queries::of_checkers(stack, region)).collect();
        let query = |(index, series)| queries::query(stack, region, index, series);
        let mut asked: Vec<_> = series.iter().enumerate().map(query).collect();
        let apart = if elsewhere.is_some() { asked.split_off(here) } else { Vec::new() };
        let checkers = elsewhere.filter(|_| !apart.is_empty());
        Self { client, queries: Queries { series, asked, apart }, checkers }
    }
}

impl Question for AskMetrics {
    fn calls(&self) -> Vec<Call> {
        let priced = |count: usize| {
            let calls = count.div_ceil(BATCH);
            let metrics = u32::try_from(count).unwrap_or(u32::MAX);
            (calls > 0).then(|| {
                let calls = f64::from(u32::try_from(calls).unwrap_or(u32::MAX));
                call(OPERATION, calls, f64::from(metrics) * METRIC / calls)
            })
        };
        priced(self.queries.asked.len()).into_iter().chain(priced(self.queries.apart.len())).collect()
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async {
            let dates = || asking.dates();
            let here = asking.about_now(|now| ask_for(&self.client, &self.queries.asked, now, WINDOW, dates));
            let (mut results, apart) = tokio::join!(here, self.ask_apart(asking, WINDOW));
            if let Ok(results) = &mut results {
                results.extend(apart);
            }
            Ok(Reading::Metrics(reading(&self.queries.series, results?)?).into())
        })
    }
}

impl AskMetrics {
    /// The health checkers of a stack without us-east-1. When that region is lost they are missing, which must not
    /// darken the metrics of the region that is asked.
    async fn ask_apart(&self, asking: &Asking, window: SignedDuration) -> Vec<MetricDataResult> {
        let Some(checkers) = &self.checkers else { return Vec::new() };
        let dates = || asking.dates_elsewhere(&checkers.clock).0;
        let now = Now::of(&checkers.clock, asking.here());
        let asked = ask_for(&checkers.client, &self.queries.apart, now, window, dates);
        let asked = tokio::time::timeout(checkers.patience, asked).await.unwrap_or_else(|_| {
            let message = format!("{OPERATION}: no answer within {:?}", checkers.patience);
            Err(SourceError::new(SourceErrorKind::Timeout, message))
        });
        asked.unwrap_or_else(|error| {
            tracing::warn!(%error, region = %checkers.region, "the health checkers' metrics are missing");
            Vec::new()
        })
    }
}

async fn ask_for(
    client: &Client,
    queries: &[MetricDataQuery],
    now: Now,
    window: SignedDuration,
    dates: impl Fn() -> DateReader,
) -> Result<Vec<MetricDataResult>, SourceError> {
    let mut results = Vec::new();
    for batch in queries.chunks(BATCH) {
        let page = pages(OPERATION, |token| {
            let request = client
                .get_metric_data()
                .set_metric_data_queries(Some(batch.to_vec()))
                .start_time(date_time(now.window_start(window)))
                .end_time(date_time(now.window_end()))
                .scan_by(ScanBy::TimestampAscending)
                .set_next_token(token)
                .customize()
                .interceptor(dates());
            async {
                let answer = request.send().await.map_err(|error| source_error(OPERATION, &error))?;
                Ok((answer.metric_data_results.unwrap_or_default(), answer.next_token))
            }
        });
        results.extend(page.await?);
    }
    Ok(results)
}

/// The reading. An absent series stays empty, for silence is how CloudWatch says that a metric is not published
/// here; a refused one fails the question, for it must not look the same.
fn reading(series: &[Series], results: Vec<MetricDataResult>) -> Result<MetricsReading, SourceError> {
    let mut points: HashMap<String, Vec<Point>> = HashMap::new();
    for result in results {
        let failed = match result.status_code() {
            Some(StatusCode::Forbidden) => Some(SourceErrorKind::Denied),
            Some(StatusCode::InternalError) => Some(SourceErrorKind::Service),
            _ => None,
        };
        let label = result.label().unwrap_or("a metric");
        if let Some(kind) = failed {
            let said =
                result.messages().iter().filter_map(|message| message.value()).next().unwrap_or("no reason given");
            return Err(SourceError::new(kind, format!("{OPERATION}: {label}: {said}")));
        }
        let found = result.timestamps().iter().zip(result.values()).filter_map(|(time, value)| {
            timestamp(time).filter(|_| value.is_finite()).map(|at| Point { at, value: *value })
        });
        let Some(id) = result.id() else { continue };
        points.entry(id.to_owned()).or_default().extend(found);
    }
    let mut reading = MetricsReading::default();
    for (index, series) in series.iter().enumerate() {
        let mut found = points.remove(&format!("q{index}")).unwrap_or_default();
        found.sort_by_key(|point| point.at);
        found.drain(..found.len().saturating_sub(MAX_POINTS));
        match series {
            Series::AuroraRpo => reading.aurora.rpo = found,
            Series::AuroraReplication => reading.aurora.replication = found,
            Series::Latency(rule) => of_rule(&mut reading, rule).latency = found,
            Series::BytesPending(rule) => of_rule(&mut reading, rule).bytes_pending = found,
            Series::OperationsPending(rule) => of_rule(&mut reading, rule).operations_pending = found,
            Series::OperationsFailed(rule) => {
                let failed = found.iter().map(|point| point.value).sum();
                reading.failed_operations.push((rule.clone(), failed));
            }
            Series::CheckStatus(check) => reading.checkers.entry(check.clone()).or_default().status = found,
            Series::CheckPercent(check) => reading.checkers.entry(check.clone()).or_default().percent_healthy = found,
        }
    }
    Ok(reading)
}

fn of_rule<'a>(reading: &'a mut MetricsReading, rule: &ReplicationRule) -> &'a mut ReplicationMetrics {
    let known = reading.replication.iter().position(|metrics| metrics.rule == *rule);
    let index = known.unwrap_or_else(|| {
        let (latency, bytes_pending, operations_pending) = Default::default();
        reading.replication.push(ReplicationMetrics { rule: rule.clone(), latency, bytes_pending, operations_pending });
        reading.replication.len() - 1
    });
    &mut reading.replication[index]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use aws_smithy_types::DateTime;

    use super::*;

    fn result(id: &str, points: &[(i64, f64)]) -> MetricDataResult {
        let times = points.iter().map(|(time, _)| DateTime::from_secs(*time)).collect();
        let values = points.iter().map(|(_, value)| *value).collect();
        MetricDataResult::builder().id(id).set_timestamps(Some(times)).set_values(Some(values)).build()
    }

    #[test]
    fn points_come_oldest_first_without_those_that_are_no_number() {
        let series = [Series::AuroraRpo, Series::AuroraReplication];
        let results = vec![
            result("q0", &[(120, 40.0), (60, 30.0), (180, f64::NAN), (240, f64::INFINITY)]),
            // The next page of the same series.
            result("q0", &[(300, 50.0)]),
            result("q9", &[(60, 1.0)]),
        ];
        let reading = reading(&series, results).unwrap();
        let values: Vec<_> = reading.aurora.rpo.iter().map(|point| point.value).collect();
        assert_eq!(values, [30.0, 40.0, 50.0]);
        assert_eq!(reading.aurora.replication, []);
    }

    #[test]
    fn a_refused_metric_does_not_look_like_one_that_is_not_published() {
        let refused = MetricDataResult::builder().id("q0").status_code(StatusCode::Forbidden).build();
        assert_eq!(reading(&[Series::AuroraRpo], vec![refused]).unwrap_err().kind, SourceErrorKind::Denied);
    }

    #[test]
    fn an_absent_series_is_empty_and_a_rule_that_never_failed_has_failed_nothing() {
        let stack = crate::tests::stack();
        let rule = stack.replication[0].clone();
        let series = [Series::Latency(rule.clone()), Series::OperationsFailed(rule.clone())];
        let reading = reading(&series, Vec::new()).unwrap();
        assert_eq!(reading.replication[0].latency, []);
        assert_eq!(reading.failed_operations, [(rule, 0.0)]);
    }
}
