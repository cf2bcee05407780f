use ratatui::{layout::Rect, text::Line};

use super::window;
use crate::tui::{
    hints::{self, HelpGroup},
    model::Model,
    theme::{Look, Role},
    view::{canvas::Canvas, text},
};

/// The columns of the longest line that is not broken.
const LONGEST: usize = 64;

/// Draws the keys by group: in one column, or where that is too short, in two, which go on where one looks from.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, from: usize) {
    let groups = hints::help(model);
    let room = usize::from(area.height.saturating_sub(2)).max(1);
    let whole = lines(&groups, LONGEST, canvas.look);
    let columns = if whole.len() <= room || area.width < 70 { 1 } else { 2 };
    let width = (usize::from(area.width) - 2) / columns - 1;
    let lines = if width < LONGEST { lines(&groups, width, canvas.look) } else { whole };
    let longest = lines.iter().map(Line::width).max().unwrap_or(0).min(width);
    let rows = lines.len().div_ceil(columns);
    let wanted = ((longest + 1) * columns + 3, rows + 2);
    let wanted = (u16::try_from(wanted.0).unwrap_or(u16::MAX), u16::try_from(wanted.1).unwrap_or(u16::MAX));
    let last = rows.saturating_sub(room);
    let from = from.min(last);
    let title = if last == 0 { "KEYS".to_owned() } else { format!("KEYS, {} of {rows} rows", (from + room).min(rows)) };
    let inner = window(canvas, area, wanted, &title);
    let width = inner.width / u16::try_from(columns).unwrap_or(1);
    for (index, line) in lines.into_iter().enumerate() {
        let (column, row) = (index / rows.max(1), (index % rows.max(1)).checked_sub(from));
        let Some(row) = row else { continue };
        let (Ok(column), Ok(row)) = (u16::try_from(column), u16::try_from(row)) else { break };
        let place = Rect { x: inner.x + 1 + column * width, width: width.saturating_sub(1), ..inner };
        canvas.line(place, row, line);
    }
}

/// The groups as lines of so many columns; what does not fit in one goes on in the next.
fn lines(groups: &[HelpGroup], columns: usize, look: &Look) -> Vec<Line<'static>> {
    let keys = groups.iter().flat_map(|group| &group.lines).map(|(keys, _)| text::width(keys)).max().unwrap_or(0);
    let keys = keys.min(if columns < LONGEST { 8 } else { 12 });
    let mut lines = Vec::new();
    for group in groups {
        lines.push(Line::from(look.span(Role::Title, group.title)));
        for (labels, line) in &group.lines {
            let mut label = label(labels, keys, look);
            for part in text::wrap(line, columns.saturating_sub(keys + 1), 3, look.glyphs) {
                let key = look.span(Role::Key, format!("{label:<keys$} "));
                lines.push(Line::from(vec![key, look.span(Role::Text, part)]));
                label.clear();
            }
        }
    }
    lines
}

/// As many of an action's keys as fit, whole.
fn label(labels: &str, columns: usize, look: &Look) -> String {
    let mut shown = labels.to_owned();
    while text::width(&shown) > columns {
        match shown.rfind(", ") {
            Some(at) => shown.truncate(at),
            None => shown = text::cut(&shown, columns, look.glyphs),
        }
    }
    shown
}
