//! Snapshots of clusters: those that RDS makes by itself follow from the time, the others are kept.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};

use super::{Aurora, Cluster, Due, Ripening, moment::Moment};
use crate::topology::{ACCOUNT, Region};

/// How far before the world's beginning its automated snapshots reach.
const OLDEST_DAYS: i64 = 7;
/// What the old writer's volume is kept under when a failover has left it behind.
pub const UNPLANNED: &str = "rds:unplanned-global-failover-";

/// A snapshot of a cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The region that holds it.
    pub region: Region,
    /// Its name.
    pub name: String,
    /// The cluster that it was made of.
    pub cluster: String,
    /// `automated` for those that RDS makes, and that it deletes in time; otherwise `manual`.
    pub kind: &'static str,
    /// `creating`, `copying` or `available`.
    pub status: &'static str,
    /// When its content was taken.
    pub created: Timestamp,
    /// The snapshot that it is a copy of.
    pub copy_of: Option<String>,
    /// When work on it began and will end, in seconds since 1970.
    work: (i64, i64),
}

impl Snapshot {
    /// Its ARN.
    pub fn arn(&self) -> String {
        format!("arn:aws:rds:{}:{ACCOUNT}:cluster-snapshot:{}", self.region, self.name)
    }

    /// How much of it is there, in percent.
    pub fn progress(&self, tick: i64) -> i64 {
        let (from, to) = self.work;
        if self.status == "available" || to <= from { 100 } else { (100 * (tick - from) / (to - from)).clamp(0, 99) }
    }

    fn ready(region: Region, name: String, kind: &'static str, created: Timestamp) -> Self {
        let cluster = region.cluster();
        Self { region, name, cluster, kind, status: "available", created, copy_of: None, work: (0, 0) }
    }
}

/// The name of the automated snapshot of a region's cluster on that day.
pub fn snapshot_name(region: Region, at: Timestamp) -> String {
    format!("rds:{}-{}-03-17", region.cluster(), Offset::UTC.to_datetime(at).date())
}

/// Snapshots that are not made by the calendar.
#[derive(Debug, Clone, Default)]
pub struct Snapshots(Vec<Snapshot>);

impl Aurora {
    /// The snapshots that a region has: one a day at 03:17 UTC within the retention, one made by hand 20 days before
    /// the world began, what failovers left and what clients made.
    pub fn snapshots(&self, region: Region, started: Timestamp, now: Timestamp) -> Vec<Snapshot> {
        let date_of = |at| Offset::UTC.to_datetime(at).date();
        let at = |today, days: i64, hour, minute| {
            let date = Date::saturating_sub(today, jiff::Span::new().days(days));
            Offset::UTC.to_timestamp(date.at(hour, minute, 0, 0)).unwrap_or(now)
        };
        let retention = self.own(region).map_or(0, |cluster| cluster.retention_days);
        let kept = |created: Timestamp| {
            let oldest = (now - days(retention)).max(started - days(OLDEST_DAYS));
            created <= now && created > oldest
        };
        let calendar = (0..=retention).rev().map(|days| at(date_of(now), days, 3, 17)).filter(|created| kept(*created));
        let mut found: Vec<Snapshot> = calendar
            .map(|created| Snapshot::ready(region, snapshot_name(region, created), "automated", created))
            .collect();
        let name = format!("{}-before-release", region.cluster());
        found.push(Snapshot::ready(region, name, "manual", at(date_of(started), 20, 9, 40)));
        let held = self.made.0.iter().filter(|snapshot| snapshot.region == region);
        // What RDS made by itself goes with the retention of the cluster that it is of.
        found.extend(held.filter(|snapshot| snapshot.kind == "manual" || kept(snapshot.created)).cloned());
        found
    }

    /// Keeps the volume of an old writer, as it is before it is made anew.
    pub(super) fn keep_old_volume(&mut self, region: Region, now: Timestamp) {
        let stamp = Offset::UTC.to_datetime(now).strftime("%Y-%m-%d-%H-%M").to_string();
        let name = format!("{UNPLANNED}{}-{stamp}", region.cluster());
        self.made.0.push(Snapshot::ready(region, name, "automated", now));
    }

    /// Begins to copy a snapshot to a region under a new name, as a manual one.
    pub fn copy_snapshot(&mut self, source: &Snapshot, region: Region, name: &str, moment: &mut Moment<'_>) {
        let until = moment.tick + moment.between("copy a snapshot", 180, 480);
        let copy = Snapshot {
            region,
            name: name.to_owned(),
            kind: "manual",
            status: "copying",
            copy_of: Some(source.arn()),
            work: (moment.tick, until),
            ..source.clone()
        };
        self.begin_snapshot(copy, until, moment);
    }

    /// Begins the last snapshot of a cluster that is deleted.
    pub(super) fn final_snapshot(&mut self, cluster: &Cluster, name: &str, moment: &mut Moment<'_>) {
        let until = moment.tick + moment.between("final snapshot", 120, 300);
        let snapshot = Snapshot {
            cluster: cluster.name.clone(),
            status: "creating",
            work: (moment.tick, until),
            ..Snapshot::ready(cluster.region, name.to_owned(), "manual", moment.now())
        };
        self.begin_snapshot(snapshot, until, moment);
    }

    fn begin_snapshot(&mut self, snapshot: Snapshot, until: i64, moment: &mut Moment<'_>) {
        moment.emit_about(74, snapshot.region, &snapshot.name);
        let (region, name) = (snapshot.region, snapshot.name.clone());
        self.made.0.push(snapshot);
        self.due.push(Due { at: until, region, name, ripening: Ripening::SnapshotReady });
    }

    pub(super) fn snapshot_ready(&mut self, region: Region, name: &str) {
        let snapshots = self.made.0.iter_mut().filter(|snapshot| snapshot.region == region && snapshot.name == name);
        snapshots.for_each(|snapshot| snapshot.status = "available");
    }
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}
