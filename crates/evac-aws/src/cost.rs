//! Cost Explorer: month to date by region and service, and the forecast, at a cent a page.
//!
//! An answer is kept on disk and served, with its age, until `cost.refresh` has passed by the source's clock. When
//! asking fails, the kept answer is still served while it is younger than the source's own limit
//! ([`Source::max_age`]), for a bill some hours old is worth more than none; after that the failure is told.

use std::sync::Arc;

use aws_sdk_costexplorer::{
    Client,
    types::{DateInterval, Granularity, GroupDefinition, GroupDefinitionType, Metric, MetricValue, ResultByTime},
};
use evac_core::{
    Reading, Source, SourceError, SourceErrorKind, Stack,
    reading::{CostLine, CostReading},
    stack::scale,
};
use evac_engine::Call;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, prelude::FromPrimitive};

use crate::{
    ask::{Asking, Question, Said, pages},
    cost_cache::CostCache,
    error::{malformed, source_error},
    field::words,
    prices::{COST_EXPLORER, call},
    source_clock::ServiceClock,
};

const USAGE: &str = "ce:GetCostAndUsage";
const FORECAST: &str = "ce:GetCostForecast";
const METRIC: &str = "UnblendedCost";

/// Asks for the stack's bill, or remembers it.
pub(crate) struct AskCost {
    client: Client,
    cache: CostCache,
    /// Clocks of other services that run with Cost Explorer's, which is asked too rarely to know its own.
    clocks: Vec<Arc<ServiceClock>>,
    refresh: SignedDuration,
    max_age: SignedDuration,
}

impl AskCost {
    /// The question for a stack's bill.
    pub(crate) fn new(stack: &Stack, client: Client, cache: CostCache, clocks: Vec<Arc<ServiceClock>>) -> Self {
        // A little less than the interval of the questions, or their jitter would double it.
        let refresh = scale(stack.cost.refresh.get(), 0.9 * stack.clock.rate);
        Self { client, cache, clocks, refresh, max_age: Source::Cost.max_age(stack) }
    }

    fn now(&self, asking: &Asking) -> Timestamp {
        let here = asking.here();
        self.clocks.iter().filter_map(|clock| clock.now(here)).max().unwrap_or_else(|| asking.now())
    }

    /// The kept reading and its age, if it is of the month that `now` is in.
    async fn kept(&self, now: Timestamp) -> Option<(CostReading, SignedDuration)> {
        let cache = self.cache.clone();
        let kept = tokio::task::spawn_blocking(move || cache.load()).await.ok().flatten()?;
        let age = now.duration_since(kept.asked_at);
        // One from the future was kept by another clock, and says nothing about its age.
        (kept.month == month(today(now)) && age >= -SignedDuration::from_mins(5)).then_some((kept, age))
    }

    async fn keep(&self, reading: &CostReading) {
        let (cache, reading) = (self.cache.clone(), reading.clone());
        match tokio::task::spawn_blocking(move || cache.store(&reading)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the costs cannot be kept: they will be asked for again"),
            Err(error) => tracing::warn!(%error, "the costs were not kept"),
        }
    }

    async fn bill(&self, asking: &Asking, now: Timestamp) -> Result<CostReading, SourceError> {
        let (bill, forecast) = tokio::join!(self.lines(asking, now), self.forecast(asking, now));
        let lines = bill?;
        let spent: Decimal = lines.iter().map(|line| line.amount).sum();
        // A forecast that fails, as it does without enough history, hides nothing of what was spent.
        let rest = forecast.inspect_err(|error| tracing::warn!(%error, "there is no forecast")).ok().flatten();
        Ok(CostReading { asked_at: now, month: month(today(now)), lines, forecast: rest.map(|rest| spent + rest) })
    }

