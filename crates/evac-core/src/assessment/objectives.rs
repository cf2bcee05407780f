use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Serialize;

use super::{Code, Finding, RegionAssessment, Severity, Verdict, scope::Context};
use crate::{ids::RegionId, stack::Stack, text::age};

/// How much data, in time, an evacuation to the best target would lose now: the worst of its data paths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecoveryPoint {
    /// The target that it speaks of: of those with the best verdict, the one that loses least; of those that lose as
    /// much, the first of the stack.
    pub target: Option<RegionId>,
    /// Each data path that the stack has.
    pub paths: Vec<(DataPath, Option<SignedDuration>)>,
    /// The worst of them; `None` when any is unknown.
    pub worst: Option<SignedDuration>,
    /// What it may be.
    pub objective: SignedDuration,
}

/// A way that data takes to another region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataPath {
    /// Aurora's replication.
    Aurora,
    /// S3's replication.
    Objects,
    /// Velero's most frequent schedule.
    Volumes,
}

impl DataPath {
    /// The word of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Aurora => "Aurora",
            Self::Objects => "S3",
            Self::Volumes => "Velero",
        }
    }
}

impl RecoveryPoint {
    pub(super) fn of(context: &Context<'_>, regions: &BTreeMap<RegionId, RegionAssessment>) -> Self {
        let stack = context.stack;
        let rank = |verdict| match verdict {
            Verdict::Go => 0,
            Verdict::Unknown => 1,
            Verdict::NoGo => 2,
        };
        let objective = stack.objectives.rpo.get();
        // Exposures are compared by thirds of the objective: two targets that are as good as each other would take
        // turns every second otherwise, and nobody could trust a headline that does.
        let third = (objective.as_secs() / 3).max(1);
        let loses = |paths: &[_]| worst(paths).map_or(i64::MAX, |worst| worst.as_secs() / third);
        let best = stack
            .ordered_regions()
            .filter_map(|(id, _)| regions.get(id).map(|region| (id, region)))
            .filter(|(_, region)| region.loss.is_some())
            .map(|(id, region)| (id, region.verdict, paths(stack, region)))
            .min_by_key(|(id, verdict, paths)| (rank(*verdict), loses(paths), stack.primary() == Some(*id)));
        match best {
            Some((id, _, paths)) => Self { target: Some(id.clone()), worst: worst(&paths), paths, objective },
            None => Self { target: None, paths: Vec::new(), worst: None, objective },
        }
    }

    /// Whether the objective is met; `None` when nobody knows.
    pub fn is_met(&self) -> Option<bool> {
        self.worst.map(|worst| worst <= self.objective)
    }
}

fn paths(stack: &Stack, region: &RegionAssessment) -> Vec<(DataPath, Option<SignedDuration>)> {
    let mut paths = Vec::new();
    if stack.aurora.is_some() {
        paths.push((DataPath::Aurora, region.lag.as_ref().map(|lag| lag.exposure)));
    }
    if !stack.replication.is_empty() {
        paths.push((DataPath::Objects, region.backlog.as_ref().map(|backlog| backlog.exposure)));
    }
    let frequent = stack.velero.iter().flat_map(|velero| &velero.schedules).min_by_key(|schedule| schedule.every);
    if let Some(frequent) = frequent {
        let found = region.backups.schedules.iter().find(|schedule| schedule.name == frequent.name.as_str());
        paths.push((DataPath::Volumes, found.and_then(|schedule| schedule.newest)));
    }
    paths
}

fn worst(paths: &[(DataPath, Option<SignedDuration>)]) -> Option<SignedDuration> {
    paths.iter().map(|(_, exposure)| *exposure).collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// How long an evacuation would take, from the stack's configured step times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecoveryTime {
    /// From the fault to the first finding.
    pub detect: SignedDuration,
    /// From the finding to the consent.
    pub decide: SignedDuration,
    /// From the consent to the end, along the critical path.
    pub execute: SignedDuration,
    /// All three.
    pub total: SignedDuration,
    /// What it may be.
    pub objective: SignedDuration,
}

impl RecoveryTime {
    pub(super) fn of(stack: &Stack, findings: &mut Vec<Finding>) -> Self {
        let times = &stack.step_times;
        let side_by_side = times.promote.get().max(times.scale.get());
        let execute = [times.fence.get(), side_by_side, times.verify.get(), times.traffic.get()]
            .into_iter()
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add);
        let (detect, decide, objective) = (times.detect.get(), times.decide.get(), stack.objectives.rto.get());
        let total = detect.saturating_add(decide).saturating_add(execute);
        if total > objective {
            findings.push(Finding {
                code: Code::RtoProjected,
                severity: Severity::Warning,
                region: None,
                text: format!("an evacuation is projected to take {}, over the RTO of {}", age(total), age(objective)),
                evidence: "step_times of the stack file".to_owned(),
            });
        }
        Self { detect, decide, execute, total, objective }
    }
}
