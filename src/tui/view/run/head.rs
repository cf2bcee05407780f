use evac_core::run::{RunOutcome, RunState};
use ratatui::{layout::Rect, text::Line};

use super::state;
use crate::tui::{
    acting::{Kept, RunSeen, Unseen},
    action::Action,
    desk::gate,
    model::Model,
    theme::{Look, Role, Shape},
    view::{
        canvas::{Canvas, figures, worded},
        starting,
        state::State,
    },
    words,
};

/// Draws what the run does, its clocks, who carries it out, and what it waits for; how many rows that takes.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, seen: &RunSeen, run: &RunState) -> u16 {
    let look = canvas.look;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let columns = usize::from(inner.width);
    let left =
        vec![state(model, &seen.line).span(look), look.span(Role::Title, format!(" {}", words::purpose(&run.plan)))];
    canvas.split(inner, 0, Line::from(left), Line::from(look.span(Role::Dim, run.run.to_string())));
    canvas.line(inner, 1, clocks(model, run, columns, look));
    canvas.line(inner, 2, who(seen, run, columns, look));
    let mut row = 3;
    if let Some(line) = unseen(seen, look) {
        canvas.line(inner, row, line);
        row += 1;
    }
    let resuming = model.desk.resuming(&run.run).map(|starting| starting::line(model, starting, columns, look));
    if let Some(line) = resuming.or_else(|| next(model, seen, run, look)) {
        canvas.line(inner, row, line);
        row += 1;
    }
    row
}

/// The four clocks and the end that they lead to, against the objective.
pub(in crate::tui::view) fn clocks(model: &Model, run: &RunState, columns: usize, look: &Look) -> Line<'static> {
    let clocks = run.clocks(model.assessment.world_now, model.stack.objectives.rto.get());
    let known = |length: Option<_>| length.map_or_else(|| "?".to_owned(), words::clock);
    let figure = |name: &str, value: String| {
        Line::from(vec![look.span(Role::Dim, format!("{name} ")), look.span(Role::Text, value)])
    };
    let over = clocks.projected > clocks.objective;
    let ends = if run.finished.is_some() { "took" } else { "will take" };
    let judged = |long: bool| {
        let (projected, objective) = (words::clock(clocks.projected), words::clock(clocks.objective));
        // A run that did not reach its end met no objective, however quickly it stopped.
        if run.finished.as_ref().is_some_and(|(outcome, _)| *outcome != RunOutcome::Done) {
            let state = State { word: "STOPPED", shape: Shape::Quiet, role: Role::Note };
            let after = if long { format!(" after {projected}; the RTO is {objective}") } else { String::new() };
            return Line::from(vec![state.span(look), look.span(Role::Text, after)]);
        }
        let held = gate(run).is_some();
        let state = match over {
            true => State::bad("OVER RTO"),
            // Nobody knows when a gate opens.
            false if held => State::warning("IN RTO YET"),
            false => State { word: "IN RTO", ..State::OK },
        };
        let ends = if held { "will take at least" } else { ends };
        let text = match long {
            true if over => {
                format!(" {ends} {projected}, {} over {objective}", words::clock(clocks.projected - clocks.objective))
            }
            true => format!(" {ends} {projected} of {objective}"),
            false => format!(" {projected}/{objective}"),
        };
        Line::from(vec![state.span(look), look.span(if over { Role::Critical } else { Role::Text }, text)])
    };
    let all = |long: bool| {
        vec![
            judged(long),
            figure(if long { "total" } else { "tot" }, words::clock(clocks.total)),
            figure(if long { "detect" } else { "det" }, known(clocks.detect)),
            figure(if long { "decide" } else { "dec" }, known(clocks.decide)),
            figure(if long { "execute" } else { "exe" }, words::clock(clocks.execute)),
        ]
    };
    worded(all, columns, look)
}

