//! One life of a runner: from its start to its end, however it ends.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use evac_core::{
    guard::Override,
    plan::Step,
    run::{Event, Journal, Record, RunOutcome, RunState, Runner, StepStatus},
};
use evac_engine::run::{Beginning, Claim, Executor, Lease, NotResumed, Order, Resumption, RunView, SignedOrder, Taken};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until},
};

use crate::{
    defect::Defect,
    machine::{Machine, ModelClock, ModelJournal},
    plans,
    play::{AtGate, LifeEnd, Stage, TTL},
};

/// Longer than any run lives.
const FOREVER: Duration = Duration::from_hours(12);
/// How long operators look at a closed gate before they do something.
const HESITATION: Duration = Duration::from_secs(90);

/// A life that is over.
pub(crate) struct Life {
    pub(crate) end: LifeEnd,
    /// What the runner showed last.
    pub(crate) live: Option<RunState>,
}

/// Lets a runner live on a machine: it begins the run, or goes on with what the machine's disk has of it.
pub(crate) async fn live(stage: &Stage, machine: &Arc<Machine>, lives: usize) -> Life {
    let death = machine.live();
    let end = tokio::select! {
        biased;
        () = death.cancelled() => LifeEnd::Killed,
        end = carry_out(stage, machine, lives) => end.unwrap_or_else(LifeEnd::Refused),
        () = sleep(FOREVER) => LifeEnd::Stuck,
    };
    let live = match stage.world.defect {
        Some(Defect::EndNotShown) => before_the_end(&machine.disk()),
        Some(Defect::ShowsOtherwise) => machine.shown().map(|state| RunState { epoch: state.epoch + 1, ..state }),
        _ => machine.shown(),
    };
    Life { end, live }
}

/// What a defective runner shows last: what was before the newest record.
fn before_the_end(disk: &[u8]) -> Option<RunState> {
    let journal = Journal::read(disk).ok()?;
    let (_newest, before) = journal.records.split_last()?;
    RunState::replay(before).ok().flatten()
}

/// Whether somebody wants the run to go on in spite of an abort, and it can.
pub(crate) fn goes_on(stage: &Stage, machine: &Machine) -> bool {
    stage.play.despite_abort && machine.durable().is_ok_and(|state| state.may_go_on_despite_abort())
}

/// Puts the best copy of the journal on another machine's disk, without the records that it lacks in this play; false
/// when there is none.
pub(crate) async fn take_over(stage: &Stage, machine: &Arc<Machine>) -> bool {
    match stage.mirror.journal(&stage.run).await {
        Ok(copy) => {
            let there = copy.journal.records.len();
            // A run that ended waited until its end was copied.
            let ends = |record: &Record| matches!(record.event, Event::Finished { .. } | Event::HandedOver { .. });
            let waited = copy.journal.records.iter().rposition(ends).map_or(0, |last| last + 1);
            let kept = there.saturating_sub(stage.play.behind).max(waited).max(1);
            stage.world.note(format!("{} takes over {kept} of {there} records", machine.name));
            machine.adopt(copy.bytes.split_inclusive(|byte| *byte == b'\n').take(kept).flatten().copied().collect());
            true
        }
        Err(why) => {
            stage.world.note(format!("{} cannot take over: {why}", machine.name));
            false
        }
    }
}

async fn carry_out(stage: &Stage, machine: &Arc<Machine>, lives: usize) -> Result<LifeEnd, String> {
    let executor = match start(stage, machine, lives).await? {
        Ok(executor) => executor,
        Err(end) => return Ok(end),
    };
    let mut view = executor.view();
    machine.shows(view.clone());
    view.mark_changed();
    let (sender, orders) = mpsc::channel(4);
    let operators = give_orders(stage, view, sender);
    tokio::select! {
        biased;
        ended = executor.run(orders) => Ok(match ended {
            Ok(end) => LifeEnd::Ended(end),
            Err(why) => LifeEnd::Left(why),
        }),
        () = operators => Ok(LifeEnd::Stuck),
    }
}

