use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The four clocks of an evacuation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clocks {
    /// From the harm to the first finding; `None` when nothing was harmed, or nobody knows since when.
    pub detect: Option<SignedDuration>,
    /// From the finding to the consent.
    pub decide: Option<SignedDuration>,
    /// From the consent to now, or to the end.
    pub execute: SignedDuration,
    /// All of it.
    pub total: SignedDuration,
    /// How long it would take in all, if what is left takes as long as projected.
    pub projected: SignedDuration,
    /// The objective that it is held against.
    pub objective: SignedDuration,
}
