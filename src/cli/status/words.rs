//! The sentences that more than one form says.

use evac_core::{
    Stack,
    assessment::{Budget, DataLoss, RecoveryPoint, RecoveryTime, Writers},
    text::{age, bytes},
};

/// Who writes: `us-east-1 writes`.
pub fn writers(writers: &Writers) -> String {
    let names = writers.claimed.iter().map(|region| region.as_str()).collect::<Vec<_>>().join(" and ");
    match (writers.single(), writers.claimed.len()) {
        (Some(region), _) => format!("{region} writes"),
        (None, 0) => "nobody is seen to write".to_owned(),
        (None, 1) => format!("{names} writes, but not every region agrees"),
        (None, _) if !writers.last_seen.is_empty() => {
            let list = |regions: Vec<&str>| regions.join(" and ");
            let (now, last) = (writers.now(), writers.last_seen.iter());
            let [now, last] =
                [now.map(|region| region.as_str()).collect(), last.map(|region| region.as_str()).collect()];
            format!("{} writes, {} did when last seen", list(now), list(last))
        }
        (None, _) => format!("{names} all claim to write"),
    }
}

/// What a failover to a region would lose now. What is not known is said to be unknown: nobody may take it for
/// nothing.
pub fn loss(stack: &Stack, loss: &DataLoss) -> String {
    let mut parts = Vec::new();
    if stack.aurora.is_some() {
        parts.push(match &loss.writes {
            Some(writes) => {
                format!("at most {} of writes (measured {} ago)", age(writes.at_most), age(writes.measured_ago))
            }
            None => "an unknown amount of writes".to_owned(),
        });
    }
    if !stack.replication.is_empty() {
        parts.push(match &loss.objects {
            Some(objects) => {
                let (operations, size) = (objects.operations.max(0.0), bytes(objects.bytes));
                format!(
                    "{operations:.0} object operations / {size} not replicated (measured {} ago)",
                    age(objects.measured_ago)
                )
            }
            None => "an unknown number of objects".to_owned(),
        });
    }
    if stack.velero.is_some() {
        parts.push(match &loss.newest_backup {
            Some(started) => format!("newest restorable backup of {}", started.strftime("%Y-%m-%d %H:%M UTC")),
            None => "no restorable backup known".to_owned(),
        });
    }
    if parts.is_empty() { "nothing that evac watches".to_owned() } else { parts.join("; ") }
}

/// How much data, in time, is exposed now.
pub fn recovery_point(point: &RecoveryPoint) -> String {
    let path = |(path, exposure): &(_, Option<_>)| {
        let path: &evac_core::assessment::DataPath = path;
        format!("{} {}", path.word(), exposure.map_or_else(|| "unknown".to_owned(), age))
    };
    let paths = point.paths.iter().map(path).collect::<Vec<_>>().join(", ");
    let worst = point.worst.map_or_else(|| "unknown".to_owned(), age);
    let kept = match point.is_met() {
        Some(true) => "met",
        Some(false) => "MISSED",
        None => "UNKNOWN",
    };
    let target = point.target.as_ref().map_or_else(String::new, |target| format!(" to {target}"));
    let paths = if paths.is_empty() { String::new() } else { format!(" ({paths})") };
    format!("{worst}{target}{paths}; objective {}: {kept}", age(point.objective))
}

/// How long an evacuation would take.
pub fn recovery_time(time: &RecoveryTime) -> String {
    let kept = if time.total <= time.objective { "met" } else { "MISSED" };
    format!(
        "{} projected (detect {}, decide {}, execute {}); objective {}: {kept}",
        age(time.total),
        age(time.detect),
        age(time.decide),
        age(time.execute),
        age(time.objective)
    )
}

/// What is left of an error budget.
pub fn budget(budget: &Budget) -> String {
    format!("{} left of {}, {:.1} % of the time watched", age(budget.left()), age(budget.allowed), budget.watched)
}
