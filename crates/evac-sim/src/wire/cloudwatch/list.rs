//! Which metrics there are.

use super::{Document, Request, ServiceError, dimensions};
use crate::{
    wire::pages,
    world::{World, metrics::Series},
};

/// Metrics on one page.
const PAGE: usize = 500;
/// `RecentlyActive` knows one value: three hours.
const RECENTLY: i64 = 3 * 3600;

pub fn list_metrics(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let input = request.input;
    let asked = |series: &&Series| {
        input.text("Namespace").is_none_or(|wanted| wanted == series.namespace)
            && input.text("MetricName").is_none_or(|wanted| wanted == series.name)
            && input.items("Dimensions").iter().all(|filter| {
                let name = filter.text("Name").unwrap_or_default();
                let value = filter.text("Value");
                let mut held = series.dimensions.iter();
                held.any(|(key, held)| *key == name && value.is_none_or(|value| value == held))
            })
            // A metric without a point is not listed; neither are those that fell silent, where that is asked for.
            && series.visible(world.tick).next_back().is_some_and(|newest| {
                input.get("RecentlyActive").is_none() || newest.at >= world.tick - RECENTLY
            })
    };
    let metrics = world.metrics.in_region(request.region).filter(asked).map(|series| {
        Document::of([
            ("Namespace", series.namespace.into()),
            ("MetricName", series.name.into()),
            ("Dimensions", dimensions(&series.dimensions)),
        ])
    });
    let wrong = ServiceError::sender("InvalidParameterValue", "The parameter NextToken is invalid.");
    let page = pages::page(metrics.collect(), input.text("NextToken"), PAGE, wrong)?;
    Ok(Document::of([("Metrics", Document::members(page.items))]).with_optional("NextToken", page.next))
}
