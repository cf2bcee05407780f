//! What comes back from what acts.

use std::sync::Arc;

use evac_core::{
    guard::{Note, NoteSeverity},
    plan::{Intent, PlanHash},
    run::{RunId, RunState, StepState, StepStatus},
};

use crate::tui::{
    acting::{Judgement, NotBegun, Proposal, RunList, RunSeen},
    action::Action,
    desk::{Planning, Reading, Start},
    effect::Effect,
    form::{self, Purpose},
    items::Item,
    model::{Model, Overlay, Screen},
};

/// A plan was made. One that nobody waits for any more is not looked at.
pub(super) fn planned(model: &mut Model, intent: Intent, made: Result<Box<Proposal>, String>) {
    if !matches!(&model.desk.planning, Planning::Making(wanted) if *wanted == intent) {
        return;
    }
    model.desk.planning = match made {
        Ok(proposal) => Planning::Made(Box::new(Reading::new(*proposal))),
        Err(why) => Planning::Failed { intent, why },
    };
    model.clamp();
}

/// Sends the plan that is read to be judged anew, once a second: its loss grows, and the world moves.
pub(super) fn judge(model: &mut Model) -> Option<Effect> {
    let (second, shown) = (model.now.as_second(), model.screen == Screen::Plan);
    let begins = model.desk.beginning().is_some();
    let reading = model.desk.planning.made_mut()?;
    if !shown || reading.judging || begins || reading.judged_at == second {
        return None;
    }
    (reading.judging, reading.judged_at) = (true, second);
    Some(Effect::Judge(reading.proposal.plan.clone()))
}

/// A plan was judged anew.
pub(super) fn judged(model: &mut Model, plan: &PlanHash, judged: Result<Judgement, String>) {
    let before = model.chosen_item();
    let Some(reading) = model.desk.planning.made_mut().filter(|reading| reading.proposal.judgement.plan == *plan)
    else {
        return;
    };
    reading.judging = false;
    let chosen = before.and_then(|item| match item {
        Item::Note(index) => reading.proposal.judgement.notes.get(index).cloned(),
        _ => None,
    });
    match judged {
        Ok(judgement) => (reading.proposal.judgement, reading.doubt) = (judgement, None),
        Err(why) => reading.doubt = Some(why),
    }
    let same =
        |note: &Note, other: &Note| (note.code, &note.region, &note.step) == (other.code, &other.region, &other.step);
    let at = chosen.and_then(|chosen| reading.proposal.judgement.notes.iter().position(|note| same(note, &chosen)));
    if model.screen == Screen::Plan {
        model.follow_item(at.map(Item::Note).or(before));
    }
    model.clamp();
}

/// A process that is being started says what it waits for.
pub(super) fn waits(model: &mut Model, on: String) {
    if let Some(starting) = &mut model.desk.starting {
        starting.waits = Some(on);
    }
}

/// A run is gone on with, or is not.
pub(super) fn resumed(model: &mut Model, run: RunId, resumed: Result<(), String>) -> Vec<Effect> {
    model.desk.starting = None;
    let mut effects = match resumed {
        Ok(()) => {
            model.notice = Some(format!("{run} goes on"));
            // It does so in a journal of this machine, wherever it was followed before.
            model.desk.following = None;
            attach(model, run)
        }
        // All of it is read: what is to be mended first may stand at its end.
        Err(why) if model.overlay.is_none() => {
            form::open(model, Purpose::NotNow { action: Action::Resume, why });
            Vec::new()
        }
        Err(why) => {
            model.notice = Some(format!("{run} does not go on: {why}"));
            Vec::new()
        }
    };
    effects.push(Effect::ListRuns);
    effects
}

/// A run began, or none did.
pub(super) fn begun(model: &mut Model, begun: Result<RunId, NotBegun>) -> Vec<Effect> {
    let starting = model.desk.starting.take();
    let not = match begun {
        Ok(run) => {
            model.desk.planning = Planning::Nothing;
            // The run itself is what there is to see: a line about it would hide the keys.
            model.notice = None;
            (model.screen, model.row, model.overlay) = (Screen::Run, 0, None);
            // By the lease it may be followed already, from before its journal was here.
            model.desk.following = None;
            let mut effects = attach(model, run);
            effects.push(Effect::ListRuns);
            return effects;
        }
        Err(not) => not,
    };
    let Some(reading) = model.desk.planning.made_mut() else { return Vec::new() };
    let given = starting.and_then(|starting| match starting.what {
        Start::Begin(given) => Some(given),
        Start::Resume(_) => None,
    });
    // The newest statement is the one that was refused on; the next judgement may be a second away.
    let (refused, again) = match not {
        NotBegun::Failed(why) => (vec![why], None),
        NotBegun::Refused(refusal) => {
            let before = reading.proposal.judgement.loss.amount();
            reading.proposal.judgement.loss.clone_from(&refusal.loss);
            let rest = reading.proposal.judgement.notes.iter().filter(|note| !refusal.blocking.contains(note));
            let mut notes = refusal.blocking.clone();
            notes.extend(rest.cloned());
            notes.sort_by_key(|note| note.severity);
            reading.proposal.judgement.notes = notes;
            let uncovered = given.filter(|given| !refusal.loss.is_covered_by(&given.accepted));
            let amount = refusal.loss.amount();
            let problem = format!("the loss was stated as {before}, and is {amount} now");
            let again = uncovered.filter(|_| refusal.blocking.is_empty()).map(|given| (given.confirmed, problem));
            let blocks = refusal.blocking.iter().filter(|note| note.severity == NoteSeverity::Block);
            let blocks = blocks.map(|note| format!("{}: {}", note.code, note.text));
            (refusal.problems.iter().cloned().chain(blocks).collect(), again)
        }
    };
    reading.refused = refused.iter().map(|line| evac_core::text::clean(line)).collect();
    model.notice = Some("nothing was begun: read why".to_owned());
    (model.screen, model.row) = (Screen::Plan, 0);
    if let Some((confirmed, problem)) = again.filter(|_| model.overlay.is_none()) {
        form::consent_again(model, confirmed, problem);
    }
    Vec::new()
}

