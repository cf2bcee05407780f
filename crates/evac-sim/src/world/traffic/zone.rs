//! The hosted zone: its records as the control plane has them, and as the name servers answer while changes spread.

use jiff::Timestamp;

use super::batch::{self, Change};
use crate::{
    topology::{PerRegion, RECORD_NAME, RECORD_TTL, Region, ZONE_NAME},
    world::noise::{self, Noise, stream},
};

/// The name servers of the zone.
pub const NAME_SERVERS: [&str; 4] =
    ["ns-1.akidb.example", "ns-2.akidb.example", "ns-3.akidb.example", "ns-4.akidb.example"];
/// The change that made the records, long ago.
const FIRST_CHANGE: &str = "C04AKIDB0RECORDS0001";
/// How many changes are remembered.
const MOST_VERSIONS: usize = 100;
/// Seconds until a change is everywhere: at least, and how many more at most.
const SPREADING: (i64, u64) = (20, 41);
/// The most requests that may change something within one second, in an account.
pub const MOST_A_SECOND: u32 = 5;

/// How a record is chosen among those of its name and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// It is the only one.
    Simple,
    /// By the latency between the resolver and this region.
    Latency(String),
    /// By chance, with this weight.
    Weighted(i64),
}

/// A record set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSet {
    /// Its name in lower case, without the root's dot.
    pub name: String,
    /// Its type, such as `A`.
    pub kind: String,
    /// What tells it from the others of its name and type.
    pub identifier: Option<String>,
    /// How it is chosen.
    pub policy: Policy,
    /// How long resolvers may keep it, in seconds.
    pub ttl: i64,
    /// What it answers.
    pub values: Vec<String>,
    /// The health check on it.
    pub health_check: Option<String>,
}

impl RecordSet {
    fn simple(name: &str, kind: &str, ttl: i64, values: Vec<String>) -> Self {
        let (name, kind) = (name.to_owned(), kind.to_owned());
        Self { name, kind, identifier: None, policy: Policy::Simple, ttl, values, health_check: None }
    }

    /// The order in which Route 53 lists records: by name with the last label first, then type and identifier.
    pub fn order(&self) -> (Vec<&str>, &str, &str) {
        (labels(&self.name), &self.kind, self.identifier.as_deref().unwrap_or_default())
    }
}

/// The labels of a name, the last one first.
pub fn labels(name: &str) -> Vec<&str> {
    name.trim_end_matches('.').rsplit('.').collect()
}

/// How changes spread to the name servers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Progress {
    /// Within a minute.
    #[default]
    Normal,
    /// Not at all: they stay PENDING, and no second one is taken.
    Stuck,
}

/// The zone after a change.
#[derive(Debug, Clone)]
pub struct Version {
    /// The change's identifier.
    pub change: String,
    /// What its maker wrote about it.
    pub comment: Option<String>,
    /// When it was taken, in seconds since 1970.
    pub submitted: i64,
    /// When the name servers nearest to each region answer with it.
    reaches: PerRegion<i64>,
    records: Vec<RecordSet>,
}

impl Version {
    /// Whether every name server answers with it.
    pub fn is_in_sync(&self, now: i64) -> bool {
        self.reaches.0.iter().all(|at| now >= *at)
    }
}

/// Why a batch was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The changes cannot be made, with every reason.
    Invalid(Vec<String>),
    /// The change before is not even begun.
    PriorRequestNotComplete,
    /// Too many requests in this second.
    Throttled,
}

/// The hosted zone.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Oldest first, never empty. The last one is what the control plane has.
    versions: Vec<Version>,
    progress: Progress,
    count: u64,
    /// The second of the last request that changes something, and how many there were in it.
    rate: (i64, u32),
}

impl Zone {
    /// The reference stack's records.
    pub fn new(now: i64) -> Self {
        // Long ago, but within what a client can read as a time.
        let submitted = now - 9600 * 3600;
        let change = FIRST_CHANGE.to_owned();
        let reaches = PerRegion([submitted; 3]);
        let version = Version { change, comment: None, submitted, reaches, records: reference() };
        Self { versions: vec![version], progress: Progress::Normal, count: 0, rate: (0, 0) }
    }

    /// The records as the control plane has them, in the order of its lists.
    pub fn records(&self) -> &[RecordSet] {
        self.versions.last().map_or(&[], |version| &version.records)
    }

    /// The records that the name servers nearest to a region answer with.
    pub fn served(&self, region: Region, now: i64) -> &[RecordSet] {
        let reached = self.versions.iter().rev().find(|version| now >= version.reaches[region]);
        reached.or(self.versions.first()).map_or(&[], |version| &version.records)
    }

