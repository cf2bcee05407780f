//! What is wrong, as people are told it: one cause in one line. Scripts are told each source by itself, and so is whoever
//! looks at the list of sources.

use std::borrow::Cow;

use evac_core::{
    Assessment,
    assessment::{Code, Finding, Reason, RegionAssessment, SignalSummary},
    observation::SourceErrorKind,
    snapshot::Freshness,
};

/// From so many sources of a region on that do not answer, they may have one cause.
const SEVERAL: usize = 3;

/// The findings, worst first. Where hardly a source of a region answers, that is one of them.
pub fn findings(assessment: &Assessment) -> Cow<'_, [Finding]> {
    let mut told = Cow::Borrowed(assessment.findings.as_slice());
    for (id, region) in &assessment.regions {
        let Some(silence) = Silence::of(region) else { continue };
        let is_silence = |finding: &Finding| finding.code == Code::SourceFailed && finding.region.as_ref() == Some(id);
        let mut one = told.iter().find(|finding| is_silence(finding)).cloned();
        if let Some(one) = &mut one {
            (one.text, one.evidence) = (silence.text(), format!("{} in {id}", silence.names()));
        }
        told = told
            .iter()
            .filter_map(|finding| if is_silence(finding) { one.take() } else { Some(finding.clone()) })
            .collect();
    }
    told
}

/// Why a region is not GO, in the same way.
pub fn reasons(region: &RegionAssessment) -> Cow<'_, [Reason]> {
    let Some(silence) = Silence::of(region) else { return Cow::Borrowed(&region.reasons) };
    let is_silence = |reason: &Reason| reason.code == Code::SourceFailed;
    let mut one = region.reasons.iter().find(|reason| is_silence(reason)).cloned();
    if let Some(one) = &mut one {
        one.text = silence.text();
    }
    region
        .reasons
        .iter()
        .filter_map(|reason| if is_silence(reason) { one.take() } else { Some(reason.clone()) })
        .collect()
}

/// The sources of a region of which all, or all but a few, do not answer.
struct Silence<'a> {
    silent: Vec<&'a SignalSummary>,
    all: usize,
}

impl<'a> Silence<'a> {
    fn of(region: &'a RegionAssessment) -> Option<Self> {
        let fails = |signal: &&SignalSummary| {
            !matches!(signal.freshness, Freshness::Fresh | Freshness::Missing) && signal.failure.is_some()
        };
        let (silent, all) = (region.signals.iter().filter(fails).collect::<Vec<_>>(), region.signals.len());
        let most = silent.len() >= SEVERAL && 4 * silent.len() >= 3 * all;
        most.then_some(Self { silent, all })
    }

    /// How many they are, and how they fail: the most frequent way first.
    fn text(&self) -> String {
        let kinds = self.silent.iter().filter_map(|signal| signal.failure.as_ref()).map(|failure| failure.kind);
        let mut ways: Vec<(usize, SourceErrorKind)> = Vec::new();
        for kind in kinds {
            match ways.iter_mut().find(|(_, known)| *known == kind) {
                Some((count, _)) => *count += 1,
                None => ways.push((1, kind)),
            }
        }
        ways.sort_by_key(|(count, kind)| (std::cmp::Reverse(*count), kind.word()));
        let ways = match ways[..] {
            [(_, only)] => only.word().to_owned(),
            _ => ways.iter().map(|(count, kind)| format!("{} {count}", kind.word())).collect::<Vec<_>>().join(", "),
        };
        format!("{} of {} sources do not answer ({})", self.silent.len(), self.all, ways)
    }

    fn names(&self) -> String {
        self.silent.iter().map(|signal| signal.source.word()).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::sync::Arc;

    use evac_core::{
        History, Observation, RegionId, Snapshot, Source, SourceError, SourceId, Stack, assess, assessment::Code,
    };
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    const STACK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/crates/evac-core/tests/world/stack.toml"));

    /// What is assessed once this many sources of us-east-1 have failed, and how many it has.
    fn failed(count: usize) -> (Assessment, usize) {
        let (stack, now) = (Stack::parse(STACK).unwrap(), Timestamp::from_second(1_764_000_000).unwrap());
        let region = RegionId::new("us-east-1").unwrap();
        let sources = Source::of(&stack, &region);
        let mut snapshot = Arc::new(Snapshot::default());
        for (index, source) in sources.iter().take(count).enumerate() {
            let kind = if index == 0 { SourceErrorKind::Unreachable } else { SourceErrorKind::Timeout };
            let observation = Observation {
                id: SourceId { source: *source, region: region.clone() },
                received_at: now,
                source_clock: None,
                took: SignedDuration::from_secs(1),
                result: Err(SourceError { kind, message: "no answer in time".into() }),
            };
            snapshot = Arc::new(snapshot.with(observation));
        }
        (assess(&stack, &snapshot, &History::default(), now), sources.len())
    }

    fn texts(assessment: &Assessment) -> Vec<String> {
        let told = findings(assessment);
        told.iter().filter(|finding| finding.code == Code::SourceFailed).map(|finding| finding.text.clone()).collect()
    }

    #[test]
    fn a_region_that_is_lost_is_one_cause_and_a_few_sources_are_each_their_own() {
        let (_, all) = failed(0);
        let (lost, _) = failed(all);
        let told = findings(&lost);
        assert_eq!(
            texts(&lost),
            [format!("{all} of {all} sources do not answer (timeout {}, unreachable 1)", all - 1)]
        );
        assert_eq!(told.len(), lost.findings.len() - all + 1, "nothing else is left out");
        let one = told.iter().find(|finding| finding.code == Code::SourceFailed).unwrap();
        assert!(one.evidence.contains("cluster") && one.evidence.ends_with(" in us-east-1"), "{}", one.evidence);
        let worst = lost.findings.iter().filter(|finding| finding.code == Code::SourceFailed).map(|one| one.severity);
        assert_eq!(Some(one.severity), worst.min(), "it weighs as much as the worst of them");
        let region = &lost.regions["us-east-1"];
        assert!(region.reasons.iter().filter(|reason| reason.code == Code::SourceFailed).count() > 1);
        let why = reasons(region);
        let why: Vec<_> = why.iter().filter(|reason| reason.code == Code::SourceFailed).collect();
        assert!(matches!(why[..], [reason] if reason.text == one.text), "{why:?}");

        // All but one do not answer either.
        assert_eq!(texts(&failed(all - 1).0).len(), 1);
        let half = failed(all / 2).0;
        assert_eq!((texts(&half).len(), findings(&half).as_ref()), (all / 2, half.findings.as_slice()));
        assert_eq!(reasons(&half.regions["us-east-1"]).as_ref(), half.regions["us-east-1"].reasons.as_slice());
    }
}
