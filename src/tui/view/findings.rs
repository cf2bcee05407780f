//! What is wrong, worst first: a few lines on the overview, and a screen with what each means.

use evac_core::{RegionId, assessment::Finding};
use ratatui::{layout::Rect, text::Line};

use super::{
    canvas::Canvas,
    state::State,
    table::{Column, Table},
    text,
};
use crate::tui::{
    model::Model,
    theme::{Look, Role},
};

/// The columns of the longest code.
const CODE: usize = 14;

/// The columns of the longest region of the stack.
fn region_columns(model: &Model) -> usize {
    model.stack.regions.keys().map(|region| text::width(region.as_str())).max().unwrap_or(0).clamp(3, 15)
}

fn region(finding: &Finding) -> &str {
    finding.region.as_ref().map_or("all", RegionId::as_str)
}

/// Draws as many as there are rows for, and in place of the last one how many there are besides.
pub(super) fn strip(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let look = canvas.look;
    let findings = model.findings();
    if findings.is_empty() {
        let line = vec![State::OK.mark(look), look.span(Role::Text, " nothing is found to be wrong")];
        return canvas.line(area, 0, Line::from(line));
    }
    let columns = region_columns(model);
    for (row, finding) in (0..area.height).zip(findings.iter()) {
        let mut spans = cells(finding, columns, look);
        spans.push(look.span(Role::Text, finding.text.clone()));
        canvas.line(area, row, Line::from(spans));
    }
}

fn cells(finding: &Finding, columns: usize, look: &Look) -> Vec<ratatui::text::Span<'static>> {
    let state = State::severity(finding.severity);
    let region = text::cut(region(finding), columns, look.glyphs);
    let mut spans = vec![state.mark(look), look.span(Role::Text, " ")];
    spans.extend(text::cell(finding.code.name(), CODE + 1, state.role, look));
    spans.push(look.span(Role::Dim, format!("{region:<columns$} ")));
    spans
}

/// Draws the screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let look = canvas.look;
    let findings = model.findings();
    let detail = if area.height >= 14 { (area.height / 3).clamp(6, 12) } else { 0 };
    let title = Line::from(look.span(Role::Title, format!("FINDINGS {}, worst first", findings.len())));
    canvas.rule(area, 0, title, &[]);
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + detail), ..area };
    if findings.is_empty() {
        return strip(canvas, Rect { x: list.x + 1, width: list.width.saturating_sub(2), ..list }, model);
    }
    let chosen = model.row.min(findings.len() - 1);
    let severity = u16::try_from(text::width(look.glyphs.shape(crate::tui::theme::Shape::Bad))).unwrap_or(1) + 9;
    let regions = u16::try_from(region_columns(model)).unwrap_or(15);
    let columns = [
        Column::left("HOW BAD", severity),
        Column::left("CODE", 14),
        Column::left("WHERE", regions.max(5)),
        Column::left("WHAT", 0),
    ];
    let row = |index: usize| {
        let Some(finding) = findings.get(index) else { return Vec::new() };
        vec![
            Line::from(State::severity(finding.severity).span(look)),
            Line::from(look.span(Role::Text, finding.code.name())),
            Line::from(look.span(Role::Dim, region(finding).to_owned())),
            Line::from(look.span(Role::Text, finding.text.clone())),
        ]
    };
    Table { columns: &columns, count: findings.len(), chosen: Some(chosen), row: &row }.draw(canvas, list);
    if let Some(finding) = findings.get(chosen).filter(|_| detail > 0) {
        let below = Rect { y: list.bottom(), height: detail, ..area };
        meaning(canvas, below, finding);
    }
}

/// What a finding means, and how it is known.
fn meaning(canvas: &mut Canvas<'_>, area: Rect, finding: &Finding) {
    let look = canvas.look;
    let state = State::severity(finding.severity);
    let title = vec![
        look.span(Role::Title, format!("{} ", finding.code.name())),
        state.span(look),
        look.span(Role::Dim, format!(" {}", region(finding))),
    ];
    canvas.rule(area, 0, Line::from(title), &[]);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let columns = usize::from(inner.width.min(110));
    let rows = usize::from(area.height.saturating_sub(1));
    let mut lines = Vec::new();
    for (text, role, most) in [
        (finding.text.clone(), Role::Text, 2),
        (finding.code.meaning().to_owned(), Role::Note, 3),
        (format!("known from: {}", finding.evidence), Role::Dim, 3),
    ] {
        let wrapped = text::wrap(&text, columns, most, look.glyphs);
        lines.extend(wrapped.into_iter().map(|line| Line::from(look.span(role, line))));
    }
    for (row, line) in (1..).zip(lines.into_iter().take(rows)) {
        canvas.line(inner, row, line);
    }
}
