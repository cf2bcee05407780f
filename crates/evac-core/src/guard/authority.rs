//! Whether this operator may act now, and would be able to until the end.

use jiff::SignedDuration;

use super::{GuardCode, LeaseView, NoteSeverity, case::Case};
use crate::{
    ids::RegionId,
    observation::SourceErrorKind,
    plan::{Check, Verb},
    source::Source,
    stack::scale,
    text::age,
};

/// Credentials should last so many times longer than the run is expected to.
const SAFETY: i32 = 2;

pub(super) fn check(case: &mut Case<'_>) {
    plan_age(case);
    lease(case);
    journal(case);
    windows(case);
    let total = case.plan.timeline().total.saturating_mul(SAFETY);
    let mut regions: Vec<RegionId> = case
        .plan
        .steps
        .iter()
        .flat_map(|step| {
            let looks = [step.verification.as_ref(), step.precondition.as_ref()].into_iter().flatten();
            step.call
                .iter()
                .filter_map(crate::plan::Call::region)
                .chain(looks.flat_map(Check::asks))
                .collect::<Vec<_>>()
        })
        .collect();
    regions.sort();
    regions.dedup();
    for region in regions {
        credentials(case, &region, total);
    }
}

fn plan_age(case: &mut Case<'_>) {
    let stack = case.situation.stack;
    let now = case.situation.assessment.world_now;
    // The age is of the observed world, which may run at another pace than this machine.
    let limit = scale(stack.guards.plan_age.get(), stack.clock.rate);
    let age_now = now.duration_since(case.plan.made_at);
    let early = -scale(stack.thresholds.clock_skew.get(), stack.clock.rate).max(SignedDuration::from_secs(2));
    let text = if age_now > limit {
        format!("the plan is {} old, and counts for {}", age(age_now), age(limit))
    } else if age_now < early {
        format!("the plan is from {} ahead of now", age(-age_now))
    } else {
        return;
    };
    case.block(GuardCode::PlanOld, text, "make it again and read it again");
}

fn lease(case: &mut Case<'_>) {
    match &case.situation.lease {
        LeaseView::Local => {
            let text = "the stack has no lease: only this machine knows that a run acts".to_owned();
            case.warn(GuardCode::LeaseLocal, text, "see to it that nobody else acts; set up `[lease]`");
        }
        LeaseView::Unreachable { why } => {
            let text = format!("whether another machine acts cannot be asked: {why}");
            case.block(
                GuardCode::LeaseUnreachable,
                text,
                "ask the others; override to act with a lease of this machine",
            );
        }
        LeaseView::Free => {}
        LeaseView::Held { run, holder, purpose } => {
            let text = format!("run {run} of {holder} acts: {purpose}");
            case.block(GuardCode::RunInProgress, text, &format!("`evac attach {run}`"));
        }
        LeaseView::Silent { run, holder, length } => {
            let text = format!(
                "run {run} of {holder} has not renewed its lease for {}: its process is gone or cut off, and nobody \
                 has seen the end of it",
                age(*length)
            );
            let severity = cooling(case.plan.intent.verb());
            case.raise(GuardCode::CoolDown, severity, text, &format!("`evac resume {run}`"));
        }
        LeaseView::CoolDown { run, ended_at } => {
            let severity = cooling(case.plan.intent.verb());
            let text = format!("run {run} moved something and ended at {ended_at:.0}, and nobody has acknowledged it");
            case.raise(GuardCode::CoolDown, severity, text, &format!("`evac acknowledge {run}`"));
        }
    }
}

/// What brings data back moves neither the writer nor the traffic.
fn cooling(verb: Verb) -> NoteSeverity {
    if matches!(verb, Verb::Restore | Verb::Recover) { NoteSeverity::Warn } else { NoteSeverity::Block }
}

fn journal(case: &mut Case<'_>) {
    if let Some(why) = &case.situation.journal_failure {
        let text = format!("the journal cannot be written: {why}");
        case.block(GuardCode::JournalUnwritable, text, "free space, or set another state folder");
    }
    let buckets = case.situation.stack.journal.iter().flat_map(|journal| journal.buckets.keys());
    let left = case.left();
    let safe = buckets.filter(|region| case.scene.is_reachable(region) && Some(*region) != left).count();
    if safe == 0 {
        let text = match &case.situation.stack.journal {
            None => "the stack names no bucket for the journal: no other machine could take over",
            Some(_) => "none of the journal's buckets outside of the region that is left can be reached",
        };
        case.warn(GuardCode::JournalLocal, text.to_owned(), "name buckets in two regions in `[journal]`");
    }
}

fn windows(case: &mut Case<'_>) {
    let now = case.situation.assessment.world_now;
    let windows = &case.situation.stack.guards.freeze_windows;
    for window in windows.iter().filter(|window| window.from <= now && now < window.until) {
        let text = format!("until {}: {}", window.until, window.reason);
        let emergency = case.plan.intent.verb().is_emergency();
        let severity = if emergency { NoteSeverity::Warn } else { NoteSeverity::Block };
        case.raise(GuardCode::FreezeWindow, severity, text, "wait for its end");
    }
}

fn credentials(case: &mut Case<'_>, region: &RegionId, needed: SignedDuration) {
    let situation = case.situation;
    let Some(signal) = situation.snapshot.signal(Source::Identity, region).filter(|_| case.scene.is_reachable(region))
    else {
        return;
    };
    if let Some(failure) = signal.failure.as_ref().filter(|failure| failure.kind == SourceErrorKind::Denied) {
        let text = format!("the credentials are refused in {region}: {}", failure.message);
        case.block(GuardCode::CredentialsDenied, text, "sign in again").about(region);
    }
    // Credentials end by the clock of AWS.
    let now = signal.source_now(situation.now, situation.stack.clock.rate);
    let ends = situation.snapshot.identity(region).and_then(|identity| identity.expires_at);
    if let Some(left) = ends.map(|ends| ends.duration_since(now)).filter(|left| *left < needed) {
        let text = match left.is_positive() {
            true => format!("the credentials for {region} end in {}, and the run may take {}", age(left), age(needed)),
            false => format!("the credentials for {region} have ended"),
        };
        case.block(GuardCode::CredentialsEnd, text, "renew the session").about(region);
    }
}
