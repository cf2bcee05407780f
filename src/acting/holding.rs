//! The lease of a run: how it is taken, for whom, and given back.

use evac_core::{
    guard::{GuardCode, LeaseView},
    plan::{Intent, Plan},
    run::RunId,
    stack::Period,
};
use evac_engine::{
    EngineHandle,
    run::{Claim, Lease, LeaseFailure, NotTaken, Opened, Taken},
};

use super::{asker::tell_wait, keeping, request::RunRequest, signature};
use crate::cli::session::OpenStack;

/// How long a run of a stack without a lease table keeps the lease of this machine.
const LOCAL_TTL: Period = Period::from_secs(20);

/// Why a run is not gone on with here any more in the place of a worker that ended: another machine has.
pub(super) fn elsewhere(run: &RunId, here: &Opened, taken: &Taken) -> Option<String> {
    let holder = taken.before.lease.holder.as_ref().filter(|holder| holder.run == run.as_str());
    match holder.filter(|holder| holder.holder != signature()) {
        Some(other) => Some(format!("{} has gone on with it since", other.holder)),
        None => taken.beyond(run, &here.journal).map(|_| "it went on elsewhere".to_owned()),
    }
}

/// The lease that a run begins with.
pub(super) struct Held {
    pub(super) taken: Taken,
    /// What stands against the run, by who held it before: it is this process's own by now.
    pub(super) view: LeaseView,
}

/// Takes the lease for a run that is to begin: that of the table, or, where nobody can be asked and the operator has
/// overridden that by name, one of this machine alone.
pub(super) async fn take_to_begin(
    opened: &OpenStack,
    engine: &EngineHandle,
    run: &RunId,
    plan: &Plan,
    request: &RunRequest,
) -> Result<Held, String> {
    tell_wait("the lease of the stack");
    let claim = claim(opened, run, plan, None, false);
    let failure = match Lease::acquire(keeping::lease_store(opened).await, claim.clone(), engine.clock()).await {
        Ok(taken) => {
            let view = LeaseView::taken_over(&opened.stack, &taken.before.lease, engine.clock().now());
            return Ok(Held { taken, view });
        }
        Err(NotTaken::Unreachable(failure)) if opened.stack.lease.is_some() => failure,
        Err(why) => return Err(why.to_string()),
    };
    let code = GuardCode::LeaseUnreachable;
    if !request.overrides.iter().any(|given| given.code == code) {
        let why = NotTaken::Unreachable(failure);
        return Err(format!("{why}; ask the others, then override {code} to act with a lease of this machine"));
    }
    let taken = Lease::acquire(keeping::local_lease(opened), claim, engine.clock()).await;
    let taken = taken.map_err(|why| why.to_string())?;
    Ok(Held { taken, view: LeaseView::Unreachable { why: failure.to_string() } })
}

pub(super) fn claim(opened: &OpenStack, run: &RunId, plan: &Plan, epoch: Option<u64>, dead: bool) -> Claim {
    let ttl = opened.stack.lease.as_ref().map_or(LOCAL_TTL, |lease| lease.ttl).unsigned();
    Claim { run: run.clone(), holder: signature(), purpose: purpose(&plan.intent), ttl, epoch, dead }
}

/// Notes that a lease under which nothing was done could not be given back.
pub(super) fn given_back(released: Result<(), LeaseFailure>) {
    if let Err(failure) = released {
        tracing::warn!(%failure, "the lease is not given back; it runs out by itself");
    }
}

/// What a run does, for those who wait for the lease.
fn purpose(intent: &Intent) -> String {
    let place = match intent {
        Intent::Switchover { to } | Intent::Failover { to } => format!(" to {to}"),
        Intent::Restore { region, .. } | Intent::Recover { region, .. } => format!(" in {region}"),
        Intent::Drain { region } | Intent::Undrain { region } => format!(" {region}"),
        Intent::Failback => String::new(),
    };
    format!("{}{place}", intent.verb().word())
}
