use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Period;

/// When evac refuses to act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Guards {
    /// How old a plan may be when it is consented to.
    pub plan_age: Period,
    /// How long arming lasts.
    pub armed_for: Period,
    /// A failover that would lose more than this is refused without an override; absent, the RPO.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_loss: Option<Period>,
    /// Times in which planned actions (all but failover and restore) are refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub freeze_windows: Vec<FreezeWindow>,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            plan_age: Period::from_mins(5),
            armed_for: Period::from_mins(15),
            most_loss: None,
            freeze_windows: Vec::new(),
        }
    }
}

/// A time in which planned actions are refused, such as a quarter's end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeWindow {
    /// When it begins, as RFC 3339: `2026-12-24T00:00:00Z`.
    #[schemars(with = "String")]
    pub from: jiff::Timestamp,
    /// When it ends.
    #[schemars(with = "String")]
    pub until: jiff::Timestamp,
    /// Why, for the one who meets it.
    pub reason: String,
}
