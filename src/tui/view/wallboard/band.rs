use evac_core::run::RunState;
use jiff::SignedDuration;
use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    desk::gate,
    model::Model,
    theme::{Look, Role},
    view::{
        big::{self, Size},
        canvas::Canvas,
        format,
        header::joined,
        overview::{objectives, statement},
        run,
        state::State,
    },
    words,
};

/// A figure of the band: what it is, how it stands, and itself in a few letters.
struct Figure {
    title: Line<'static>,
    value: String,
    role: Role,
}

impl Figure {
    /// The columns that it takes.
    fn width(&self, size: Size, look: &Look) -> u16 {
        let letters = self.value.chars().count() * usize::from(big::letter(size, look.glyphs).0);
        u16::try_from(letters.max(self.title.width())).unwrap_or(u16::MAX).min(400)
    }
}

/// Draws the writers, RPO, RTO and the clock: big where there is room, else in two lines.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let look = canvas.look;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if area.height < 5 {
        let columns = usize::from(inner.width);
        let lines = match running(model, look, columns) {
            Some(lines) => lines,
            None => [objectives(model, look, columns), statement(model, look, columns)],
        };
        for (row, line) in (0..).zip(lines) {
            canvas.line(inner, row, line);
        }
        return;
    }
    let columns = usize::from(area.width.saturating_sub(6));
    let [_, line] = running(model, look, columns).unwrap_or_else(|| [Line::default(), statement(model, look, columns)]);
    canvas.rule(area, 0, line, &[]);
    let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let figures = figures(model, look);
    let taken = |size| figures.iter().map(|figure| figure.width(size, look)).sum::<u16>();
    let gaps = u16::try_from(figures.len()).unwrap_or(1).saturating_sub(1);
    let fits = |size: &Size| {
        taken(*size).saturating_add(gaps) <= inner.width && below.height > big::letter(*size, look.glyphs).1
    };
    let size = [Size::Huge, Size::Big].into_iter().find(fits).unwrap_or(Size::Plain);
    let gap = inner.width.saturating_sub(taken(size)) / gaps.max(1);
    let mut x = inner.x;
    for figure in figures {
        let width = figure.width(size, look);
        let place = Rect { x, width, ..below }.intersection(below);
        canvas.line(place, 0, figure.title);
        let value = Rect { y: place.y + 1, height: place.height.saturating_sub(1), ..place };
        big::draw(canvas, value, &figure.value, figure.role, size);
        x = x.saturating_add(width).saturating_add(gap);
    }
}

/// While a run acts: its clocks, and what it does in whose hands. There is no other question then.
fn running(model: &Model, look: &Look, columns: usize) -> Option<[Line<'static>; 2]> {
    let (run, seen) = (model.desk.acting()?, model.desk.run.as_ref()?);
    let done = run.steps.values().filter(|step| step.outcome().is_some()).count();
    let waits = gate(run).map_or_else(String::new, |(step, code, _)| format!("{code} at {}, ", step.id));
    let line = Line::from(vec![
        run::state(model, &seen.line).span(look),
        look.span(Role::Title, format!(" {}", words::purpose(&run.plan))),
        look.span(Role::Text, format!(", step {done} of {}, ", run.plan.steps.len())),
        look.span(Role::Warning, waits),
        look.span(Role::Dim, "driven by "),
        look.span(Role::Text, run.runner.operator.clone()),
    ]);
    Some([run::clocks(model, run, columns, look), line])
}

/// The clocks of a run, as large as the rest.
fn run_figures(model: &Model, run: &RunState, look: &Look) -> Vec<Figure> {
    let clocks = run.clocks(model.assessment.world_now, model.stack.objectives.rto.get());
    let met = match clocks.projected <= clocks.objective {
        // Nobody knows when a gate opens.
        true if gate(run).is_some() => State::warning("AT LEAST"),
        met => State::met(Some(met)),
    };
    let named = |name: &str, length, state: Option<State>| {
        let mut title = vec![look.span(Role::Title, format!("{name} "))];
        title.extend(state.map(|state| state.span(look)));
        Figure { title: Line::from(title), value: words::clock(length), role: state.map_or(Role::Text, plain) }
    };
    let mut figures = vec![named("EXECUTE", clocks.execute, None), named("TOTAL", clocks.total, None)];
    figures.push(named("PROJECTED", clocks.projected, Some(met)));
    figures.push(named("RTO", clocks.objective, None));
    figures
}

fn figures(model: &Model, look: &Look) -> Vec<Figure> {
    if let Some(run) = model.desk.acting() {
        return run_figures(model, run, look);
    }
    let assessment = &model.assessment;
    let (point, time) = (&assessment.recovery_point, &assessment.recovery_time);
    let objective = |name: &str, state: State, objective| {
        Line::from(vec![
            look.span(Role::Title, format!("{name} ")),
            state.span(look),
            look.span(Role::Dim, format!(" of {}", brief(objective))),
        ])
    };
    let figure = |title, state: State, value| Figure { title, value, role: plain(state) };
    let rpo = State::met(point.is_met());
    let rto = State::met(Some(time.total <= time.objective));
    let mut figures = Vec::new();
    if assessment.writers.counted {
        let writers = &assessment.writers;
        let count = writers.now().count();
        let last = writers.last_seen.iter().map(|region| format!(", last seen {region}")).collect::<String>();
        let names = format!("{}{last}", joined(writers.now()));
        let role = match count {
            1 if writers.agreed => Role::Writer,
            1 if !last.is_empty() => Role::Unknown,
            _ => Role::NoGo,
        };
        let title = Line::from(vec![look.span(Role::Title, "WRITERS "), look.span(Role::Text, names)]);
        figures.push(Figure { title, value: count.to_string(), role });
    }
    let worst = point.worst.map_or_else(|| "?".to_owned(), brief);
    figures.push(figure(objective("RPO", rpo, point.objective), rpo, worst));
    figures.push(figure(objective("RTO", rto, time.objective), rto, brief(time.total)));
    let clock = format::clock(assessment.world_now);
    figures.push(Figure { title: Line::from(look.span(Role::Title, "UTC")), value: clock, role: Role::Text });
    figures
}

/// What is met stands in plain text: only what is not should catch the eye.
fn plain(state: State) -> Role {
    if state == State::OK { Role::Text } else { state.role }
}

/// A length in three letters or four, rounded up: `45s`, `4m`, `30m`, `2h`.
fn brief(length: SignedDuration) -> String {
    let up = |seconds: i64, unit: i64| seconds.div_euclid(unit) + i64::from(seconds.rem_euclid(unit) > 0);
    match length.as_secs() {
        seconds @ ..60 => format!("{}s", up(seconds, 5) * 5),
        seconds @ 60..5_400 => format!("{}m", up(seconds, 60)),
        seconds @ 5_400..172_800 => format!("{}h", up(seconds, 3_600)),
        seconds => format!("{}d", up(seconds, 86_400).min(9_999)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_length_errs_upwards() {
        for (seconds, text) in [(0, "0s"), (41, "45s"), (61, "2m"), (1_110, "19m"), (1_800, "30m"), (5_401, "2h")] {
            assert_eq!(brief(SignedDuration::from_secs(seconds)), text);
        }
        assert_eq!(brief(SignedDuration::MAX), "9999d");
    }
}
