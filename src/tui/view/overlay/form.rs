use ratatui::{layout::Rect, text::Line};

use super::window;
use crate::tui::{
    form::Form,
    model::Model,
    theme::Role,
    view::{canvas::Canvas, state::State, table::restyled, text},
};

/// Draws the question that is open: what to know for it, what to type, and what was typed.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, form: &Form) {
    let look = canvas.look;
    let question = form.question(model);
    let width = area.width.saturating_sub(4).clamp(20, 96).min(area.width);
    let columns = usize::from(width.saturating_sub(4));
    let wrap = |text: &str, role: Role, most: usize| {
        let lines = text::wrap(text, columns, most, look.glyphs);
        lines.into_iter().map(|line| Line::from(look.span(role, line))).collect::<Vec<_>>()
    };
    let mut lines: Vec<_> = question.help.iter().flat_map(|help| wrap(help, Role::Text, 5)).collect();
    let label = wrap(&question.label, Role::Title, 3);
    let problem = form.problem.as_ref().map(|problem| {
        let mut line = vec![State::bad("").mark(look)];
        line.push(look.span(Role::Critical, format!(" {problem}")));
        Line::from(line)
    });
    let count = form.count(model);
    let listed = if question.chooses { count.clamp(1, 12) } else { 0 };
    let prompt = label.len() + if question.closed { 0 } else { 2 };
    let wanted = lines.len() + prompt + listed + 3;
    let title = text::cut(&evac_core::text::clean(&question.title), columns, look.glyphs);
    let inner = window(canvas, area, (width, u16::try_from(wanted).unwrap_or(u16::MAX)), &title);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    // What is to be typed and where is never scrolled away by what there is to know.
    lines.truncate(usize::from(inner.height).saturating_sub(prompt + listed.min(3)));
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines.extend(label);
    let row = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    for (row, line) in (0..inner.height).zip(lines) {
        canvas.line(inner, row, line);
    }
    if question.closed {
        return;
    }
    // The end of what is typed is what is being typed.
    let mut typed = evac_core::text::clean(&form.text);
    while text::width(&typed) > columns.saturating_sub(4) && !typed.is_empty() {
        typed.remove(0);
    }
    let line = vec![look.span(Role::Key, "> "), look.span(Role::Text, typed), look.span(Role::Selected, " ")];
    canvas.line(inner, row, Line::from(line));
    if let Some(problem) = problem {
        canvas.line(inner, row.saturating_add(1), problem);
    }
    if question.chooses {
        let below = row.saturating_add(2);
        let list = Rect { y: inner.y.saturating_add(below), height: inner.height.saturating_sub(below), ..inner };
        choices(canvas, list, model, form, count);
    }
}

fn choices(canvas: &mut Canvas<'_>, area: Rect, model: &Model, form: &Form, count: usize) {
    let look = canvas.look;
    if count == 0 {
        return canvas.line(area, 0, Line::from(look.span(Role::Dim, "nothing is called so")));
    }
    let chosen = form.chosen.min(count - 1);
    let first = chosen.saturating_add(1).saturating_sub(usize::from(area.height.max(1)));
    let lines = form.lines(model, first, usize::from(area.height));
    let names = lines.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0).min(usize::from(area.width / 2));
    for (row, (index, (name, meaning))) in (0..area.height).zip((first..).zip(lines)) {
        let name = text::padded(&evac_core::text::clean(&name), names, look.glyphs);
        let mut line = Line::from(vec![
            look.span(Role::Key, name),
            look.span(Role::Dim, format!(" {}", evac_core::text::clean(&meaning))),
        ]);
        if index == chosen {
            canvas.paint_row(area, row, Role::Selected);
            line = restyled(line, look.style(Role::Selected));
        }
        canvas.line(area, row, line);
    }
}
