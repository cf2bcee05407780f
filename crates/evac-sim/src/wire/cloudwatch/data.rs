//! Reading time series.

use jiff::Timestamp;

use super::{Document, Request, ServiceError, periods};
use crate::{topology::Region, wire::pages, world::World};

/// The most queries of one call.
const MOST_QUERIES: usize = 500;
/// The most points of one answer, where the request does not say less.
const MOST_POINTS: i64 = 100_800;

struct Asked<'a> {
    namespace: &'a str,
    name: &'a str,
    dimensions: Vec<(&'a str, &'a str)>,
    from: i64,
    to: i64,
    period: i64,
}

fn invalid(text: impl Into<String>) -> ServiceError {
    ServiceError::sender("ValidationError", text)
}

fn missing(name: &str) -> ServiceError {
    ServiceError::sender("MissingParameter", format!("The parameter {name} is required."))
}

fn seconds(input: &Document, name: &str) -> Result<i64, ServiceError> {
    input.time(name).map(Timestamp::as_second).ok_or_else(|| missing(name))
}

fn period(input: &Document) -> Result<i64, ServiceError> {
    let period = input.integer("Period").ok_or_else(|| missing("Period"))?;
    let allowed = matches!(period, 1 | 5 | 10 | 20 | 30) || (period > 0 && period % 60 == 0);
    // Nothing here is finer than a minute.
    if allowed { Ok(period.max(60)) } else { Err(invalid(format!("Invalid value {period} for Period"))) }
}

fn pairs(input: &Document) -> Vec<(&str, &str)> {
    let dimensions = input.items("Dimensions").iter();
    dimensions.filter_map(|dimension| Some((dimension.text("Name")?, dimension.text("Value")?))).collect()
}

fn points(world: &World, region: Region, asked: &Asked<'_>) -> Vec<crate::world::metrics::Point> {
    let dimensions = asked.dimensions.iter().copied();
    match world.metrics.find(region, asked.namespace, asked.name, dimensions) {
        Some(series) => periods(series, world.tick, asked.from, asked.to, asked.period),
        None => Vec::new(),
    }
}

pub fn get_metric_data(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let input = request.input;
    let queries = input.items("MetricDataQueries");
    if queries.is_empty() {
        return Err(missing("MetricDataQueries"));
    }
    if queries.len() > MOST_QUERIES {
        return Err(invalid("The collection MetricDataQueries must not have a size greater than 500."));
    }
    let (from, to) = (seconds(input, "StartTime")?, seconds(input, "EndTime")?);
    if from >= to {
        return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
    }
    let newest_first = input.text("ScanBy") != Some("TimestampAscending");
    let mut results: Vec<(Document, Vec<(i64, f64)>)> = Vec::new();
    for query in queries {
        let id = query.text("Id").ok_or_else(|| missing("MetricDataQueries.member.N.Id"))?;
        let stat =
            query.get("MetricStat").ok_or_else(|| invalid("Expressions are not simulated: ask for MetricStat."))?;
        let metric = stat.get("Metric").ok_or_else(|| missing("MetricStat.Metric"))?;
        let asked = Asked {
            namespace: metric.text("Namespace").ok_or_else(|| missing("Namespace"))?,
            name: metric.text("MetricName").ok_or_else(|| missing("MetricName"))?,
            dimensions: pairs(metric),
            from,
            to,
            period: period(stat)?,
        };
        let statistic = stat.text("Stat").ok_or_else(|| missing("Stat"))?;
        let mut values: Vec<(i64, f64)> = points(world, request.region, &asked)
            .iter()
            .map(|point| {
                let value = point.statistics.named(statistic);
                value.map(|value| (point.at, value)).ok_or_else(|| invalid(format!("Invalid statistic {statistic}")))
            })
            .collect::<Result<_, _>>()?;
        if newest_first {
            values.reverse();
        }
        if query.get("ReturnData") != Some(&Document::Boolean(false)) {
            let label = query.text("Label").unwrap_or(asked.name);
            results.push((Document::of([("Id", id.into()), ("Label", label.into())]), values));
        }
    }
    paged(request, results)
}

/// CloudWatch pages by points, not by series: every series appears on every page.
fn paged(request: &Request<'_>, results: Vec<(Document, Vec<(i64, f64)>)>) -> Result<Document, ServiceError> {
    let most = request.input.integer("MaxDatapoints").unwrap_or(MOST_POINTS).clamp(1, MOST_POINTS);
    let each = (most as usize / results.len().max(1)).max(1);
    let marker = request.input.text("NextToken");
    let mut next = None;
    let mut written = Vec::with_capacity(results.len());
    let longest = results.iter().map(|(_, values)| values.len()).max().unwrap_or_default();
    for (head, values) in results {
        // The marker counts along the longest series: shorter ones end before it.
        let numbered: Vec<Option<(i64, f64)>> =
            values.into_iter().map(Some).chain(std::iter::repeat(None)).take(longest).collect();
        let wrong = ServiceError::sender("InvalidNextToken", "The next token specified is invalid.");
        let page = pages::page(numbered, marker, each, wrong)?;
        let values: Vec<(i64, f64)> = page.items.into_iter().flatten().collect();
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        let status = if page.next.is_some() { "PartialData" } else { "Complete" };
        written.push(
            head.with("Timestamps", Document::members(values.iter().map(|(seconds, _)| at(*seconds).into())))
                .with("Values", Document::members(values.iter().map(|(_, value)| (*value).into())))
                .with("StatusCode", status),
        );
        next = next.or(page.next);
    }
    let output = Document::of([("MetricDataResults", Document::members(written)), ("Messages", Document::members([]))]);
    Ok(output.with_optional("NextToken", next))
}

pub fn get_metric_statistics(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let input = request.input;
    let asked = Asked {
        namespace: input.text("Namespace").ok_or_else(|| missing("Namespace"))?,
        name: input.text("MetricName").ok_or_else(|| missing("MetricName"))?,
        dimensions: pairs(input),
        from: seconds(input, "StartTime")?,
        to: seconds(input, "EndTime")?,
        period: period(input)?,
    };
    if asked.from >= asked.to {
        let text = "The parameter StartTime must be less than the parameter EndTime.";
        return Err(ServiceError::sender("InvalidParameterCombination", text));
    }
    let (plain, extended) = (input.texts("Statistics"), input.texts("ExtendedStatistics"));
    if plain.is_empty() && extended.is_empty() {
        return Err(missing("Statistics"));
    }
    let unit = unit(world, request.region, &asked);
    let documents = points(world, request.region, &asked).into_iter().map(|point| {
        let at = Timestamp::from_second(point.at).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut document = Document::of([("Timestamp", at.into())]);
        for name in &plain {
            if let Some(value) = point.statistics.named(name) {
                document = document.with((*name).to_owned(), value);
            }
        }
        if !extended.is_empty() {
            let values = extended.iter().filter_map(|name| Some((*name, point.statistics.named(name)?)));
            let map = values.fold(Document::EMPTY, |map, (name, value)| map.with(name.to_owned(), value));
            document = document.with("ExtendedStatistics", map);
        }
        document.with("Unit", unit)
    });
    let datapoints = Document::members(documents);
    Ok(Document::of([("Label", asked.name.into()), ("Datapoints", datapoints)]))
}

fn unit(world: &World, region: Region, asked: &Asked<'_>) -> &'static str {
    let dimensions = asked.dimensions.iter().copied();
    world.metrics.find(region, asked.namespace, asked.name, dimensions).map_or("None", |series| series.unit)
}
