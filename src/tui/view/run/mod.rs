//! A run: where each step is, the four clocks, who carries it out, and what happened.

mod head;
mod steps;

use evac_core::run::RunOutcome;
use ratatui::{layout::Rect, text::Line};

use super::{
    canvas::Canvas,
    format,
    overlay::detail,
    plan::{Columns, says, split},
    sections::{self, Section},
    starting,
    state::State,
};
use crate::tui::{
    acting::{Kept, RunLine, RunSeen},
    action::Action,
    desk::gate,
    items::Item,
    model::Model,
    theme::{Look, Role, Shape},
    words,
};

pub(super) use head::clocks;

/// Draws the screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let desk = &model.desk;
    match (&desk.run, &desk.following) {
        (Some(seen), _) => match &seen.line.state {
            Ok(_) => follow(canvas, area, model, seen),
            Err(why) => unreadable(canvas, area, model, &seen.line, why),
        },
        (None, Some(run)) => says(canvas, area, State::active("READING"), &[format!("the journal of {run}")]),
        (None, None) => {
            let key = model.keys.first(Action::Runs).unwrap_or("the palette");
            says(canvas, area, State::active("NO RUN"), &[format!("No run is followed: {key} lists them all.")]);
        }
    }
}

/// The state of a run as a whole.
pub(super) fn state(model: &Model, line: &RunLine) -> State {
    if let Some(starting) = model.desk.resuming(&line.run) {
        return starting::state(starting);
    }
    let run = match (&line.state, &line.kept) {
        (Ok(run), _) => run,
        (Err(_), Kept::Unread) => return State::unknown("NOT READ"),
        (Err(_), _) => return State::bad("DAMAGED"),
    };
    match &run.finished {
        Some((outcome, _)) => State::outcome(*outcome),
        None if run.handed_over.is_some() => State::warning("HANDED OVER"),
        None if model.is_carried_out(line) == Some(false) => State::unknown("NO RUNNER"),
        None if gate(run).is_some() => State::warning("HELD"),
        None if run.abort.is_some() => State::warning("STOPPING"),
        None if model.is_carried_out(line).is_none() => State::unknown("ELSEWHERE"),
        None => State::active("RUNNING"),
    }
}

/// A run of which nothing can be told, why, and what can be done all the same.
fn unreadable(canvas: &mut Canvas<'_>, area: Rect, model: &Model, line: &RunLine, why: &str) {
    let run = &line.run;
    let what = match line.kept {
        Kept::Unread => format!("A bucket has a copy of {run}, and none could be read:"),
        Kept::Here | Kept::Copied(_) => {
            format!("The journal of {run} cannot be believed, and nothing is guessed from it:")
        }
    };
    let armed = if model.is_armed() { String::new() } else { format!("{} arms, ", model.keys.named(Action::Arm)) };
    let resume = model.keys.named(Action::Resume);
    let look_first = "Look at what the regions are now before anything else is done.".to_owned();
    let mut sentences = vec![what, why.to_owned(), look_first];
    if model.is_carried_out(line) != Some(true) {
        sentences.push(format!(
            "{armed}{resume} goes on with it by a copy of its journal, where there is one that can be believed."
        ));
    }
    says(canvas, area, state(model, line), &sentences);
    if let Some(starting) = model.desk.resuming(run) {
        let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        canvas.line(inner, 0, starting::line(model, starting, usize::from(inner.width), canvas.look));
    }
}

fn follow(canvas: &mut Canvas<'_>, area: Rect, model: &Model, seen: &RunSeen) {
    let Ok(state) = &seen.line.state else { return };
    let taken = head::draw(canvas, area, model, seen, state);
    let body = Rect { y: area.y + taken, height: area.height.saturating_sub(taken), ..area };
    let (list, beside) = split(body);
    let look = canvas.look;
    let items = model.items();
    let count = |wanted: fn(&Item) -> bool| items.iter().filter(|item| wanted(item)).count();
    let done = state.steps.values().filter(|step| step.outcome().is_some()).count();
    let title = |text: String| Line::from(look.span(Role::Title, text));
    let sections = [
        Section { title: title("REPORT".to_owned()), count: count(|item| matches!(item, Item::Report(_))) },
        Section {
            title: title(format!("STEPS {done} of {} ended", state.plan.steps.len())),
            count: count(|item| matches!(item, Item::Step(_))),
        },
        Section {
            title: title(format!("LOG {}, newest first", seen.records.len())),
            count: count(|item| matches!(item, Item::Record(_))),
        },
    ];
    let columns = Columns::of(usize::from(list.width.saturating_sub(2)), &state.plan.steps);
    let scale = steps::Scale::of(state, model.assessment.world_now);
    let row = |index: usize| match items.get(index) {
        Some(Item::Report(index)) => report(state, *index, look),
        Some(Item::Step(index)) => steps::line(state, *index, &columns, &scale, look),
        Some(Item::Record(index)) => record(seen, *index, look),
        _ => Line::default(),
    };
    sections::draw(canvas, list, &sections, model.row, &row);
    detail::panel(canvas, beside, model);
}

/// A line of the report. How its step ended stands first, and is marked as it is everywhere: what went wrong must not
/// have to be looked for among what went well.
fn report(state: &evac_core::run::RunState, index: usize, look: &Look) -> Line<'static> {
    let line = state.finished.as_ref().and_then(|(_, report)| report.get(index)).cloned().unwrap_or_default();
    let quiet = |word| State { word, shape: Shape::Quiet, role: Role::Note };
    let ends = [
        State::outcome(RunOutcome::Done),
        State::outcome(RunOutcome::Failed),
        State::outcome(RunOutcome::Unknown),
        State::warning("STOPPED"),
        quiet("SKIPPED"),
        quiet("NOT BEGUN"),
    ];
    let found = ends.into_iter().find_map(|end| Some((end, line.strip_prefix(end.word)?)));
    match found {
        Some((end, rest)) if rest.starts_with(' ') => {
            Line::from(vec![end.span(look), look.span(Role::Text, rest.to_owned())])
        }
        _ => Line::from(look.span(Role::Text, line)),
    }
}

fn record(seen: &RunSeen, index: usize, look: &Look) -> Line<'static> {
    let Some(record) = seen.records.get(index) else { return Line::default() };
    Line::from(vec![
        look.span(Role::Dim, format!("{} ", format::clock_with_seconds(record.world_at))),
        look.span(Role::Text, words::event(&record.event)),
    ])
}
