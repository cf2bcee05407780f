use serde::Serialize;

use super::Code;
use crate::ids::RegionId;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Users or data are hurt, or a region cannot be evacuated to.
    Critical,
    /// Something will hurt if it stays so.
    Warning,
    /// Good to know.
    Note,
}

impl Severity {
    /// The word of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::Warning => "WARNING",
            Self::Note => "NOTE",
        }
    }
}

/// Something that a person should know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Its stable name.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// The region that it is about, if it is about one.
    pub region: Option<RegionId>,
    /// What it is, in one line with its figures. It is fit for a terminal.
    pub text: String,
    /// Where it is known from: the source, its region and the age of what it said.
    pub evidence: String,
}

impl Finding {
    /// The order of the screen: worst first, then by code and region. What is known comes before who is silent: when
    /// a region is lost, each of its sources is, and would crowd out what that means for the others.
    pub(super) fn rank(&self) -> (Severity, bool, Code, Option<&RegionId>, &str) {
        let is_silence = matches!(self.code, Code::SourceMissing | Code::SourceStale | Code::SourceFailed);
        (self.severity, is_silence, self.code, self.region.as_ref(), &self.text)
    }
}
