//! What RDS reports of itself, in the words of its event table.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};

use crate::topology::{ENGINE_VERSION, Region};

/// RDS keeps events for 14 days.
const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);
/// The most that a region's list holds, whatever a scenario emits.
const MOST: usize = 2000;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceType {
    /// A cluster.
    Cluster,
    /// A snapshot of a cluster.
    ClusterSnapshot,
}

impl SourceType {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "db-cluster",
            Self::ClusterSnapshot => "db-cluster-snapshot",
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The region whose RDS reports it.
    pub region: Region,
    /// The cluster or snapshot.
    pub source: String,
    /// Which of the two.
    pub source_type: SourceType,
    /// Its categories.
    pub categories: Vec<String>,
    /// The text. The number of an event kind is not on the wire: category and text are what clients go by.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

/// The event kinds that the simulator knows: number, category and text; `{cluster}` and `{region}` are filled in.
pub const KINDS: [(u16, &str, &str); 15] = [
    (169, "backup", "Automated cluster snapshot created"),
    (181, "global-failover", "Global switchover to DB cluster {cluster} in Region {region} started."),
    (182, "global-failover", "Old primary DB cluster {cluster} in Region {region} successfully shut down."),
    (183, "global-failover", "Waiting for data synchronization across global cluster members."),
    (184, "global-failover", "New primary DB cluster {cluster} in Region {region} was successfully promoted."),
    (185, "global-failover", "Global switchover to DB cluster {cluster} in Region {region} finished."),
    (186, "global-failover", "Global switchover to DB cluster {cluster} in Region {region} is cancelled."),
    (187, "global-failover", "Global switchover to DB cluster {cluster} in Region {region} failed."),
    (238, "global-failover", "Global failover to DB cluster {cluster} in Region {region} completed."),
    (239, "global-failover", "Global failover to DB cluster {cluster} in Region {region} failed."),
    (240, "global-failover", "Started resynchronizing members of DB cluster {cluster} in Region {region}."),
    (241, "global-failover", "Finished resynchronizing members of DB cluster {cluster} in Region {region}."),
    (397, "global-failover", "Aurora finished changing the DNS entry of the global cluster's writer endpoint."),
    (423, "global-failover", "Waiting for data synchronization before the global switchover to {cluster}."),
    (424, "notification", "Secondary DB cluster {cluster} runs a higher engine version than the primary."),
];

/// The events of every region.
#[derive(Debug, Clone, Default)]
pub struct Events(Vec<Event>);

impl Events {
    /// The events of a stack that has lived through a week, with a drill in it.
    pub fn with_history(now: Timestamp) -> Self {
        let mut events = Self::default();
        let drill = now - SignedDuration::from_hours(6 * 24 + 5);
        let back = drill + SignedDuration::from_mins(38);
        for (start, from, to) in [(drill, Region::UsEast1, Region::UsWest2), (back, Region::UsWest2, Region::UsEast1)] {
            for (kind, cluster, seconds) in [(181, to, 0), (423, to, 11), (182, from, 41), (184, to, 73), (185, to, 96)]
            {
                for region in [from, to] {
                    events.emit(kind, region, cluster, start + SignedDuration::from_secs(seconds));
                }
            }
        }
        for age in (0..=13).rev() {
            let day = now - SignedDuration::from_hours(24 * age);
            let taken = Offset::UTC.to_datetime(day).date().at(3, 17, 0, 0);
            let taken = Offset::UTC.to_timestamp(taken).unwrap_or(day);
            for region in Region::ALL.into_iter().filter(|_| taken <= now) {
                events.emit(169, region, region, taken);
            }
        }
        events.0.sort_by_key(|event| event.at);
        events
    }

    /// Reports an event of a known kind in `region` about the cluster of `subject`. Unknown kinds report nothing.
    pub fn emit(&mut self, kind: u16, region: Region, subject: Region, at: Timestamp) {
        let Some((_, category, text)) = KINDS.iter().find(|(number, ..)| *number == kind) else { return };
        let message = text.replace("{cluster}", &subject.cluster()).replace("{region}", subject.name());
        let (source, source_type) = match *category {
            "backup" => (snapshot_name(subject, at), SourceType::ClusterSnapshot),
            _ => (region.cluster(), SourceType::Cluster),
        };
        self.report(Event { region, source, source_type, categories: vec![(*category).to_owned()], message, at });
    }

    /// Reports an event as it is.
    pub fn report(&mut self, event: Event) {
        let oldest = event.at - KEPT;
        self.0.retain(|kept| kept.at >= oldest);
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(event);
    }

    /// The events of a region, oldest first.
    pub fn in_region(&self, region: Region) -> impl Iterator<Item = &Event> {
        self.0.iter().filter(move |event| event.region == region)
    }
}

/// The name of the automated snapshot of a cluster on that day.
pub fn snapshot_name(region: Region, at: Timestamp) -> String {
    format!("rds:{}-{}-03-17", region.cluster(), Offset::UTC.to_datetime(at).date())
}

/// A snapshot of a cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// `automated` or `manual`.
    pub kind: &'static str,
    /// When it was made.
    pub created: Timestamp,
    /// The version of the engine.
    pub engine_version: &'static str,
}

/// The snapshots that a region has: one a day at 03:17 UTC for seven days, and one made by hand,
/// 20 days before the world began.
pub fn snapshots(region: Region, started: Timestamp, now: Timestamp) -> Vec<Snapshot> {
    let date_of = |at| Offset::UTC.to_datetime(at).date();
    let at = |today, days: i64, hour, minute| {
        let date = Date::saturating_sub(today, jiff::Span::new().days(days));
        Offset::UTC.to_timestamp(date.at(hour, minute, 0, 0)).unwrap_or(now)
    };
    let engine_version = ENGINE_VERSION;
    let mut snapshots: Vec<Snapshot> = (0..=7)
        .rev()
        .map(|days| at(date_of(now), days, 3, 17))
        .filter(|created| *created <= now && *created > now - SignedDuration::from_hours(7 * 24))
        .map(|created| Snapshot { name: snapshot_name(region, created), kind: "automated", created, engine_version })
        .collect();
    let name = format!("{}-before-release", region.cluster());
    snapshots.push(Snapshot { name, kind: "manual", created: at(date_of(started), 20, 9, 40), engine_version });
    snapshots
}
