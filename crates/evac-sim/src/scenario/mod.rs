//! Scenarios: simulated disasters as text files. Each is a list of moments in virtual time and what happens then.

mod action;

use std::sync::OnceLock;

use jiff::SignedDuration;
use serde::Deserialize;

pub use action::{Action, ClusterChange, DnsChanges, Publication};

use crate::{error::SimError, fault::Fault, kubernetes};

/// The files, embedded so that the program needs none at hand.
const FILES: &[(&str, &str)] = &[
    ("calm-day", include_str!("../../../../config/scenarios/calm-day.toml")),
    ("region-loss", include_str!("../../../../config/scenarios/region-loss.toml")),
    ("us-east-1-control-plane", include_str!("../../../../config/scenarios/us-east-1-control-plane.toml")),
    ("aurora-stall", include_str!("../../../../config/scenarios/aurora-stall.toml")),
    ("crr-backlog", include_str!("../../../../config/scenarios/crr-backlog.toml")),
    ("velero-store", include_str!("../../../../config/scenarios/velero-store.toml")),
    ("slow-throttled", include_str!("../../../../config/scenarios/slow-throttled.toml")),
    ("split-view", include_str!("../../../../config/scenarios/split-view.toml")),
    ("probe-down", include_str!("../../../../config/scenarios/probe-down.toml")),
    ("slow-checkers", include_str!("../../../../config/scenarios/slow-checkers.toml")),
    ("lying-metrics", include_str!("../../../../config/scenarios/lying-metrics.toml")),
    ("skewed-clock", include_str!("../../../../config/scenarios/skewed-clock.toml")),
    ("hostile-answers", include_str!("../../../../config/scenarios/hostile-answers.toml")),
    ("capacity-loss", include_str!("../../../../config/scenarios/capacity-loss.toml")),
    ("restore-stuck", include_str!("../../../../config/scenarios/restore-stuck.toml")),
    ("restore-partial", include_str!("../../../../config/scenarios/restore-partial.toml")),
    ("scale-up-short", include_str!("../../../../config/scenarios/scale-up-short.toml")),
    ("velero-down", include_str!("../../../../config/scenarios/velero-down.toml")),
    ("routing-control-loss", include_str!("../../../../config/scenarios/routing-control-loss.toml")),
    ("dns-change-pending", include_str!("../../../../config/scenarios/dns-change-pending.toml")),
    ("dns-change-forgotten", include_str!("../../../../config/scenarios/dns-change-forgotten.toml")),
    ("stale-resolvers", include_str!("../../../../config/scenarios/stale-resolvers.toml")),
    ("expired-credentials", include_str!("../../../../config/scenarios/expired-credentials.toml")),
    ("contended-writes", include_str!("../../../../config/scenarios/contended-writes.toml")),
    ("fence-refused", include_str!("../../../../config/scenarios/fence-refused.toml")),
    ("fence-late", include_str!("../../../../config/scenarios/fence-late.toml")),
    ("fence-unknown", include_str!("../../../../config/scenarios/fence-unknown.toml")),
    ("promotion-slow", include_str!("../../../../config/scenarios/promotion-slow.toml")),
    ("promotion-fails", include_str!("../../../../config/scenarios/promotion-fails.toml")),
    ("answer-lost", include_str!("../../../../config/scenarios/answer-lost.toml")),
    ("request-lost", include_str!("../../../../config/scenarios/request-lost.toml")),
];

/// A scenario's name and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioSummary {
    /// What to call it by.
    pub name: &'static str,
    /// A few words.
    pub title: String,
    /// A few sentences.
    pub description: String,
}

/// A disaster.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// A few words.
    pub title: String,
    /// A few sentences.
    pub description: String,
    /// What happens when, earliest first.
    #[serde(rename = "step", default)]
    pub steps: Vec<Step>,
}

/// A moment of a scenario.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When, in virtual time after the scenario began.
    pub at: SignedDuration,
    /// What happens then.
    #[serde(rename = "do")]
    pub actions: Vec<Action>,
}

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// With the place and the reason, when the text is no scenario.
    pub fn parse(text: &str) -> Result<Self, String> {
        let scenario: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if !scenario.steps.is_sorted_by_key(|step| step.at) {
            return Err("the steps are not in the order of their time".to_owned());
        }
        for action in scenario.steps.iter().flat_map(|step| &step.actions) {
            action.check()?;
        }
        Ok(scenario)
    }

    /// The scenario of that name.
    ///
    /// # Errors
    /// [`SimError::UnknownScenario`] with the nearest name there is.
    pub fn named(name: &str) -> Result<Self, SimError> {
        let Some((found, text)) = FILES.iter().find(|(known, _)| *known == name) else {
            let near = |known: &&str| strsim::jaro_winkler(known, name);
            let nearest = FILES.iter().map(|(known, _)| *known).max_by(|a, b| near(a).total_cmp(&near(b)));
            let hint = nearest.filter(|known| near(known) > 0.7);
            return Err(SimError::unknown_scenario(name, hint));
        };
        Self::parse(text).map_err(|reason| SimError::Scenario { name: (*found).to_owned(), reason })
    }
}

impl Action {
    /// Checks the names that serde takes as plain text.
    ///
    /// # Errors
    /// With the name that there is none of.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Action::Fault { kind, milliseconds, .. } if Fault::parse(kind, *milliseconds).is_none() => {
                Err(format!("there is no fault `{kind}`"))
            }
            Action::Kubernetes { change: ClusterChange::DegradeBackups { kind, .. }, .. }
                if kubernetes::degradation(kind).is_none() =>
            {
                Err(format!("backups cannot be degraded by `{kind}`"))
            }
            _ => Ok(()),
        }
    }
}

/// Every scenario there is, in the order to show them in.
pub fn scenarios() -> &'static [ScenarioSummary] {
    static SUMMARIES: OnceLock<Vec<ScenarioSummary>> = OnceLock::new();
    SUMMARIES.get_or_init(|| {
        let summary = |(name, _): &(&'static str, &str)| {
            let scenario = Scenario::named(name).ok()?;
            Some(ScenarioSummary { name, title: scenario.title, description: scenario.description })
        };
        FILES.iter().filter_map(summary).collect()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn every_scenario_can_be_read_and_says_what_it_is_about() {
        for (name, text) in FILES {
            let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!scenario.title.is_empty() && !scenario.description.is_empty(), "{name}");
        }
        assert_eq!(scenarios().len(), FILES.len());
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest_one() {
        let error = Scenario::named("region-los").unwrap_err().to_string();
        assert!(error.contains("did you mean `region-loss`?"), "{error}");
        let error = Scenario::named("zzz").unwrap_err().to_string();
        assert!(!error.contains("did you mean"), "{error}");
    }

    #[test]
    fn a_scenario_with_a_wrong_fault_or_order_is_refused() {
        let head = "title = \"t\"\ndescription = \"d\"\n";
        let fault = format!("{head}[[step]]\nat = \"0s\"\ndo = [{{ fault = {{ kind = \"sulk\" }} }}]\n");
        assert!(Scenario::parse(&fault).unwrap_err().contains("sulk"));
        let order = format!("{head}[[step]]\nat = \"5m\"\ndo = []\n[[step]]\nat = \"1m\"\ndo = []\n");
        assert!(Scenario::parse(&order).unwrap_err().contains("order"));
    }
}