    async fn lines(&self, asking: &Asking, now: Timestamp) -> Result<Vec<CostLine>, SourceError> {
        let today = today(now);
        let period = interval(month(today), today.saturating_add(1.day()))?;
        let by = |key: &str| GroupDefinition::builder().r#type(GroupDefinitionType::Dimension).key(key).build();
        pages(USAGE, |token: Option<String>| {
            let request = self
                .client
                .get_cost_and_usage()
                .time_period(period.clone())
                .granularity(Granularity::Monthly)
                .metrics(METRIC)
                .group_by(by("REGION"))
                .group_by(by("SERVICE"))
                .set_next_page_token(token);
            async {
                let sent = request.customize().interceptor(asking.dates()).send().await;
                let answer = sent.map_err(|error| source_error(USAGE, &error))?;
                let lines = answer.results_by_time().iter().map(lines).collect::<Result<Vec<_>, _>>()?;
                Ok((lines.concat(), answer.next_page_token))
            }
        })
        .await
    }

    /// What the rest of the month is expected to cost: what is left of today, and the days after it. It is asked by
    /// the day, since a forecast by the month does not say which part of a running month it covers.
    async fn forecast(&self, asking: &Asking, now: Timestamp) -> Result<Option<Decimal>, SourceError> {
        let today = today(now);
        let next_month = month(today).saturating_add(1.month());
        let request = self
            .client
            .get_cost_forecast()
            .time_period(interval(today, next_month)?)
            .granularity(Granularity::Daily)
            .metric(Metric::UnblendedCost);
        let sent = request.customize().interceptor(asking.dates()).send().await;
        let answer = sent.map_err(|error| source_error(FORECAST, &error))?;
        let days = answer.forecast_results_by_time();
        if days.is_empty() {
            return answer.total().map(|total| amount(FORECAST, total)).transpose();
        }
        let passed = now.as_second().rem_euclid(86_400);
        let left = (Decimal::from(86_400) - Decimal::from(passed)) / Decimal::from(86_400);
        let cost_of = |day: &aws_sdk_costexplorer::types::ForecastResult| {
            let mean = day.mean_value().ok_or_else(|| malformed(FORECAST, "MeanValue", "missing"))?;
            let cost = decimal(FORECAST, "MeanValue", mean)?;
            let is_today = day.time_period().is_some_and(|period| period.start().starts_with(&today.to_string()));
            Ok(if is_today { cost * left } else { cost })
        };
        days.iter().take(62).map(cost_of).sum::<Result<Decimal, SourceError>>().map(|sum| Some(sum.round_dp(10)))
    }
}

impl Question for AskCost {
    fn calls(&self) -> Vec<Call> {
        vec![call(USAGE, 1.0, COST_EXPLORER), call(FORECAST, 1.0, COST_EXPLORER)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async {
            let now = self.now(asking);
            let kept = self.kept(now).await;
            if let Some((kept, _)) = kept.as_ref().filter(|(_, age)| *age < self.refresh) {
                return Ok(Said::earlier(Reading::Cost(kept.clone()), kept.asked_at));
            }
            let mut bill = self.bill(asking, now).await;
            // The clock is known now. Where it names another day than was believed, the question was a wrong one.
            let answered_at = asking.newest_date().unwrap_or(now);
            if today(answered_at) != today(now) {
                bill = self.bill(asking, answered_at).await;
            }
            match (bill, kept) {
                (Ok(bill), _) => {
                    let reading = CostReading { asked_at: answered_at, ..bill };
                    self.keep(&reading).await;
                    Ok(Said::earlier(Reading::Cost(reading), answered_at))
                }
                (Err(error), Some((kept, age))) if age <= self.max_age => {
                    tracing::warn!(%error, "the kept costs are shown instead");
                    Ok(Said::earlier(Reading::Cost(kept.clone()), kept.asked_at))
                }
                (Err(error), _) => Err(error),
            }
        })
    }
}

/// The day in UTC, which Cost Explorer counts in.
fn today(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now).date()
}

fn month(day: Date) -> Date {
    day.first_of_month()
}

fn interval(start: Date, end: Date) -> Result<DateInterval, SourceError> {
    let built = DateInterval::builder().start(start.to_string()).end(end.to_string()).build();
    built.map_err(|error| SourceError::new(SourceErrorKind::Setup, error.to_string()))
}

