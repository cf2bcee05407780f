//! Every source of every region: how old its answer is, how old it may be, how long it took, and how it failed.

use evac_core::assessment::SignalSummary;
use jiff::SignedDuration;
use ratatui::{layout::Rect, text::Line};

use super::{
    canvas::Canvas,
    format,
    state::State,
    table::{Column, Table},
    text,
};
use crate::tui::{
    model::Model,
    theme::{Look, Role},
};

/// Draws the screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let look = canvas.look;
    let sources: Vec<_> = model.sources().collect();
    let good = sources.iter().filter(|(_, signal)| state(signal) == State::OK).count();
    let title = format!("SOURCES {good} of {} answer in time", sources.len());
    canvas.rule(area, 0, Line::from(look.span(Role::Title, title)), &[]);
    let chosen = model.row.min(sources.len().saturating_sub(1));
    let detail = if area.height >= 14 { 4 } else { 0 };
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + detail), ..area };
    let regions = sources.iter().map(|(region, _)| text::width(region.as_str())).max().unwrap_or(0).clamp(6, 15);
    let columns = [
        Column::left("REGION", u16::try_from(regions).unwrap_or(15)),
        Column::left("SOURCE", 14),
        Column::left("STATE", 11),
        Column::right("AGE", 6),
        Column::right("LIMIT", 6),
        Column::right("TOOK", 5),
        Column::left("ERROR", 0),
    ];
    let row = |index: usize| {
        let Some((region, signal)) = sources.get(index) else { return Vec::new() };
        let mut cells = vec![Line::from(look.span(Role::Text, region.as_str()))];
        cells.extend(figures(signal, look));
        cells
    };
    Table { columns: &columns, count: sources.len(), chosen: Some(chosen), row: &row }.draw(canvas, list);
    if let Some((region, signal)) = sources.get(chosen).filter(|_| detail > 0) {
        let below = Rect { y: list.bottom(), height: detail, ..area };
        let title = format!("{region} {}", signal.source.word());
        canvas.rule(below, 0, Line::from(look.span(Role::Title, title)), &[]);
        explain(canvas, Rect { y: below.y + 1, height: detail - 1, ..below }, signal);
    }
}

/// The cells of a source: its name, its state, its age, its limit, how long it took and how it failed.
pub(super) fn figures(signal: &SignalSummary, look: &Look) -> [Line<'static>; 6] {
    let state = state(signal);
    let fresh = state == State::OK;
    let age = signal.age.map_or_else(|| "-".to_owned(), format::coarse);
    let failure = signal.failure.as_ref().map_or(String::new(), ToString::to_string);
    [
        Line::from(look.span(if signal.source.is_required() { Role::Text } else { Role::Dim }, signal.source.word())),
        Line::from(state.span(look)),
        Line::from(look.span(if fresh { Role::Text } else { Role::Unknown }, age)),
        Line::from(look.span(Role::Dim, format::short(signal.max_age))),
        Line::from(look.span(Role::Dim, signal.took.map_or_else(|| "-".to_owned(), took))),
        Line::from(look.span(Role::Critical, failure)),
    ]
}

/// The state of a source.
pub(super) fn state(signal: &SignalSummary) -> State {
    State::source(signal.freshness, signal.failure.is_some())
}

/// How long an answer took: in tenths of a second, rounded up, for smaller digits would change with every answer.
fn took(length: SignedDuration) -> String {
    match length.as_millis() {
        ..=100 => "0.1 s".to_owned(),
        101..10_000 => format!("{:.1} s", (length.as_secs_f64() * 10.0).ceil() / 10.0),
        _ => format::short(length),
    }
}

/// What a source's state means, with the whole of its error.
pub(super) fn explain(canvas: &mut Canvas<'_>, area: Rect, signal: &SignalSummary) {
    let look = canvas.look;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let weight = if signal.source.is_required() {
        "its region is GO only while this is"
    } else {
        "it warns, and turns no verdict"
    };
    let (text, role) = match &signal.failure {
        Some(failure) => (failure.to_string(), Role::Critical),
        None => (format!("{}; {weight}", state(signal).word), Role::Dim),
    };
    let wrapped = text::wrap(&text, usize::from(inner.width), usize::from(area.height), look.glyphs);
    for (row, line) in (0..).zip(wrapped) {
        canvas.line(inner, row, Line::from(look.span(role, line)));
    }
}
