//! What changed between two pictures, in one line.

use std::collections::BTreeSet;

use evac_core::{RegionId, Verdict, assessment::Code};

use super::{Picture, overview::regions};

/// What a change is told by. Figures are left out: they move all the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    verdict: Verdict,
    regions: Vec<(RegionId, Verdict, &'static str)>,
    findings: BTreeSet<(Code, Option<RegionId>)>,
}

impl State {
    /// The state that a picture shows.
    pub fn of(picture: &Picture) -> Self {
        let findings = &picture.assessment.findings;
        Self {
            verdict: picture.assessment.verdict,
            regions: regions(picture).map(|(id, region)| (id.clone(), region.verdict, region.role.word())).collect(),
            findings: findings.iter().map(|finding| (finding.code, finding.region.clone())).collect(),
        }
    }

    /// The line that says this state, and which findings came and went since another.
    pub fn line(&self, picture: &Picture, before: Option<&Self>) -> String {
        let mut words = vec![picture.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), self.verdict.to_string()];
        words.extend(self.regions.iter().map(|(id, verdict, role)| format!("{id}={verdict}/{role}")));
        words.push(format!("findings={}", self.findings.len()));
        let nothing = BTreeSet::new();
        let known = before.map_or(&nothing, |before| &before.findings);
        let word = |sign: char, (code, region): &(Code, Option<RegionId>)| match region {
            Some(region) => format!("{sign}{code}@{region}"),
            None => format!("{sign}{code}"),
        };
        words.extend(self.findings.difference(known).map(|finding| word('+', finding)));
        words.extend(known.difference(&self.findings).map(|finding| word('-', finding)));
        words.join(" ")
    }
}