/// The lines of an answer. `NoRegion` and `global` are kept as Cost Explorer writes them.
fn lines(result: &ResultByTime) -> Result<Vec<CostLine>, SourceError> {
    let line = |group: &aws_sdk_costexplorer::types::Group| {
        let key = |index: usize, field| words(USAGE, field, group.keys().get(index).map(String::as_str));
        let metric = group.metrics().and_then(|metrics| metrics.get(METRIC));
        let metric = metric.ok_or_else(|| malformed(USAGE, METRIC, "missing"))?;
        let (region, service) = (key(0, "REGION")?, key(1, "SERVICE")?);
        Ok(CostLine { region, service, amount: amount(USAGE, metric)? })
    };
    result.groups().iter().map(line).collect()
}

/// An amount in USD. One in another currency is not added up with the rest.
fn amount(operation: &str, value: &MetricValue) -> Result<Decimal, SourceError> {
    if let Some(unit) = value.unit().filter(|unit| *unit != "USD") {
        return Err(malformed(operation, "Unit", format_args!("{unit} instead of USD")));
    }
    let text = value.amount().ok_or_else(|| malformed(operation, "Amount", "missing"))?;
    decimal(operation, "Amount", text)
}

/// Cost Explorer writes decimals, and very small ones with an exponent. Nothing costs 10¹⁵ USD, and what claims to
/// would overflow the sum.
fn decimal(operation: &str, field: &str, text: &str) -> Result<Decimal, SourceError> {
    let read = text.parse::<Decimal>().ok().or_else(|| Decimal::from_scientific(text).ok());
    let read = read.or_else(|| text.parse::<f64>().ok().and_then(Decimal::from_f64));
    let limit = Decimal::from(1_000_000_000_000_000_i64);
    read.filter(|amount| amount.abs() < limit)
        .ok_or_else(|| malformed(operation, field, format_args!("`{text}` is no amount")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use aws_sdk_costexplorer::types::Group;

    use super::*;

    fn group(keys: &[&str], amount: &str, unit: &str) -> ResultByTime {
        let value = MetricValue::builder().amount(amount).unit(unit).build();
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        let group = Group::builder().set_keys(Some(keys)).metrics(METRIC, value).build();
        ResultByTime::builder().groups(group).build()
    }

    #[test]
    fn lines_keep_regions_that_are_none_and_amounts_to_the_last_digit() {
        let found = lines(&group(&["NoRegion", "Tax"], "0.1000000001", "USD")).unwrap();
        assert_eq!((found[0].region.as_str(), found[0].amount.to_string()), ("NoRegion", "0.1000000001".to_owned()));
        let small = lines(&group(&["global", "Amazon Route 53"], "2.5E-7", "USD")).unwrap();
        assert_eq!(small[0].amount.to_string(), "0.00000025");
    }

    #[test]
    fn what_is_no_amount_in_usd_is_malformed() {
        for (keys, amount, unit) in [
            (&["us-east-1", "S3"][..], "12", "CNY"),
            (&["us-east-1", "S3"], "NaN", "USD"),
            (&["us-east-1", "S3"], "1e300", "USD"),
            (&["us-east-1", "S3"], "79228162514264337593543950335", "USD"),
            (&["us-east-1", "S3"], "twelve", "USD"),
            (&["us-east-1"], "12", "USD"),
            (&[], "12", "USD"),
        ] {
            assert_eq!(
                lines(&group(keys, amount, unit)).unwrap_err().kind,
                SourceErrorKind::Malformed,
                "{amount} {unit}"
            );
        }
    }

    #[test]
    fn the_month_is_counted_in_utc() {
        let now: Timestamp = "2026-02-28T23:59:59Z".parse().unwrap();
        assert_eq!(today(now).to_string(), "2026-02-28");
        assert_eq!(month(today(now)).to_string(), "2026-02-01");
    }
}
