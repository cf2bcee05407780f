//! What the parts of an assessment are made from, and what they add to.

use jiff::{SignedDuration, Timestamp};

use super::{Code, Finding, Reason, Severity, Verdict, Writers};
use crate::{history::History, ids::RegionId, snapshot::Snapshot, source::Source, stack::Stack, text::age};

/// What the parts of an assessment are made from.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) stack: &'a Stack,
    pub(super) snapshot: &'a Snapshot,
    pub(super) history: &'a History,
    pub(super) now: Timestamp,
}

/// What the parts of a region's assessment add to.
pub(super) struct RegionContext<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) region: &'a RegionId,
    pub(super) writers: &'a Writers,
    pub(super) reasons: Vec<Reason>,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl RegionContext<'_> {
    /// True when this region is the one that writes, and no other claims to.
    pub(super) fn is_writer(&self) -> bool {
        self.writers.single() == Some(self.region)
    }

    /// The clock of a source in this region.
    pub(super) fn source_now(&self, source: Source) -> Timestamp {
        let Context { stack, snapshot, now, .. } = self.context;
        snapshot.signal(source, self.region).map_or(*now, |signal| signal.source_now(*now, stack.clock.rate))
    }

    /// How long ago something was measured that a source in this region told of, by the source's own clock. A
    /// measurement from the future shows that this clock is behind its own data, and then nobody can say how old
    /// the data is.
    pub(super) fn measured_ago(&mut self, source: Source, at: Timestamp) -> SignedDuration {
        let ago = self.source_now(source).duration_since(at);
        if ago < -self.context.stack.thresholds.clock_skew.get() {
            let text = format!("the clock of {} is behind its own data: no age can be told", source.word());
            if !self.reasons.iter().any(|reason| reason.code == Code::ClockSkew && reason.text == text) {
                self.doubt(Code::ClockSkew, source, text);
            }
        }
        ago.max(SignedDuration::ZERO)
    }

    /// Something is known to be bad, and the region cannot be a target.
    pub(super) fn block(&mut self, code: Code, source: Source, text: String) {
        self.reasons.push(Reason { code, verdict: Verdict::NoGo, text: text.clone() });
        self.find(code, Severity::Critical, source, text);
    }

    /// Something that is required is not known.
    pub(super) fn doubt(&mut self, code: Code, source: Source, text: String) {
        self.reasons.push(Reason { code, verdict: Verdict::Unknown, text: text.clone() });
        self.find(code, Severity::Warning, source, text);
    }

    /// Something that does not change the verdict.
    pub(super) fn find(&mut self, code: Code, severity: Severity, source: Source, text: String) {
        let evidence = evidence(self.context, source, self.region);
        self.findings.push(Finding { code, severity, region: Some(self.region.clone()), text, evidence });
    }
}

/// Where something is known from, in words: `us-west-2 metrics, 12 s ago`.
pub(super) fn evidence(context: &Context<'_>, source: Source, region: &RegionId) -> String {
    let Context { stack, snapshot, now, .. } = context;
    let seen = snapshot.signal(source, region).and_then(|signal| signal.age(*now, stack.clock.rate));
    match seen {
        Some(length) => format!("{region} {}, {} ago", source.word(), age(length)),
        None => format!("{region} {}, never seen", source.word()),
    }
}
