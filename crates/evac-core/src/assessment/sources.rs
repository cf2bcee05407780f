use jiff::SignedDuration;
use serde::Serialize;

use super::{
    Code, Finding, Severity,
    scope::{Context, RegionContext, evidence},
};
use crate::{
    ids::RegionId,
    observation::SourceError,
    snapshot::Freshness,
    source::Source,
    text::{age, coarse_age},
};

/// How one source in one region is doing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignalSummary {
    /// The source.
    pub source: Source,
    /// How much it can be believed.
    pub freshness: Freshness,
    /// How old its last reading is, by its own clock.
    pub age: Option<SignedDuration>,
    /// How old it may become.
    pub max_age: SignedDuration,
    /// How long its newest answer took.
    pub took: Option<SignedDuration>,
    /// How its newest question failed.
    pub failure: Option<SourceError>,
}

pub(super) fn summaries(context: &Context<'_>, region: &RegionId) -> Vec<SignalSummary> {
    let Context { stack, snapshot, now, .. } = context;
    Source::of(stack, region)
        .into_iter()
        .map(|source| {
            let signal = snapshot.signal(source, region);
            SignalSummary {
                source,
                freshness: snapshot.freshness(source, region, stack, *now),
                age: signal.and_then(|signal| signal.age(*now, stack.clock.rate)),
                max_age: source.max_age(stack),
                took: signal.map(|signal| signal.took),
                failure: signal.and_then(|signal| signal.failure.clone()),
            }
        })
        .collect()
}

/// Every required source of the region that is not fresh makes it UNKNOWN.
pub(super) fn require(scope: &mut RegionContext<'_>) {
    let context = scope.context;
    for summary in summaries(context, scope.region) {
        let Some((code, text)) = complaint(&summary) else { continue };
        if summary.source.is_required() {
            scope.doubt(code, summary.source, text);
        } else {
            let severity = if code == Code::SourceMissing { Severity::Note } else { Severity::Warning };
            scope.find(code, severity, summary.source, text);
        }
    }
}

fn complaint(summary: &SignalSummary) -> Option<(Code, String)> {
    let word = summary.source.word();
    match (summary.freshness, &summary.failure) {
        (Freshness::Fresh, _) => None,
        (Freshness::Missing, _) => Some((Code::SourceMissing, format!("{word}: no answer yet"))),
        (_, Some(failure)) => Some((Code::SourceFailed, format!("{word}: {failure}"))),
        (_, None) => {
            let text = format!("{word}: too old to count, which is over {}", age(summary.max_age));
            Some((Code::SourceStale, text))
        }
    }
}

/// A skew as far as it can be told steadily: the clocks that tell it have whole seconds only.
fn roughly(skew: SignedDuration) -> String {
    match skew.as_secs() {
        seconds @ ..60 => format!("{} s", seconds / 5 * 5),
        _ => coarse_age(skew),
    }
}

/// The clocks, and the accounts.
pub(super) fn findings(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Context { stack, snapshot, now, .. } = context;
    let rate = stack.clock.rate;
    let steady = (rate - 1.0).abs() < f64::EPSILON;
    let world_now = snapshot.world_now(*now, rate);
    for region in stack.regions.keys() {
        // At another pace this machine's clock says nothing about skew; the middle of the sources' clocks does.
        // The two-second grain is that of the Date header at either end.
        let grain = SignedDuration::from_secs(2).max(crate::stack::scale(SignedDuration::from_secs(1), rate));
        let skews = || {
            snapshot.signals().filter(|(id, _)| id.region == *region).filter_map(|(id, signal)| {
                let clock = signal.clock?;
                let skew = if steady { clock.skew() } else { clock.now(*now, rate).duration_since(world_now) };
                Some((id.source, skew))
            })
        };
        // Of those that are as wrong as the worst, as far as can be told, always the same one: where all are equally
        // wrong, each answer would else put another name on the screen.
        let worst = skews().map(|(_, skew)| skew.abs()).max().unwrap_or_default();
        let limit = stack.thresholds.clock_skew.get() + grain;
        let named = skews().find(|(_, skew)| skew.abs() > limit && skew.abs() + grain >= worst);
        if let Some((source, skew)) = named {
            let word = if skew.is_negative() { "behind" } else { "ahead of" };
            let other = if steady { "this machine's" } else { "the other sources'" };
            findings.push(Finding {
                code: Code::ClockSkew,
                severity: Severity::Warning,
                region: Some(region.clone()),
                text: format!("the clock of {} is about {} {word} {other}", source.word(), roughly(skew.abs())),
                evidence: evidence(context, source, region),
            });
        }
    }
    if !steady {
        findings.push(Finding {
            code: Code::ClockRate,
            severity: Severity::Note,
            region: None,
            text: format!("the observed world's clock runs at {rate} times this machine's"),
            evidence: "clock.rate of the stack file".to_owned(),
        });
    }
    let accounts: std::collections::BTreeSet<_> =
        stack.regions.keys().filter_map(|region| snapshot.identity(region)).map(|identity| &identity.account).collect();
    if accounts.len() > 1 {
        let list = accounts.iter().map(|account| account.as_str()).collect::<Vec<_>>().join(", ");
        findings.push(Finding {
            code: Code::IdentityAccount,
            severity: Severity::Warning,
            region: None,
            text: format!("regions answer for different accounts: {list}"),
            evidence: "identity of every region".to_owned(),
        });
    }
}