    /// A change that is remembered.
    pub fn change(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.change == id)
    }

    /// Counts a request that changes something, records or health checks.
    ///
    /// # Errors
    /// When there were too many in this second. Reads have the same limit in an account; they are not counted here,
    /// because a paused world has but one second for all of them.
    pub fn count_request(&mut self, now: i64) -> Result<(), Refusal> {
        let (second, count) = self.rate;
        self.rate = (now, if second == now { count + 1 } else { 1 });
        if self.rate.1 > MOST_A_SECOND { Err(Refusal::Throttled) } else { Ok(()) }
    }

    /// Takes a batch of changes, all or none.
    ///
    /// # Errors
    /// When it cannot be taken; then nothing is changed.
    pub fn submit(
        &mut self,
        changes: &[Change],
        comment: Option<String>,
        now: i64,
        noise: Noise,
    ) -> Result<&Version, Refusal> {
        self.count_request(now)?;
        let last = self.versions.last().map_or(PerRegion([now; 3]), |version| version.reaches);
        if self.progress == Progress::Stuck && last.0.contains(&i64::MAX) {
            return Err(Refusal::PriorRequestNotComplete);
        }
        let records = batch::apply(self.records(), changes).map_err(Refusal::Invalid)?;
        self.count += 1;
        let reaches = match self.progress {
            Progress::Normal => spread(now, self.count, last, noise),
            Progress::Stuck => PerRegion([i64::MAX; 3]),
        };
        let change = format!("C{:018X}", noise::mix(noise.bits(stream("change"), self.count.cast_signed())) >> 4);
        let version = Version { change, comment, submitted: now, reaches, records };
        // Version 0 is what is served where no later one has reached: it may go once the next has reached all.
        if self.versions.len() >= MOST_VERSIONS && self.versions.get(1).is_some_and(|next| next.is_in_sync(now)) {
            self.versions.remove(0);
        }
        self.versions.push(version);
        self.versions.last().ok_or(Refusal::PriorRequestNotComplete)
    }

    /// Lets changes spread, or holds up those that are made from now on. What was held up spreads when it is let go.
    pub fn set_progress(&mut self, progress: Progress, now: i64, noise: Noise) {
        self.progress = progress;
        if progress == Progress::Normal {
            for version in self.versions.iter_mut().filter(|version| version.reaches.0.contains(&i64::MAX)) {
                version.reaches = spread(now, self.count, PerRegion([now; 3]), noise);
            }
        }
    }

    /// Forgets the changes that are not everywhere, as Route 53 may when its control plane moves to another region:
    /// their identifiers are no longer known and their records are as before.
    pub fn forget_pending(&mut self, now: i64) {
        self.versions.retain(|version| version.is_in_sync(now));
    }
}

/// When a change that is taken now has reached the name servers of each region: one after the other, never before the
/// change before it.
fn spread(now: i64, number: u64, after: PerRegion<i64>, noise: Noise) -> PerRegion<i64> {
    let number = number.cast_signed();
    let (least, more) = SPREADING;
    let whole = least + (noise.bits(stream("in sync"), number) % more).cast_signed();
    PerRegion::from_fn(|region| {
        let share = 0.4 + 0.6 * noise.unit(stream(region.name()) ^ stream("name servers"), number);
        let last = region == Region::ALL[(number.unsigned_abs() % 3) as usize];
        let took = if last { whole } else { (whole as f64 * share) as i64 };
        (now + took).max(after[region])
    })
}

/// The zone's own records, one latency record a region, and the name of each region alone.
fn reference() -> Vec<RecordSet> {
    let authority = format!("{}. awsdns-hostmaster.{ZONE_NAME}. 1 7200 900 1209600 86400", NAME_SERVERS[0]);
    let servers = NAME_SERVERS.map(|server| format!("{server}.")).to_vec();
    let mut records = vec![
        RecordSet::simple(ZONE_NAME, "NS", 172_800, servers),
        RecordSet::simple(ZONE_NAME, "SOA", 900, vec![authority]),
    ];
    for region in Region::ALL {
        let values = vec![region.address().to_owned()];
        records.push(RecordSet::simple(&region.host(), "A", RECORD_TTL, values.clone()));
        records.push(RecordSet {
            identifier: Some(region.name().to_owned()),
            policy: Policy::Latency(region.name().to_owned()),
            health_check: Some(region.check(crate::topology::CheckKind::Calculated)),
            ..RecordSet::simple(RECORD_NAME, "A", RECORD_TTL, values)
        });
    }
    records.sort_by(|one, other| one.order().cmp(&other.order()));
    records
}

/// A time of this module as a timestamp.
pub fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
