use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::{Code, RegionAssessment, Writers};
use crate::ids::RegionId;

/// Whether a region may be evacuated to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// All that is required is fresh and good.
    Go,
    /// Something that is required is known to be bad.
    NoGo,
    /// Nothing is known to be bad, but something that is required is not known to be good.
    Unknown,
}

impl Verdict {
    /// The word of every screen and script.
    pub fn word(self) -> &'static str {
        match self {
            Self::Go => "GO",
            Self::NoGo => "NO-GO",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// What the reasons against a region add up to.
    pub(super) fn of(reasons: &[Reason]) -> Self {
        if reasons.iter().any(|reason| reason.verdict == Self::NoGo) {
            Self::NoGo
        } else if reasons.is_empty() {
            Self::Go
        } else {
            Self::Unknown
        }
    }

    /// The best that can be done from where the writer is.
    pub(super) fn overall(writers: &Writers, regions: &BTreeMap<RegionId, RegionAssessment>) -> Self {
        let writer = writers.single();
        let targets = || regions.iter().filter(|(id, _)| Some(*id) != writer).map(|(_, region)| region.verdict);
        if targets().any(|verdict| verdict == Self::Go) {
            Self::Go
        } else if targets().any(|verdict| verdict == Self::Unknown) {
            Self::Unknown
        } else {
            Self::NoGo
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.word())
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Why a region is not GO.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// The code of the finding that says more.
    pub code: Code,
    /// What this reason alone makes of the verdict: NO-GO or UNKNOWN.
    pub verdict: Verdict,
    /// The reason in words, with its figures.
    pub text: String,
}
