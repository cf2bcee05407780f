//! Cost Explorer: what was spent, by day or month, region and service, and what will be.

use std::collections::BTreeMap;

use jiff::{Span, civil::Date};

use super::{Document, ServiceError, pages, rpc::Request};
use crate::{
    topology::ACCOUNT,
    world::{World, cost::Line},
};

/// Groups on one page, unless a single period has more.
const PAGE_GROUPS: usize = 400;
/// The metrics that cost the same here, as nothing is reserved or shared.
const COSTS: [&str; 5] = ["UnblendedCost", "BlendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost"];

/// Serves an operation; `None` when it is not known.
pub fn handle(world: &World, request: &Request<'_>) -> Option<Result<Document, ServiceError>> {
    Some(match request.operation {
        "GetCostAndUsage" => cost_and_usage(world, request.input),
        "GetCostForecast" => forecast(world, request.input),
        _ => return None,
    })
}

fn invalid(text: impl Into<String>) -> ServiceError {
    ServiceError::sender("ValidationException", text)
}

fn today(world: &World) -> Date {
    world.civil().date()
}

fn period(input: &Document) -> Result<(Date, Date), ServiceError> {
    let period = input.get("TimePeriod").ok_or_else(|| invalid("TimePeriod is required."))?;
    let date = |name: &str| {
        let text = period.text(name).ok_or_else(|| invalid(format!("TimePeriod.{name} is required.")))?;
        text.parse::<Date>().map_err(|_| invalid(format!("{text} is not a date of the form YYYY-MM-DD.")))
    };
    let (start, end) = (date("Start")?, date("End")?);
    if start >= end {
        return Err(invalid("Start date (and hour) should be before end date (and hour)"));
    }
    if start < end.saturating_sub(Span::new().months(38)) {
        return Err(invalid("You haven't enabled historical data beyond 14 months"));
    }
    Ok((start, end))
}

/// The periods between two dates: days, or months cut to the dates.
fn periods(start: Date, end: Date, monthly: bool) -> Vec<(Date, Date)> {
    let mut periods = Vec::new();
    let mut from = start;
    while from < end {
        let next = if monthly { from.first_of_month().saturating_add(Span::new().months(1)) } else { tomorrow(from) };
        periods.push((from, next.min(end)));
        from = next;
    }
    periods
}

fn tomorrow(date: Date) -> Date {
    date.saturating_add(Span::new().days(1))
}

fn monthly(input: &Document) -> Result<bool, ServiceError> {
    match input.text("Granularity") {
        Some("MONTHLY") => Ok(true),
        Some("DAILY") => Ok(false),
        other => Err(invalid(format!("Granularity {} is not simulated.", other.unwrap_or("(none)")))),
    }
}

/// Dollars, as Cost Explorer writes them.
fn amount(dollars: f64, unit: &str) -> Document {
    Document::of([("Amount", format!("{dollars:.10}").into()), ("Unit", unit.into())])
}

fn cost_and_usage(world: &World, input: &Document) -> Result<Document, ServiceError> {
    let ((start, end), monthly) = (period(input)?, monthly(input)?);
    let metrics = input.texts("Metrics");
    if metrics.is_empty() {
        return Err(invalid("Metrics is required."));
    }
    if let Some(unknown) = metrics.iter().find(|name| !COSTS.contains(name) && **name != "UsageQuantity") {
        return Err(invalid(format!("Metric {unknown} is not simulated.")));
    }
    let groups = input.items("GroupBy");
    if groups.len() > 2 {
        return Err(invalid("At most two groups can be given."));
    }
    let mut results = Vec::new();
    let mut counts = Vec::new();
    for (from, to) in periods(start, end, monthly) {
        let mut sums: BTreeMap<Vec<String>, f64> = BTreeMap::new();
        for line in lines(world, from, to) {
            if !passes(input.get("Filter"), &line)? {
                continue;
            }
            let keys = groups.iter().map(|group| key(group, &line)).collect::<Result<Vec<_>, _>>()?;
            *sums.entry(keys).or_default() += line.daily;
        }
        counts.push(sums.len());
        results.push(result(world, (from, to), &metrics, !groups.is_empty(), sums));
    }
    let largest = counts.into_iter().max().unwrap_or_default().max(1);
    let each = (PAGE_GROUPS / largest).max(1);
    let wrong = ServiceError::sender("InvalidNextTokenException", "The pagination token is invalid.");
    let page = pages::page(results, input.text("NextPageToken"), each, wrong)?;
    let output = Document::of([("ResultsByTime", Document::members(page.items))]);
    let output =
        if groups.is_empty() { output } else { output.with("GroupDefinitions", Document::members(groups.to_vec())) };
    Ok(output.with("DimensionValueAttributes", Document::members([])).with_optional("NextPageToken", page.next))
}

