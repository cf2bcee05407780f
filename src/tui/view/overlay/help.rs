use ratatui::{layout::Rect, text::Line};

use super::window;
use crate::tui::{
    hints,
    model::Model,
    theme::{Look, Role},
    view::{canvas::Canvas, text},
};

/// Draws the keys by group, in two columns where one is too short.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let groups = hints::help(model);
    let keys = groups.iter().flat_map(|group| &group.lines).map(|(keys, _)| text::width(keys)).max().unwrap_or(0);
    let wide = area.width >= 130;
    let keys = keys.min(if wide { 24 } else { 10 });
    let mut lines = Vec::new();
    for group in &groups {
        lines.push(Line::from(canvas.look.span(Role::Title, group.title)));
        lines.extend(group.lines.iter().map(|(labels, line)| entry(labels, line, keys, canvas.look)));
    }
    let longest = lines.iter().map(Line::width).max().unwrap_or(0);
    let room = usize::from(area.height.saturating_sub(2)).max(1);
    let columns = lines.len().div_ceil(room).clamp(1, 3);
    let rows = lines.len().div_ceil(columns);
    let width = (longest + 3) * columns + 1;
    let wanted = (u16::try_from(width).unwrap_or(u16::MAX), u16::try_from(rows + 2).unwrap_or(u16::MAX));
    let inner = window(canvas, area, wanted, "KEYS");
    let width = inner.width / u16::try_from(columns).unwrap_or(1);
    for (index, line) in lines.into_iter().enumerate() {
        let (column, row) = (index / rows.max(1), index % rows.max(1));
        let (Ok(column), Ok(row)) = (u16::try_from(column), u16::try_from(row)) else { break };
        let place = Rect { x: inner.x + 1 + column * width, width: width.saturating_sub(2), ..inner };
        canvas.line(place, row, line);
    }
}

fn entry(labels: &str, line: &str, keys: usize, look: &Look) -> Line<'static> {
    let mut shown = labels.to_owned();
    // Where not all of an action's keys fit, whole ones are left out.
    while text::width(&shown) > keys {
        match shown.rfind(", ") {
            Some(at) => shown.truncate(at),
            None => shown = text::cut(&shown, keys, look.glyphs),
        }
    }
    Line::from(vec![look.span(Role::Key, format!("{shown:<keys$} ")), look.span(Role::Text, line.to_owned())])
}
