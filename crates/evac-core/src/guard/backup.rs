//! Whether a backup can be restored, and what that does to what is there.

use super::{GuardCode, NoteSeverity, case::Case};
use crate::{
    assessment::{minor_version, restorability},
    plan::{ExistingResources, Intent},
    source::Source,
    text::age,
};

pub(super) fn check(case: &mut Case<'_>) {
    match &case.plan.intent {
        Intent::Restore { .. } => restore(case),
        Intent::Recover { .. } => recover(case),
        _ => {}
    }
}

fn restore(case: &mut Case<'_>) {
    let Intent::Restore { region, backup, namespaces, mapping, existing } = &case.plan.intent else { return };
    let snapshot = case.situation.snapshot;
    let reading = snapshot.backups(region);
    let found = reading.and_then(|reading| Some((reading, reading.backups.iter().find(|one| one.name == *backup)?)));
    let Some((reading, found)) = found else {
        let text = format!("no backup in {region} is called {backup}");
        case.block(GuardCode::BackupUnknown, text, "`evac status` lists what there is").about(region);
        return;
    };
    let minor = snapshot.workloads(region).and_then(|one| one.version.as_deref()).and_then(minor_version);
    let signal = snapshot.signal(Source::Backups, region);
    let now = case.situation.now;
    let now = signal.map_or(now, |signal| signal.source_now(now, case.situation.stack.clock.rate));
    if let Err(why) = restorability(found, reading, region, minor, now) {
        let text = format!("{backup} cannot be restored in {region} now: {why}");
        case.block(GuardCode::BackupUnrestorable, text, "choose another backup").about(region);
    }
    let beside =
        !namespaces.is_empty() && namespaces.iter().all(|name| mapping.get(name).is_some_and(|mapped| mapped != name));
    match existing {
        ExistingResources::Skip => {
            let severity = if beside { NoteSeverity::Info } else { NoteSeverity::Warn };
            let text = "what is there already is left as it is, and data in volumes is never overwritten".to_owned();
            let remedy = "restore into another namespace, or choose to update what is there";
            case.raise(GuardCode::RestoreSkips, severity, text, remedy).about(region);
        }
        ExistingResources::Update => {
            let text =
                "what is there already is patched to what the backup has: what was changed since is lost".to_owned();
            let remedy = "restore into another namespace to look at it first";
            case.warn(GuardCode::NamespaceThere, text, remedy).about(region);
        }
    }
}

/// A point in time that the cluster's own backups do not reach.
fn recover(case: &mut Case<'_>) {
    let Intent::Recover { region, at: Some(at) } = &case.plan.intent else { return };
    let Some(cluster) = case.situation.snapshot.cluster(region) else { return };
    let world_now = case.situation.assessment.world_now;
    let days = cluster.backup_retention_days.map(|days| jiff::SignedDuration::from_hours(24 * i64::from(days)));
    let too_new = cluster.latest_restorable.filter(|latest| at > latest);
    let kept = days.filter(|kept| world_now.duration_since(*at) > *kept);
    let text = match (too_new, kept) {
        (Some(latest), _) => format!("{} can be restored to {latest} at the latest", cluster.cluster),
        (_, Some(kept)) => format!("{} keeps its backups for {}", cluster.cluster, age(kept)),
        _ if *at > world_now => format!("{at} has not come yet"),
        _ => return,
    };
    case.block(GuardCode::BackupUnrestorable, text, "choose a moment that is kept").about(region);
}