async fn start(stage: &Stage, machine: &Arc<Machine>, lives: usize) -> Result<Result<Executor, LifeEnd>, String> {
    let clock = stage.world.here.clone();
    let mut bytes = machine.disk();
    let journal = Journal::read(&bytes).map_err(|damage| damage.to_string())?;
    // What a crash left of a last record is cut off.
    bytes.truncate(journal.length);
    machine.cut(journal.length);
    let storage = ModelJournal::new(machine.clone(), stage.world.clone());
    let runner = Runner {
        operator: "model".to_owned(),
        machine: machine.name.clone(),
        process: u32::try_from(lives).unwrap_or_default(),
        version: "0".to_owned(),
    };
    let known = machine.durable().ok();
    let copy = machine.has_copy(&journal);
    // Who wrote a journal here himself knows that he lives no more.
    let own = !copy && known.as_ref().is_some_and(|state| state.runner.machine == machine.name);
    let taken = lease(stage, machine, known.map(|state| state.epoch), own, &clock).await?;
    let means = stage.means(machine, clock);
    if journal.records.is_empty() {
        let plan = stage.world.plan.as_ref().clone();
        let consent = plans::consent(&plan).ok_or("no consent")?;
        let run = stage.run.clone();
        let beginning = Beginning { run, runner, plan, consent, harmed_at: None, found_at: None };
        let begun = Executor::begin(storage, taken.lease, means, beginning).await;
        return begun.map(Ok).map_err(|why| why.to_string());
    }
    let despite_abort = goes_on(stage, machine);
    let resumption = Resumption { journal, bytes, taken, runner, copy, despite_abort };
    match Executor::resume(storage, means, resumption).await {
        Err(NotResumed::Over(outcome)) => Ok(Err(LifeEnd::Over(outcome))),
        // Somebody has acted between the end of the run and now.
        Err(NotResumed::Void) => Ok(Err(LifeEnd::Over(RunOutcome::Aborted))),
        resumed => resumed.map(Ok).map_err(|why| why.to_string()),
    }
}

async fn lease(
    stage: &Stage,
    machine: &Machine,
    epoch: Option<u64>,
    dead: bool,
    clock: &Arc<ModelClock>,
) -> Result<Taken, String> {
    let claim = Claim {
        run: stage.run.clone(),
        holder: format!("model on {}", machine.name),
        purpose: "a play".to_owned(),
        ttl: TTL,
        epoch: epoch.filter(|_| stage.world.defect != Some(Defect::OthersForgotten)),
        dead,
    };
    let mut store = stage.world.table.seat(&machine.name);
    store.defect = stage.world.defect;
    Lease::acquire(Arc::new(store), claim, clock.clone()).await.map_err(|why| why.to_string())
}

/// What operators ask of the run, each at its time. It never ends.
async fn give_orders(stage: &Stage, mut view: watch::Receiver<Arc<RunView>>, sender: mpsc::Sender<SignedOrder>) {
    let began = Instant::now();
    let give = |order: Order| {
        stage.world.note(format!("order: {order:?}"));
        let signed = SignedOrder::new(order, "operator", stage.world.now());
        let sender = sender.clone();
        async move { drop(sender.send(signed).await) }
    };
    let timed = async {
        // Each is given once, to whichever runner lives then.
        while let Some((after, order)) = stage.play.orders.get(stage.ordered.load(Ordering::Relaxed)) {
            sleep_until(began + *after).await;
            stage.ordered.fetch_add(1, Ordering::Relaxed);
            give(order.clone()).await;
        }
    };
    let at_gate = async {
        loop {
            let shut = |view: &RunView| {
                let waits = |step: &Step| {
                    let now = view.state.steps.get(&step.id);
                    now.is_some_and(|now| matches!(now.status, StepStatus::Gated { .. }))
                };
                let mut gates = view.state.closed_gates();
                gates.find(|(step, _)| waits(step)).map(|(_, code)| code)
            };
            let Ok(code) = view.wait_for(|view| shut(view).is_some()).await.map(|view| shut(&view)) else { return };
            sleep(HESITATION).await;
            match (stage.play.gate, code) {
                (AtGate::Override, Some(code)) => {
                    let given = Override { code, reason: "the region is dark".to_owned() };
                    give(Order::Override { given }).await;
                    if view.wait_for(|view| shut(view) != Some(code)).await.is_err() {
                        return;
                    }
                }
                (AtGate::Abort, _) => {
                    return give(Order::Abort { reason: "the gate stays closed".to_owned() }).await;
                }
                _ => return,
            }
        }
    };
    tokio::join!(timed, at_gate);
    std::future::pending::<()>().await;
}
