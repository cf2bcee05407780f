//! What RDS reports of itself, in the words of its event table.

use jiff::{SignedDuration, Timestamp, tz::Offset};

use crate::{
    topology::Region,
    world::aurora::{instance_name, snapshot_name},
};

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
    /// An instance.
    Instance,
}

impl SourceType {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "db-cluster",
            Self::ClusterSnapshot => "db-cluster-snapshot",
            Self::Instance => "db-instance",
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The region whose RDS reports it.
    pub region: Region,
    /// The cluster, snapshot or instance.
    pub source: String,
    /// Which of them.
    pub source_type: SourceType,
    /// Its categories.
    pub categories: Vec<String>,
    /// The text. The number of an event kind is not on the wire: category and text are what clients go by.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

/// A kind of event: its number, what it is about, its categories and its text.
pub type Kind = (u16, SourceType, &'static [&'static str], &'static str);

/// The kinds that the simulator knows, in the words of RDS; `{cluster}`, `{region}` and `{detail}` are filled in.
///
/// Whether writes were blocked (390, 391) is an event of an *instance*, unlike all else of a global failover. RDS
/// writes it on the old writer's side if it can be reached, and otherwise on the new one's.
pub const KINDS: [Kind; 23] = [
    (3, SourceType::Instance, &["deletion"], "DB instance deleted."),
    (5, SourceType::Instance, &["creation"], "DB instance created."),
    (74, SourceType::ClusterSnapshot, &["backup"], "Creating manual cluster snapshot."),
    (75, SourceType::ClusterSnapshot, &["backup"], "Manual cluster snapshot created."),
    (169, SourceType::ClusterSnapshot, &["backup"], "Automated cluster snapshot created"),
    (170, SourceType::Cluster, &["creation"], "DB cluster created."),
    (171, SourceType::Cluster, &["deletion"], "DB cluster deleted."),
    (181, SourceType::Cluster, FAILOVER, "Global switchover to DB cluster {cluster} in Region {region} started."),
    (182, SourceType::Cluster, FAILOVER, "Old primary DB cluster {cluster} in Region {region} successfully shut down."),
    (
        183,
        SourceType::Cluster,
        FAILOVER,
        "Waiting for data synchronization across global cluster members. Current lags behind primary DB cluster: {detail}.",
    ),
    (
        184,
        SourceType::Cluster,
        FAILOVER,
        "New primary DB cluster {cluster} in Region {region} was successfully promoted.",
    ),
    (185, SourceType::Cluster, FAILOVER, "Global switchover to DB cluster {cluster} in Region {region} finished."),
    (186, SourceType::Cluster, FAILOVER, "Global switchover to DB cluster {cluster} in Region {region} is cancelled."),
    (187, SourceType::Cluster, FAILOVER, "Global switchover to DB cluster {cluster} in Region {region} failed."),
    (238, SourceType::Cluster, FAILOVER, "Global failover to DB cluster {cluster} in Region {region} completed."),
    (239, SourceType::Cluster, FAILOVER, "Global failover to DB cluster {cluster} in Region {region} failed."),
    (
        240,
        SourceType::Cluster,
        FAILOVER,
        "Started resynchronizing members of DB cluster {cluster} in Region {region} after global failover.",
    ),
    (
        241,
        SourceType::Cluster,
        FAILOVER,
        "Finished resynchronizing members of DB cluster {cluster} in Region {region} after global failover.",
    ),
    (
        390,
        SourceType::Instance,
        &["notification", "global-database"],
        "Attempt to block writes for DB cluster {cluster} in Region {region} succeeded.",
    ),
    (
        391,
        SourceType::Instance,
        &["notification", "global-database"],
        "Attempt to block writes for DB cluster {cluster} in Region {region} timed out.",
    ),
    (
        397,
        SourceType::Cluster,
        FAILOVER,
        "Aurora finished changing the DNS name that the global writer endpoint resolves to.",
    ),
    (
        423,
        SourceType::Cluster,
        FAILOVER,
        "Waiting for data synchronization with the target DB cluster. Current target DB cluster lag behind the primary \
         DB cluster: {detail}.",
    ),
    (
        424,
        SourceType::Cluster,
        &["maintenance"],
        "The DB cluster {cluster} is running a version which is higher than the target upgrade version for the global \
         cluster. We don't recommend having a secondary cluster on a higher version than the global cluster, as it can \
         cause issues during failover or switchover. Consider upgrading your global cluster to match.",
    ),
];

/// The category of what happens in a switchover or failover between regions.
const FAILOVER: &[&str] = &["global-failover"];

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
        self.emit_with(kind, region, subject, "0 seconds", at);
    }

    /// The same, with the detail that some texts have.
    pub fn emit_with(&mut self, kind: u16, region: Region, subject: Region, detail: &str, at: Timestamp) {
        let source = match find(kind) {
            Some((_, SourceType::ClusterSnapshot, ..)) => snapshot_name(subject, at),
            Some((_, SourceType::Instance, ..)) => instance_name(&region.cluster(), 1),
            _ => region.cluster(),
        };
        let fill = |text: &str| {
            let text = text.replace("{cluster}", &subject.cluster()).replace("{region}", subject.name());
            text.replace("{detail}", detail)
        };
        self.write(kind, region, source, fill, at);
    }

    /// Reports an event of a known kind about something by its name.
    pub fn emit_about(&mut self, kind: u16, region: Region, source: &str, at: Timestamp) {
        self.write(kind, region, source.to_owned(), str::to_owned, at);
    }

    fn write(&mut self, kind: u16, region: Region, source: String, fill: impl Fn(&str) -> String, at: Timestamp) {
        let Some((_, source_type, categories, text)) = find(kind) else { return };
        let categories = categories.iter().map(|category| (*category).to_owned()).collect();
        self.report(Event { region, source, source_type, categories, message: fill(text), at });
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

fn find(kind: u16) -> Option<Kind> {
    KINDS.into_iter().find(|(number, ..)| *number == kind)
}
