//! Tells people of a run. For now that is the log of the run: a line each, once.

use std::{fs::File, io::Write, path::PathBuf};

use evac_core::{
    guard::Consent,
    plan::PlanHash,
    run::{CallAnswer, Receipt},
};

/// Writes notifications of one plan to a file.
pub(super) struct Outbox {
    /// The plan.
    pub(super) plan: PlanHash,
    /// The file.
    pub(super) path: PathBuf,
}

impl Outbox {
    /// Writes one, durably. It is written once only: a repeat finds it there.
    pub(super) fn send(&self, consent: &Consent, text: &str) -> CallAnswer {
        if let Err(refused) = consent.covers(&self.plan) {
            return refused;
        }
        let text = evac_core::text::clean(text);
        let there = std::fs::read_to_string(&self.path).unwrap_or_default();
        if there.lines().any(|line| line == text) {
            return CallAnswer::Accepted { receipt: Receipt::from([("existed".to_owned(), "true".to_owned())]) };
        }
        tracing::info!(%text, "notification");
        let written = File::options().create(true).append(true).open(&self.path).and_then(|mut file| {
            file.write_all(format!("{text}\n").as_bytes())?;
            file.sync_data()
        });
        match written {
            Ok(()) => CallAnswer::Accepted { receipt: Receipt::new() },
            Err(error) => {
                CallAnswer::Refused { why: format!("the outbox cannot be written: {error}"), temporary: true }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use evac_model::plans::consent_to_nothing;

    #[test]
    fn people_are_told_by_the_consent_to_the_plan_alone() {
        let folder = tempfile::tempdir().unwrap();
        let [own, other] =
            ["us-west-2", "us-east-1"].map(|region| consent_to_nothing(region.parse().unwrap()).unwrap());
        let outbox = Outbox { plan: own.plan().clone(), path: folder.path().join("notifications") };
        assert!(matches!(outbox.send(&other, "moved"), CallAnswer::Refused { temporary: false, .. }));
        assert!(!outbox.path.exists());
        assert_eq!(outbox.send(&own, "moved"), CallAnswer::Accepted { receipt: Receipt::new() });
    }
}
