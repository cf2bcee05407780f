use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Code, Severity, scope::RegionContext};
use crate::{
    ids::RegionId,
    reading::{Backup, BackupPhase, BackupsReading},
    source::Source,
    stack::VeleroSchedule,
    text::age,
};

/// What could be restored in a region now.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BackupSummary {
    /// True when Velero has been seen in the region.
    pub known: bool,
    /// The newest backup that can be restored here: its name, when it began, and how long ago that is.
    pub newest: Option<(String, Timestamp, SignedDuration)>,
    /// How many backups can be restored here.
    pub restorable: usize,
    /// How many backups there are.
    pub total: usize,
    /// Each schedule of the stack.
    pub schedules: Vec<ScheduleSummary>,
    /// Storage locations that Velero cannot reach.
    pub locations_down: Vec<String>,
}

/// What one schedule has to show.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScheduleSummary {
    /// Its name.
    pub name: String,
    /// How often it should run.
    pub every: SignedDuration,
    /// How old its newest restorable backup is; `None` when it has none.
    pub newest: Option<SignedDuration>,
    /// True when the newest is older than the schedule allows, or there is none.
    pub late: bool,
    /// True when the schedule is paused.
    pub paused: bool,
}

/// Whether a backup could be restored in a region now, and if not, why. A phase alone does not tell.
pub fn restorability(
    backup: &Backup,
    reading: &BackupsReading,
    region: &RegionId,
    cluster_minor: Option<u32>,
    now: Timestamp,
) -> Result<(), String> {
    if backup.phase != BackupPhase::Completed {
        return Err(format!("it is {}", backup.phase.word()));
    }
    if backup.expires.is_some_and(|expires| expires <= now) {
        return Err("its time to live is over".to_owned());
    }
    let location = match &backup.location {
        Some(name) => reading.locations.iter().find(|location| location.name == *name),
        None => reading.locations.iter().find(|location| location.default),
    };
    let Some(location) = location else {
        return Err("its storage location does not exist here".to_owned());
    };
    if !location.available {
        return Err(format!("its storage location {} is unavailable", location.name));
    }
    // Snapshots of a cloud's disks stay where they were made. Where that is, the store's region does not tell: a store
    // that is shared or replicated holds backups of other regions too.
    if backup.volume_snapshots > 0 && !backup.volumes_in_store {
        match backup.volume_region.as_deref() {
            Some(home) if home == region.as_str() => {}
            Some(home) => return Err(format!("its volume snapshots are in {home}")),
            None => return Err("nobody says which region its volume snapshots are in".to_owned()),
        }
    }
    if let (Some(source), Some(target)) = (backup.source_minor_version, cluster_minor)
        && source > target
    {
        return Err(format!("it was taken from Kubernetes 1.{source}, and this cluster is 1.{target}"));
    }
    Ok(())
}

pub(super) fn judge(scope: &mut RegionContext<'_>) -> BackupSummary {
    let context = scope.context;
    let Some(reading) = context.snapshot.backups(scope.region) else { return BackupSummary::default() };
    let now = scope.source_now(Source::Backups);
    let minor = context
        .snapshot
        .workloads(scope.region)
        .and_then(|workloads| workloads.version.as_deref())
        .and_then(minor_version);
    let region = scope.region.clone();
    let restorable: Vec<_> =
        reading.backups.iter().filter(|backup| restorability(backup, reading, &region, minor, now).is_ok()).collect();
    let newest = newest(restorable.iter().copied(), now);
    if newest.is_none() {
        let text = format!("none of {} backups can be restored here now", reading.backups.len());
        scope.find(Code::BackupNone, Severity::Critical, Source::Backups, text);
    }
    let locations_down = locations(scope, reading);
    let schedules = context.stack.velero.iter().flat_map(|velero| &velero.schedules);
    let schedules = schedules.map(|wanted| schedule(scope, wanted, reading, &restorable, now)).collect();
    BackupSummary {
        known: true,
        newest,
        restorable: restorable.len(),
        total: reading.backups.len(),
        schedules,
        locations_down,
    }
}

/// The minor version of `v1.33.4` or `v1.33.4-eks-1`.
pub(crate) fn minor_version(version: &str) -> Option<u32> {
    let minor = version.trim_start_matches('v').split('.').nth(1)?;
    minor.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

fn newest<'a>(
    backups: impl Iterator<Item = &'a Backup>,
    now: Timestamp,
) -> Option<(String, Timestamp, SignedDuration)> {
    let newest = backups.filter_map(|backup| Some((backup.started?, backup))).max_by_key(|(started, _)| *started);
    newest
        .map(|(started, backup)| (backup.name.clone(), started, now.duration_since(started).max(SignedDuration::ZERO)))
}

fn locations(scope: &mut RegionContext<'_>, reading: &BackupsReading) -> Vec<String> {
    let mut down = Vec::new();
    for location in reading.locations.iter().filter(|location| !location.available) {
        let why = location.message.as_deref().map_or(String::new(), |message| format!(": {message}"));
        let text = format!("backup storage location {} is unavailable{why}", location.name);
        let severity = if location.default { Severity::Critical } else { Severity::Warning };
        scope.find(Code::BackupStore, severity, Source::Backups, text);
        down.push(location.name.clone());
    }
    // Those of other regions' buckets are read-only for good: nothing here writes to them.
    for location in reading.locations.iter().filter(|location| location.read_only && location.default) {
        let text = format!("backup storage location {} is read-only: no backup is written to it", location.name);
        scope.find(Code::BackupReadOnly, Severity::Warning, Source::Backups, text);
    }
    down
}

fn schedule(
    scope: &mut RegionContext<'_>,
    wanted: &VeleroSchedule,
    reading: &BackupsReading,
    restorable: &[&Backup],
    now: Timestamp,
) -> ScheduleSummary {
    let name = wanted.name.as_str();
    let found = reading.schedules.iter().find(|schedule| schedule.name == name);
    let wrong = match found {
        None => Some("does not exist"),
        Some(schedule) if schedule.paused => Some("is paused"),
        Some(schedule) if !schedule.enabled => Some("is refused by Velero"),
        Some(_) => None,
    };
    if let Some(wrong) = wrong {
        let text = format!("schedule {name} {wrong}");
        scope.find(Code::BackupSchedule, Severity::Warning, Source::Backups, text);
    }
    let own = |backup: &&Backup| backup.schedule.as_deref() == Some(name);
    let newest_age = newest(restorable.iter().copied().filter(own), now).map(|(.., age)| age);
    let missed = i32::try_from(scope.context.stack.thresholds.missed_backups).unwrap_or(i32::MAX);
    let limit = wanted.every.get().checked_mul(missed).unwrap_or(SignedDuration::MAX);
    let late = newest_age.is_none_or(|newest| newest > limit);
    if late && found.is_some() {
        let text = match newest_age {
            Some(newest) => format!("the newest restorable backup of {name} is {} old", age(newest)),
            None => format!("no backup of {name} can be restored here"),
        };
        scope.find(Code::BackupOld, Severity::Warning, Source::Backups, text);
    }
    let last = reading.backups.iter().filter(own).max_by_key(|backup| backup.started);
    if let Some(last) = last.filter(|last| matches!(last.phase, BackupPhase::Failed | BackupPhase::PartiallyFailed)) {
        let text = format!("backup {} {}", last.name, last.phase.word());
        scope.find(Code::BackupFailed, Severity::Warning, Source::Backups, text);
    }
    ScheduleSummary {
        name: name.to_owned(),
        every: wanted.every.get(),
        newest: newest_age,
        late,
        paused: found.is_some_and(|schedule| schedule.paused),
    }
}
