//! What RDS reports of itself.

use jiff::{SignedDuration, Timestamp};

use super::{Document, Request, ServiceError, listing, page};
use crate::{
    topology::ACCOUNT,
    world::{
        World,
        events::{Event, SourceType},
    },
};

/// Without a duration, RDS gives the last hour.
const DEFAULT_MINUTES: i64 = 60;
/// RDS keeps events for 14 days.
const MOST_MINUTES: i64 = 14 * 24 * 60;

pub fn describe(world: &World, request: &Request<'_>) -> Result<Document, ServiceError> {
    let input = request.input;
    let source = input.text("SourceIdentifier");
    let source_type = input.text("SourceType");
    if source.is_some() && source_type.is_none() {
        let text =
            "When the SourceIdentifier parameter is specified, the SourceType parameter must be specified as well";
        return Err(ServiceError::sender("InvalidParameterCombination", text));
    }
    let (from, to) = period(world.now(), request)?;
    let categories = input.texts("EventCategories");
    let events = world
        .events
        .in_region(request.region)
        .filter(|event| from <= event.at && event.at <= to)
        .filter(|event| source.is_none_or(|source| source == event.source))
        .filter(|event| source_type.is_none_or(|wanted| wanted == event.source_type.name()))
        .filter(|event| {
            categories.is_empty() || event.categories.iter().any(|held| categories.contains(&held.as_str()))
        })
        .map(document)
        .collect();
    Ok(listing("Events", "Event", page(request, events)?))
}

fn period(now: Timestamp, request: &Request<'_>) -> Result<(Timestamp, Timestamp), ServiceError> {
    let minutes = request.input.integer("Duration").unwrap_or(DEFAULT_MINUTES);
    if !(1..=MOST_MINUTES).contains(&minutes) {
        let text = "The duration must be between 1 and 20160 minutes";
        return Err(ServiceError::sender("InvalidParameterValue", text));
    }
    let to = request.input.time("EndTime");
    let from = request.input.time("StartTime");
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) if request.input.get("Duration").is_none() => (from, now),
        (Some(from), None) => (from, from.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(now)),
        (None, to) => {
            let to = to.unwrap_or(now);
            (to.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(to), to)
        }
    };
    if from > to {
        let text = "The end time must be later than the start time";
        return Err(ServiceError::sender("InvalidParameterCombination", text));
    }
    Ok((from, to))
}

fn document(event: &Event) -> Document {
    let kind = match event.source_type {
        SourceType::Cluster => "cluster",
        SourceType::ClusterSnapshot => "cluster-snapshot",
        SourceType::Instance => "db",
    };
    let categories = event.categories.iter().map(|category| category.as_str().into());
    Document::of([
        ("SourceIdentifier", event.source.as_str().into()),
        ("SourceType", event.source_type.name().into()),
        ("Message", event.message.as_str().into()),
        ("EventCategories", Document::list("EventCategory", categories)),
        ("Date", event.at.into()),
        ("SourceArn", format!("arn:aws:rds:{}:{ACCOUNT}:{kind}:{}", event.region, event.source).into()),
    ])
}
