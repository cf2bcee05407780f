use crate::{
    assessment::Assessment,
    ids::RegionId,
    plan::{ExistingResources, Intent, LossStatement},
    snapshot::Snapshot,
    source::Source,
    stack::Stack,
    text::age,
};

/// What an intent loses, if it is carried out now.
pub(crate) fn of(intent: &Intent, stack: &Stack, snapshot: &Snapshot, assessment: &Assessment) -> LossStatement {
    match intent {
        Intent::Failover { to } => failover(to, stack, assessment),
        Intent::Restore { region, backup, existing: ExistingResources::Update, .. } => {
            let found = snapshot
                .backups(region)
                .and_then(|reading| reading.backups.iter().find(|other| other.name == *backup))
                .and_then(|backup| backup.started);
            let world_now = assessment.world_now;
            match found {
                Some(at) => {
                    LossStatement::Since { at, ago: world_now.duration_since(at).max(jiff::SignedDuration::ZERO) }
                }
                None => LossStatement::Unknown { why: "nobody knows when the backup was made".to_owned() },
            }
        }
        Intent::Switchover { .. }
        | Intent::Failback
        | Intent::Restore { .. }
        | Intent::Recover { .. }
        | Intent::Drain { .. }
        | Intent::Undrain { .. } => LossStatement::Nothing,
    }
}

fn failover(to: &RegionId, stack: &Stack, assessment: &Assessment) -> LossStatement {
    let region = assessment.regions.get(to);
    let Some(loss) = region.and_then(|region| region.loss.as_ref()) else {
        let why = format!("nothing is known of what has arrived in {to}");
        return LossStatement::Unknown { why };
    };
    // Counts come from metrics as whole numbers that are not negative.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
    let whole = |count: f64| count.clamp(0.0, 1e15).round() as u64;
    let objects = loss.objects.as_ref().map(|objects| whole(objects.operations));
    let bytes = loss.objects.as_ref().map(|objects| whole(objects.bytes));
    let measured = |ago| format!("{} in {to}, measured {} ago", Source::Metrics.word(), age(ago));
    match (&loss.writes, &loss.objects) {
        (Some(writes), _) => {
            LossStatement::Writes { exposure: writes.at_most, objects, bytes, evidence: measured(writes.measured_ago) }
        }
        (None, _) if stack.aurora.is_some() => {
            LossStatement::Unknown { why: format!("no Aurora lag is published in {to}") }
        }
        (None, Some(waiting)) => {
            let backlog = region.and_then(|region| region.backlog.as_ref());
            let exposure = backlog.map(|backlog| backlog.exposure).unwrap_or_default();
            LossStatement::Writes { exposure, objects, bytes, evidence: measured(waiting.measured_ago) }
        }
        (None, None) if stack.replication_into(to).next().is_some() => {
            LossStatement::Unknown { why: format!("no backlog of replication is published in {to}") }
        }
        (None, None) => LossStatement::Nothing,
    }
}
