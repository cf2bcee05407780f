//! CloudWatch: metrics and alarms.

mod alarms;
mod data;
mod list;

use super::{Document, ServiceError, rpc::Request};
use crate::world::{
    World,
    metrics::{Point, Series, Statistics},
};

/// Serves an operation; `None` when it is not known.
pub fn handle(world: &World, request: &Request<'_>) -> Option<Result<Document, ServiceError>> {
    Some(match request.operation {
        "GetMetricData" => data::get_metric_data(world, request),
        "GetMetricStatistics" => data::get_metric_statistics(world, request),
        "ListMetrics" => list::list_metrics(world, request),
        "DescribeAlarms" => alarms::describe(world, request),
        _ => return None,
    })
}

fn dimensions(dimensions: &[(&'static str, String)]) -> Document {
    Document::members(
        dimensions
            .iter()
            .map(|(name, value)| Document::of([("Name", (*name).into()), ("Value", value.as_str().into())])),
    )
}

/// The points of a series between two times, joined into periods. Oldest first.
fn periods(series: &Series, now: i64, from: i64, to: i64, period: i64) -> Vec<Point> {
    // CloudWatch moves the start back to the edge of a period.
    let from = from.div_euclid(period) * period;
    let mut joined: Vec<Point> = Vec::new();
    for point in series.visible(now).filter(|point| from <= point.at && point.at < to) {
        let at = point.at.div_euclid(period) * period;
        match joined.last_mut() {
            Some(last) if last.at == at => last.statistics = Statistics::join(last.statistics, point.statistics),
            _ => joined.push(Point { at, statistics: point.statistics }),
        }
    }
    joined
}