/// What was spent between two dates; days to come cost nothing yet, and today only up to the last full hour.
fn lines(world: &World, from: Date, to: Date) -> Vec<Line> {
    let now = world.civil();
    let mut lines = Vec::new();
    let mut date = from;
    while date < to && date <= now.date() {
        let share = if date == now.date() { f64::from(now.hour()) / 24.0 } else { 1.0 };
        lines.extend(world.cost.day(date, share, world.noise));
        date = tomorrow(date);
    }
    lines
}

fn key(group: &Document, line: &Line) -> Result<String, ServiceError> {
    match (group.text("Type"), group.text("Key").unwrap_or_default()) {
        (None | Some("DIMENSION"), name) => dimension(name, line).map(str::to_owned),
        // Nothing is tagged.
        (Some("TAG"), name) => Ok(format!("{name}$")),
        (Some(other), _) => Err(invalid(format!("Grouping by {other} is not simulated."))),
    }
}

fn dimension(name: &str, line: &Line) -> Result<&'static str, ServiceError> {
    match name {
        "REGION" => Ok(line.region),
        "SERVICE" => Ok(line.service),
        "LINKED_ACCOUNT" => Ok(ACCOUNT),
        other => Err(invalid(format!("Dimension {other} is not simulated."))),
    }
}

fn passes(filter: Option<&Document>, line: &Line) -> Result<bool, ServiceError> {
    let Some(filter) = filter else { return Ok(true) };
    if let Some(not) = filter.get("Not") {
        return passes(Some(not), line).map(|passed| !passed);
    }
    for (name, all) in [("And", true), ("Or", false)] {
        if filter.get(name).is_some() {
            let parts =
                filter.items(name).iter().map(|part| passes(Some(part), line)).collect::<Result<Vec<_>, _>>()?;
            return Ok(if all { parts.into_iter().all(|part| part) } else { parts.into_iter().any(|part| part) });
        }
    }
    match filter.get("Dimensions") {
        // The kind of charge: everything here is usage.
        Some(wanted) if wanted.text("Key") == Some("RECORD_TYPE") => Ok(wanted.texts("Values").contains(&"Usage")),
        Some(wanted) => {
            let held = dimension(wanted.text("Key").unwrap_or_default(), line)?;
            Ok(wanted.texts("Values").contains(&held))
        }
        None => Err(invalid("Only dimensions can be filtered in this simulator.")),
    }
}

fn result(
    world: &World,
    (from, to): (Date, Date),
    metrics: &[&str],
    grouped: bool,
    sums: BTreeMap<Vec<String>, f64>,
) -> Document {
    let amounts = |dollars: f64| {
        metrics.iter().fold(Document::EMPTY, |map, name| {
            map.with((*name).to_owned(), amount(dollars, if *name == "UsageQuantity" { "N/A" } else { "USD" }))
        })
    };
    let total = if grouped { Document::EMPTY } else { amounts(sums.values().sum()) };
    let groups = sums.into_iter().filter(|_| grouped).map(|(keys, dollars)| {
        let keys = Document::members(keys.into_iter().map(Document::from));
        Document::of([("Keys", keys), ("Metrics", amounts(dollars))])
    });
    Document::of([
        ("TimePeriod", dates(from, to)),
        ("Total", total),
        ("Groups", Document::members(groups)),
        // The bill of a month is final some days after its end.
        ("Estimated", (to > today(world).first_of_month()).into()),
    ])
}

fn dates(from: Date, to: Date) -> Document {
    Document::of([("Start", from.to_string().into()), ("End", to.to_string().into())])
}

fn forecast(world: &World, input: &Document) -> Result<Document, ServiceError> {
    let ((start, end), monthly) = (period(input)?, monthly(input)?);
    if start < today(world) {
        return Err(invalid("Start date must be on or after the current date"));
    }
    if end > today(world).saturating_add(Span::new().months(18)) {
        return Err(invalid("End date is too far in the future"));
    }
    let metric = input.text("Metric").unwrap_or_default();
    let known = COSTS.iter().any(|name| name.eq_ignore_ascii_case(&metric.replace('_', "")));
    if !known {
        return Err(invalid(format!("Metric {metric} is not simulated.")));
    }
    let level = input.integer("PredictionIntervalLevel").unwrap_or(80);
    if !(51..=99).contains(&level) {
        return Err(invalid("PredictionIntervalLevel must be between 51 and 99"));
    }
    let width = 0.0012 * (level - 50) as f64;
    let (mut total, mut results) = (0.0, Vec::new());
    for (from, to) in periods(start, end, monthly) {
        let days = from.until(to).map(|span| span.get_days()).unwrap_or_default();
        let mean = world.cost.typical_day(from, world.noise) * f64::from(days);
        total += mean;
        let text = |dollars: f64| Document::from(format!("{dollars:.10}"));
        results.push(Document::of([
            ("TimePeriod", dates(from, to)),
            ("MeanValue", text(mean)),
            ("PredictionIntervalLowerBound", text(mean * (1.0 - width))),
            ("PredictionIntervalUpperBound", text(mean * (1.0 + width))),
        ]));
    }
    Ok(Document::of([("Total", amount(total, "USD")), ("ForecastResultsByTime", Document::members(results))]))
}
