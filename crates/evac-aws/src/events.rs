//! RDS DescribeEvents: what happened lately to a region's member cluster, every global failover in the region, and
//! whether an old writer's writes were stopped.

use aws_sdk_rds::{
    Client,
    operation::describe_events::builders::DescribeEventsFluentBuilder,
    types::{Event, SourceType},
};
use evac_core::{
    Reading, SourceError,
    ids::ClusterId,
    reading::{DatabaseEvent, EventsReading, GLOBAL_FAILOVER},
};
use evac_engine::Call;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use crate::{
    ask::{Asking, Now, Question, Said, pages},
    error::{malformed, source_error},
    field::{MAX_ITEMS, date_time, keep, timestamp, words},
    prices::{FREE, call},
};

const OPERATION: &str = "rds:DescribeEvents";
/// How far back is asked; RDS keeps events for 14 days.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Asks for the events of the last day.
pub(crate) struct AskEvents {
    pub(crate) client: Client,
    pub(crate) cluster: ClusterId,
}

impl Question for AskEvents {
    fn calls(&self) -> Vec<Call> {
        vec![call(OPERATION, 3.0, FREE)]
    }

    fn ask<'a>(&'a self, asking: &'a Asking) -> BoxFuture<'a, Result<Said, SourceError>> {
        Box::pin(async move {
            let ask = |now: Now| async move {
                let (from, to) = (now.window_start(WINDOW), now.window_end());
                let of_clusters = || self.client.describe_events().source_type(SourceType::DbCluster);
                let own = of_clusters().source_identifier(self.cluster.as_str());
                let failovers = of_clusters().event_categories(GLOBAL_FAILOVER);
                let instances = self.client.describe_events().source_type(SourceType::DbInstance);
                tokio::try_join!(
                    between(own, from, to, asking),
                    between(failovers, from, to, asking),
                    between(instances, from, to, asking)
                )
            };
            let (own, failovers, instances) = asking.about_now(ask).await?;
            Ok(Reading::Events(EventsReading { events: merged(own, failovers, instances) }).into())
        })
    }
}

/// All events of a request between two moments.
pub(crate) async fn between(
    request: DescribeEventsFluentBuilder,
    from: Timestamp,
    to: Timestamp,
    asking: &Asking,
) -> Result<Vec<DatabaseEvent>, SourceError> {
    let request = request.start_time(date_time(from)).end_time(date_time(to));
    pages(OPERATION, |marker| {
        let request = request.clone().set_marker(marker);
        async {
            let sent = request.customize().interceptor(asking.dates()).send().await;
            let answer = sent.map_err(|error| source_error(OPERATION, &error))?;
            Ok((answer.events().iter().filter_map(|event| keep(reading(event))).collect(), answer.marker))
        }
    })
    .await
}

fn reading(event: &Event) -> Result<DatabaseEvent, SourceError> {
    Ok(DatabaseEvent {
        at: event.date().and_then(timestamp).ok_or_else(|| malformed(OPERATION, "Date", "missing"))?,
        subject: words(OPERATION, "SourceIdentifier", event.source_identifier())?,
        categories: event.event_categories().iter().take(20).map(|category| evac_core::text::clean(category)).collect(),
        message: words(OPERATION, "Message", event.message())?,
    })
}

/// The lists as one, newest first, an event that stands in two but once.
fn merged(own: Vec<DatabaseEvent>, failovers: Vec<DatabaseEvent>, instances: Vec<DatabaseEvent>) -> Vec<DatabaseEvent> {
    let mut events = own;
    // A server that does not know the filter answers with everything; what is not about a failover is dropped here.
    events.extend(failovers.into_iter().filter(DatabaseEvent::is_global_failover));
    // Of instances only this is asked: whether an old writer is stopped.
    events.extend(instances.into_iter().filter(DatabaseEvent::is_about_blocked_writes));
    events.sort_by(|left, right| {
        right.at.cmp(&left.at).then_with(|| (&left.subject, &left.message).cmp(&(&right.subject, &right.message)))
    });
    events.dedup();
    events.truncate(MAX_ITEMS);
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(second: i64, subject: &str, category: &str) -> DatabaseEvent {
        DatabaseEvent {
            at: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second),
            subject: subject.to_owned(),
            categories: vec![category.to_owned()],
            message: "something".to_owned(),
        }
    }

    #[test]
    fn the_lists_become_one_newest_first() {
        let own = vec![event(1, "akidb-usw2", "backup"), event(5, "akidb-usw2", GLOBAL_FAILOVER)];
        let failovers = vec![
            event(5, "akidb-usw2", GLOBAL_FAILOVER),
            event(9, "akidb-other", GLOBAL_FAILOVER),
            event(7, "akidb-other", "backup"),
        ];
        let mut blocked = event(3, "akidb-usw2-1", "notification");
        blocked.message = "Attempt to block writes for DB cluster akidb-use1 succeeded.".to_owned();
        let events = merged(own, failovers, vec![event(4, "akidb-usw2-1", "backup"), blocked]);
        let found: Vec<_> = events.iter().map(|event| (event.at.as_second(), event.subject.as_str())).collect();
        assert_eq!(found, [(9, "akidb-other"), (5, "akidb-usw2"), (3, "akidb-usw2-1"), (1, "akidb-usw2")]);
    }
}
