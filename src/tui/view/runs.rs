//! Every run that is known: when, how it stands, what it does, how long it took, and whose it is.

use jiff::SignedDuration;
use ratatui::{layout::Rect, text::Line};

use super::{
    canvas::Canvas,
    format,
    plan::says,
    run,
    state::State,
    table::{Column, Table},
    text,
};
use crate::tui::{
    acting::{Kept, RunLine},
    model::Model,
    theme::{Look, Role, Shape},
    words,
};

/// Draws the screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let look = canvas.look;
    let runs = match &model.desk.runs {
        None => {
            return says(
                canvas,
                area,
                State::active("READING"),
                &["the runs of this machine and their copies".to_owned()],
            );
        }
        Some(Err(why)) => return says(canvas, area, State::bad("NOT READ"), std::slice::from_ref(why)),
        Some(Ok(runs)) => runs,
    };
    canvas.rule(area, 0, Line::from(look.span(Role::Title, format!("RUNS {}, newest first", runs.len()))), &[]);
    let mut below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if let [first, others @ ..] = runs.silent.as_slice() {
        let count = match others.len() {
            0 => "1 bucket was not heard".to_owned(),
            more => format!("{} buckets were not heard", more + 1),
        };
        let state = State::unknown("INCOMPLETE");
        let text = look.span(Role::Text, format!(": {count}; {first}"));
        canvas.line(Rect { x: below.x + 1, ..below }, 0, Line::from(vec![state.span(look), text]));
        below = Rect { y: below.y + 1, height: below.height.saturating_sub(1), ..below };
    }
    if runs.is_empty() {
        let text = if runs.silent.is_empty() { "nothing was ever run here" } else { "no run is known here" };
        return canvas.line(Rect { x: below.x + 1, ..below }, 0, Line::from(look.span(Role::Dim, text)));
    }
    let state = u16::try_from(text::width(look.glyphs.shape(Shape::Good))).unwrap_or(1) + 14;
    let wide = area.width >= 110;
    let mut columns = vec![Column::left("BEGAN", 12), Column::left("STATE", state), Column::right("TOOK", 8)];
    if wide {
        let longest = |of: &dyn Fn(&RunLine) -> usize, least: usize| {
            u16::try_from(runs.iter().map(of).max().unwrap_or(0).clamp(least, 24)).unwrap_or(24)
        };
        columns.extend([
            Column::left("WHOSE", longest(&|line| text::width(whose(line)), 5)),
            Column::left("KEPT", longest(&|line| text::width(kept(line)), 4)),
        ]);
    }
    columns.push(Column::left("WHAT", 0));
    let row = |index: usize| runs.get(index).map(|line| cells(line, model, wide, look)).unwrap_or_default();
    let chosen = Some(model.row.min(runs.len() - 1));
    Table { columns: &columns, count: runs.len(), chosen, row: &row }.draw(canvas, below);
}

/// Who carries it out, or did last.
fn whose(line: &RunLine) -> &str {
    line.state.as_ref().map_or("?", |run| run.runner.operator.as_str())
}

/// Where its journal was found.
fn kept(line: &RunLine) -> &str {
    match &line.kept {
        Kept::Here => "here",
        Kept::Copied(region) => region.as_str(),
        Kept::Unread => "?",
    }
}

fn cells(line: &RunLine, model: &Model, wide: bool, look: &Look) -> Vec<Line<'static>> {
    let text = |role: Role, text: String| Line::from(look.span(role, text));
    let run = line.state.as_ref().ok();
    let now = model.assessment.world_now;
    let began = run.map_or_else(|| "?".to_owned(), |run| format::when(run.began_at, now));
    let took = run.map_or_else(
        || "?".to_owned(),
        |run| {
            let end = if run.finished.is_some() { run.last_at } else { now };
            words::clock(end.duration_since(run.began_at).max(SignedDuration::ZERO))
        },
    );
    let mut cells =
        vec![text(Role::Dim, began), Line::from(run::state(model, line).span(look)), text(Role::Text, took)];
    if wide {
        cells.push(text(Role::Text, whose(line).to_owned()));
        cells.push(text(Role::Dim, kept(line).to_owned()));
    }
    cells.push(match &line.state {
        // What it does comes first: where there is little room, that is read.
        Ok(run) if run.finished.is_some() && run.acknowledged.is_none() => Line::from(vec![
            look.span(Role::Text, format!("{}, ", words::purpose(&run.plan))),
            look.span(Role::Warning, if wide { "not acknowledged" } else { "unseen" }),
        ]),
        Ok(run) => text(Role::Text, words::purpose(&run.plan)),
        Err(why) => text(Role::Critical, format!("{}: {why}", line.run)),
    });
    cells
}
