//! The backups that exist when the world starts.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    backups,
    contents::{self, Contents},
    key, locations, schedules,
};
use crate::kube::{
    config::{ClusterConfig, ScheduleSeed},
    control_plane::ControlPlane,
    cron::Cron,
    json,
    kinds::resource,
};

/// Makes the schedules and the backups that they made before the start, oldest first, none of them expired.
pub fn create(plane: &mut ControlPlane, config: &ClusterConfig) {
    let mut firings: Vec<(Timestamp, &ScheduleSeed)> = Vec::new();
    for seed in &config.schedules {
        let key = key(resource::SCHEDULES, &seed.name);
        plane.create(&key, schedules::object(seed));
        let past = past_firings(seed, config);
        if let Some(last) = past.back() {
            plane.store.update(&key, |schedule| {
                json::put(schedule, &["status", "lastBackup"], json::written(*last));
            });
        }
        firings.extend(past.into_iter().map(|at| (at, seed)));
    }
    firings.sort_by(|one, other| (one.0, &one.1.name).cmp(&(other.0, &other.1.name)));
    // Nothing has changed before the start, so all backups of a schedule hold the same.
    let contents: BTreeMap<&str, Contents> = config
        .schedules
        .iter()
        .map(|seed| {
            let backup = schedules::backup_of(&seed.name, &schedules::object(seed)["spec"]["template"]);
            (seed.name.as_str(), contents::capture(plane, &backup))
        })
        .collect();
    for (at, seed) in firings {
        plane.clock = at;
        let contents = contents.get(seed.name.as_str()).cloned().unwrap_or_default();
        create_backup(plane, seed, contents, at, config.start);
    }
}

fn past_firings(seed: &ScheduleSeed, config: &ClusterConfig) -> VecDeque<Timestamp> {
    let mut kept = VecDeque::new();
    let Ok(cron) = Cron::parse(&seed.cron) else { return kept };
    let oldest = config.history.min(seed.ttl);
    let mut at = config.start.checked_sub(oldest).unwrap_or(config.start);
    while let Some(next) = cron.next(at).filter(|next| *next < config.start) {
        kept.push_back(next);
        if kept.len() > ClusterConfig::MOST_HISTORY {
            kept.pop_front();
        }
        at = next;
    }
    kept
}

fn create_backup(plane: &mut ControlPlane, seed: &ScheduleSeed, contents: Contents, at: Timestamp, start: Timestamp) {
    let name = schedules::backup_name(&seed.name, at);
    let mut backup = schedules::backup_of(&seed.name, &schedules::object(seed)["spec"]["template"]);
    backups::complete_spec(&mut backup, &seed.storage_location);
    let seconds = plane.vary(&name, 25..70);
    let began = at + SignedDuration::from_secs(3);
    let items = contents.len();
    let status = json!({
        "phase": "InProgress", "version": 1, "formatVersion": "1.1.0", "startTimestamp": json::written(began),
        "expiration": json::written(began.checked_add(seed.ttl).unwrap_or(began)),
        "progress": {"totalItems": items, "itemsBackedUp": items},
    });
    json::put(&mut backup, &["status"], status);
    // One that would still run at the start has just ended: the world starts calm.
    backups::write_end(&mut backup, &contents, (began + SignedDuration::from_secs(seconds as i64)).min(start));
    upload_and_create(plane, &seed.storage_location, &name, backup, contents);
}

fn upload_and_create(plane: &mut ControlPlane, location: &str, name: &str, backup: Value, contents: Contents) {
    if let Some(place) = locations::place_of(plane, location) {
        plane.object_storage.upload(&place, name, &backup, contents);
    }
    plane.create(&key(resource::BACKUPS, name), backup);
}
