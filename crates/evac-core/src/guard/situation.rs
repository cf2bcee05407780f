use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    assessment::{Assessment, assess},
    history::History,
    ids::RegionId,
    reading::LeaseReading,
    snapshot::Snapshot,
    stack::Stack,
};

/// What a plan is judged beside: the world as it is known, and what only the machine that would act knows.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// The stack.
    pub stack: &'a Stack,
    /// The newest snapshot.
    pub snapshot: &'a Snapshot,
    /// What follows from it.
    pub assessment: Assessment,
    /// This machine's time.
    pub now: Timestamp,
    /// Who holds the lease, as far as known.
    pub lease: LeaseView,
    /// Why the journal cannot be written here; `None` when it can.
    pub journal_failure: Option<String>,
}

impl<'a> Situation<'a> {
    /// The situation at a moment. The lease is taken from the snapshot.
    pub fn new(
        stack: &'a Stack,
        snapshot: &'a Snapshot,
        history: &History,
        now: Timestamp,
        journal_failure: Option<String>,
    ) -> Self {
        let assessment = assess(stack, snapshot, history, now);
        let lease = LeaseView::of(stack, snapshot, now);
        Self { stack, snapshot, assessment, now, lease, journal_failure }
    }
}

/// What is known of the lease.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "lease", rename_all = "kebab-case")]
pub enum LeaseView {
    /// The stack has no lease table.
    Local,
    /// The table cannot be asked.
    Unreachable {
        /// Why not.
        why: String,
    },
    /// Nobody acts.
    Free,
    /// A run acts.
    Held {
        /// The run.
        run: String,
        /// Whose it is: person and machine.
        holder: String,
        /// What it does, in words.
        purpose: String,
    },
    /// A run had begun to act, and nobody renews its lease any more.
    Silent {
        /// The run.
        run: String,
        /// Whose it is: person and machine.
        holder: String,
        /// For how long it has been seen to stand still.
        length: SignedDuration,
    },
    /// Nobody acts, but the last run that moved something has not been acknowledged.
    CoolDown {
        /// The run.
        run: String,
        /// When it ended.
        ended_at: Timestamp,
    },
}

/// The regions that cannot be reached: no source of theirs that lives in the region answers any more.
pub fn unreachable_regions(snapshot: &Snapshot, stack: &Stack, now: Timestamp) -> Vec<RegionId> {
    use crate::{snapshot::Freshness, source::Source};
    let silent = |region: &&RegionId| {
        let mut own = Source::of(stack, region).into_iter().filter(|source| source.is_required()).peekable();
        own.peek().is_some() && own.all(|source| snapshot.freshness(source, region, stack, now) != Freshness::Fresh)
    };
    stack.regions.keys().filter(silent).cloned().collect()
}

impl LeaseView {
    /// What the snapshot knows of the lease.
    pub fn of(stack: &Stack, snapshot: &Snapshot, now: Timestamp) -> Self {
        use crate::{snapshot::Freshness, source::Source};
        let home = stack.control_plane_region().filter(|_| stack.lease.is_some());
        let Some(home) = home else { return Self::Local };
        if snapshot.freshness(Source::Lease, home, stack, now) != Freshness::Fresh {
            let failure = snapshot.signal(Source::Lease, home).and_then(|signal| signal.failure.as_ref());
            let why = failure.map_or_else(|| "it has not answered".to_owned(), ToString::to_string);
            return Self::Unreachable { why };
        }
        let Some(lease) = snapshot.lease(home) else { return Self::Free };
        if let Some(holder) = &lease.holder {
            let (run, purpose) = (holder.run.clone(), holder.purpose.clone());
            let signal = snapshot.signal(Source::Lease, home);
            let still = signal.and_then(|signal| Some(signal.received_at.duration_since(signal.unchanged_since?)));
            // Twice the time to live, for an answer can be on its way for long.
            let limit = SignedDuration::from_secs(i64::try_from(holder.ttl).unwrap_or(i64::MAX).saturating_mul(2));
            if let Some(length) = still.filter(|still| *still > limit) {
                return Self::Silent { run, holder: holder.holder.clone(), length };
            }
            return Self::Held { run, holder: holder.holder.clone(), purpose };
        }
        Self::cooling(lease)
    }

    /// For a run that has just taken the lease: what it was before. A holder that had fallen silent had moved things, and
    /// nobody has seen the end of it: that is a cool-down which begins now.
    pub fn taken_over(stack: &Stack, before: &LeaseReading, now: Timestamp) -> Self {
        match &before.holder {
            Some(silent) => Self::CoolDown { run: silent.run.clone(), ended_at: now },
            None if stack.lease.is_some() => Self::cooling(before),
            None => match Self::cooling(before) {
                Self::Free => Self::Local,
                cooling => cooling,
            },
        }
    }

    /// However long ago it ended: what flaps by itself is stopped by nobody but a person.
    fn cooling(lease: &LeaseReading) -> Self {
        match lease.last.as_ref().filter(|last| last.acknowledged_by.is_none()) {
            Some(last) => Self::CoolDown { run: last.run.clone(), ended_at: last.ended_at },
            None => Self::Free,
        }
    }
}