/// The runs were listed. When one is under way and none is followed, it is from now on: who looks shall see it.
pub(super) fn runs(model: &mut Model, runs: Result<RunList, String>) -> Vec<Effect> {
    let before = model.chosen_run().map(|line| line.run.clone());
    let running = runs.iter().flat_map(|runs| runs.iter()).find(|line| line.running).map(|line| line.run.clone());
    model.desk.runs = Some(runs.map(Arc::new));
    let at = before.and_then(|run| model.desk.runs.as_ref()?.as_ref().ok()?.iter().position(|line| line.run == run));
    model.row = at.unwrap_or(model.row);
    model.clamp();
    match running.filter(|_| model.desk.following.is_none()) {
        Some(run) => attach(model, run),
        None => Vec::new(),
    }
}

/// Something changed in a run. What comes late from one that is followed no more is not looked at.
///
/// What a run has changed is asked for as soon as it is over: the next plan shall not be made from what was before.
pub(super) fn run(model: &mut Model, seen: Arc<RunSeen>) -> Vec<Effect> {
    if model.desk.following.as_ref() != Some(&seen.line.run) {
        return Vec::new();
    }
    let went_on = model.desk.acting().is_some();
    let before = model.chosen_item().filter(|_| model.screen == Screen::Run);
    let rides = rides(model, before);
    // Whose order or end it was about is gone: nothing typed for the one must reach the other.
    let over = seen.line.state.as_ref().is_ok_and(|state| state.finished.is_some());
    model.desk.run = Some(seen);
    let closed = over
        && matches!(&model.overlay, Some(Overlay::Form(form)) if matches!(form.purpose, Purpose::Abort(_) | Purpose::HandOver(_) | Purpose::Override(Some(_))));
    if closed {
        model.overlay = None;
        model.notice = Some("the run is over".to_owned());
    }
    let live = model.desk.state().and_then(|state| live(state)).filter(|_| rides);
    if before.is_some() || rides {
        model.follow_item(live.or(before));
    }
    if rides && over {
        model.row = 0;
    }
    model.clamp();
    // What was last asked of it has come to its end with it, and would hide the keys of what is to be done now.
    if went_on && over && !closed {
        model.notice = None;
    }
    if went_on && over { vec![Effect::Poll(None), Effect::ListRuns] } else { Vec::new() }
}

/// Whether the cursor rides with what goes on: from the first look at a run, and while it stands on a step that is
/// under way. Who moves it elsewhere finds it there.
fn rides(model: &Model, before: Option<Item>) -> bool {
    if model.screen != Screen::Run {
        return false;
    }
    let Some(state) = model.desk.state() else { return true };
    state.finished.is_none() && before == live(state)
}

/// Puts the cursor on what goes on.
pub(super) fn look_at_live(model: &mut Model) {
    let live = model.desk.state().and_then(|state| live(state));
    model.follow_item(live);
}

/// What goes on: the step that waits for somebody, else the first that is under way, else the next one, else the last
/// of all until the run is over.
fn live(state: &RunState) -> Option<Item> {
    let place = |wanted: fn(&StepState) -> bool| {
        state.plan.steps.iter().position(|step| state.steps.get(&step.id).is_some_and(wanted))
    };
    let gated = place(|step| matches!(step.status, StepStatus::Gated { .. }));
    let next = || place(|step| step.status == StepStatus::Waiting);
    let last = || state.plan.steps.len().checked_sub(1);
    let live = gated.or_else(|| place(StepState::is_in_flight)).or_else(next).or_else(last).map(Item::Step);
    live.filter(|_| state.finished.is_none())
}

/// Follows a run, and no other.
pub(super) fn attach(model: &mut Model, run: RunId) -> Vec<Effect> {
    if model.desk.following.as_ref() == Some(&run) {
        return Vec::new();
    }
    (model.desk.following, model.desk.run) = (Some(run.clone()), None);
    vec![Effect::Attach(run)]
}

/// Follows the run that holds the lease, when nothing else that goes on is followed.
pub(super) fn follow_lease(model: &mut Model) -> Vec<Effect> {
    let busy = model.desk.following.is_some() && (model.desk.run.is_none() || model.desk.acting().is_some());
    let evac_core::guard::LeaseView::Held { run, .. } = model.lease() else { return Vec::new() };
    match RunId::parse(&run) {
        Ok(run) if model.desk.acts && !busy && model.screen != Screen::Run => attach(model, run),
        _ => Vec::new(),
    }
}