/// Who carries it out, and whether it may.
fn who(seen: &RunSeen, run: &RunState, columns: usize, look: &Look) -> Line<'static> {
    let dim = |text: String| Line::from(look.span(Role::Dim, text));
    let lease = match (run.finished.is_some(), run.holds_lease) {
        (true, _) => dim(format!("lease given back, epoch {}", run.epoch)),
        (false, true) => Line::from(look.span(Role::Text, format!("holds the lease, epoch {}", run.epoch))),
        (false, false) => Line::from(State::warning("NO LEASE").span(look)),
    };
    let kept = match &seen.line.kept {
        Kept::Here | Kept::Unread => Line::default(),
        Kept::Copied(region) => dim(format!("seen by its copy in {region}")),
    };
    let runner = &run.runner;
    let machine = format!("process {} on {}", runner.process, runner.machine);
    let by = Line::from(vec![look.span(Role::Dim, "by "), look.span(Role::Text, runner.operator.clone())]);
    figures(vec![by, lease, dim(machine), kept, dim(format!("evac {}", runner.version))], columns, look)
}

/// That what is shown is old, and why: its clocks go on all the same.
fn unseen(seen: &RunSeen, look: &Look) -> Option<Line<'static>> {
    let (state, text) = match seen.unseen.as_ref()? {
        Unseen::Damaged(why) => (State::bad("DAMAGED"), format!(": nothing newer is believed; {why}")),
        Unseen::Silent(why) => (State::unknown("NOT SEEN"), format!(": what is shown is old; {why}")),
        // What is to be done says that nobody carries it out; this is how that is known.
        Unseen::Left(why) => (State::unknown("LEFT"), format!(": {why}")),
    };
    Some(Line::from(vec![state.span(look), look.span(Role::Text, text)]))
}

/// What is to be done by who looks at it.
fn next(model: &Model, seen: &RunSeen, run: &RunState, look: &Look) -> Option<Line<'static>> {
    let key = |action: Action| model.keys.named(action);
    let armed = if model.is_armed() { String::new() } else { format!("{} arms, ", key(Action::Arm)) };
    let says = |state: State, text: String| Some(Line::from(vec![state.span(look), look.span(Role::Text, text)]));
    if let Some((outcome, _)) = &run.finished {
        let state = State::outcome(*outcome);
        let text = match (&run.acknowledged, outcome) {
            (Some(by), _) => format!(": acknowledged by {by}"),
            (None, RunOutcome::Unknown | RunOutcome::Failed) => {
                format!(
                    ": {armed}{} observes and goes on, {} acknowledges",
                    key(Action::Resume),
                    key(Action::Acknowledge)
                )
            }
            (None, RunOutcome::Aborted) if run.may_go_on_despite_abort() => format!(
                ": {armed}{} goes on in spite of it, {} acknowledges",
                key(Action::Resume),
                key(Action::Acknowledge)
            ),
            (None, _) => format!(": {armed}{} acknowledges it", key(Action::Acknowledge)),
        };
        return says(state, text);
    }
    if let Some((_, to)) = &run.handed_over {
        return says(
            State::warning("HANDED OVER"),
            format!(": it waits for {to}; {armed}{} goes on with it here", key(Action::Resume)),
        );
    }
    let carried_out = model.is_carried_out(&seen.line);
    if carried_out == Some(false) {
        return says(
            State::unknown("NO RUNNER"),
            format!(": nothing is done any more; {armed}{} observes and goes on", key(Action::Resume)),
        );
    }
    if let Some((step, code, why)) = gate(run) {
        let text = format!(
            ": {} waits for your override of {code}, {armed}{} gives it; {why}",
            step.id,
            key(Action::Override)
        );
        return says(State::warning("HELD"), text);
    }
    if let Some((by, reason)) = &run.abort {
        return says(State::warning("STOPPING"), format!(": {by} asked for it: {reason}"));
    }
    if carried_out.is_none() {
        let machine = &run.runner.machine;
        let text = format!(": {machine} carries it out, if anybody does; from here only its copy is seen");
        return says(State::unknown("ELSEWHERE"), text);
    }
    None
}
