//! What objects say of a check.

use evac_core::{plan::LocationMode, reading::BackupPhase};
use evac_engine::Sight;
use serde_json::Value;

use crate::json::{count, text, texts};

/// Whether an Application synchronises by itself.
pub(crate) fn argo_sync(application: &Value, name: &str, wanted: bool) -> Sight {
    let automated = application.pointer("/spec/syncPolicy/automated").filter(|automated| automated.is_object());
    let is_on = automated.is_some_and(|automated| automated.get("enabled") != Some(&Value::Bool(false)));
    let now = format!("Application {name} {} by itself", if is_on { "synchronises" } else { "does not synchronise" });
    if is_on == wanted { Sight::Met { evidence: now } } else { Sight::Untouched { on: now } }
}

/// Whether a location is in a mode.
pub(crate) fn location_mode(location: &Value, name: &str, wanted: LocationMode) -> Sight {
    // Velero reads a missing mode so.
    let found = text(location, "/spec/accessMode").unwrap_or_else(|| LocationMode::ReadWrite.word().to_owned());
    let now = format!("storage location {name} is {found}");
    if found == wanted.word() { Sight::Met { evidence: now } } else { Sight::Untouched { on: now } }
}

/// How far a Restore is.
pub(crate) fn restored(restore: &Value, name: &str) -> Sight {
    let word = text(restore, "/status/phase");
    let items = ["itemsRestored", "totalItems"].map(|field| count(restore, &format!("/status/progress/{field}")));
    let progress = format!("{} of {} items", items[0], items[1]);
    let losses = || {
        let [warnings, errors] = ["warnings", "errors"].map(|field| count(restore, &format!("/status/{field}")));
        format!("{progress}, {} and {}", counted(warnings, "warning"), counted(errors, "error"))
    };
    let phase = match restore.pointer("/status/phase") {
        None | Some(Value::Null) => BackupPhase::Waiting,
        Some(_) => BackupPhase::from_velero(Some(word.as_deref().unwrap_or("not a phase"))),
    };
    let word = word.unwrap_or_default();
    match phase {
        BackupPhase::Completed => Sight::Met { evidence: format!("Restore {name} is Completed: {}", losses()) },
        BackupPhase::PartiallyFailed => {
            Sight::Never { why: format!("Restore {name} is PartiallyFailed: {}", losses()) }
        }
        BackupPhase::Failed => {
            let mut reasons = texts(restore, "/status/validationErrors");
            reasons.extend(text(restore, "/status/failureReason"));
            Sight::Never { why: format!("Restore {name} is {word}: {}", reasons.join("; ")) }
        }
        BackupPhase::Waiting => Sight::Underway { on: format!("Velero to begin Restore {name}") },
        BackupPhase::Running => Sight::Underway { on: format!("Restore {name}: {word}, {progress}") },
        BackupPhase::Deleting | BackupPhase::Other(_) => Sight::Underway { on: format!("Restore {name}: {word}") },
    }
}

fn counted(number: u32, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// How many replicas a Deployment wants and has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// How many it wants.
    pub(crate) wanted: u32,
    /// How many pods it has.
    pub(crate) present: u32,
    /// How many of them are ready.
    pub(crate) ready: u32,
    /// Whether its status speaks of what it wants now.
    pub(crate) is_current: bool,
}

impl Counts {
    /// What a Deployment says.
    pub(crate) fn of(deployment: &Value) -> Self {
        let unsaid = deployment.pointer("/spec/replicas").is_none_or(Value::is_null);
        let generation = |pointer: &str| deployment.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
        Self {
            // Absent means 1 in Kubernetes.
            wanted: if unsaid { 1 } else { count(deployment, "/spec/replicas") },
            present: count(deployment, "/status/replicas"),
            ready: count(deployment, "/status/readyReplicas"),
            is_current: generation("/status/observedGeneration") >= generation("/metadata/generation"),
        }
    }

    /// Whether so many are wanted: exactly, or, where an autoscaler decides, at least.
    pub(crate) fn wants(self, number: u32, at_least: bool) -> bool {
        if at_least { self.wanted >= number } else { self.wanted == number }
    }

    /// Whether so many are ready, and no others are left over.
    pub(crate) fn has(self, number: u32, at_least: bool) -> bool {
        self.is_current && self.ready >= number && (at_least || self.present == number)
    }
}

/// Whether an autoscaler will bring a Deployment to so many replicas.
pub(crate) fn will_scale(autoscaler: &Value, deployment: &str, number: u32) -> bool {
    text(autoscaler, "/spec/scaleTargetRef/kind").as_deref() == Some("Deployment")
        && text(autoscaler, "/spec/scaleTargetRef/name").as_deref() == Some(deployment)
        && count(autoscaler, "/spec/minReplicas") >= number
}

/// Why a pod has no place, where it has none.
pub(crate) fn unplaceable(pod: &Value) -> Option<String> {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array)?;
    let condition = conditions.iter().find(|condition| {
        text(condition, "/type").as_deref() == Some("PodScheduled")
            && text(condition, "/reason").as_deref() == Some("Unschedulable")
    })?;
    Some(text(condition, "/message").unwrap_or_else(|| "it has no place".to_owned()))
}

/// Whether a pod has not ended: one that is on its way out still runs.
pub(crate) fn runs(pod: &Value) -> bool {
    !matches!(text(pod, "/status/phase").as_deref(), Some("Succeeded" | "Failed"))
}
