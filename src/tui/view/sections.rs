//! A list in sections, each with a title, under one cursor. Only the rows in sight are made.

use ratatui::{layout::Rect, text::Line};

use super::{canvas::Canvas, table::restyled};
use crate::tui::theme::Role;

/// A section: its title and how many rows it has. One without rows is left out.
pub(super) struct Section {
    pub(super) title: Line<'static>,
    pub(super) count: usize,
}

/// A line of the list.
enum Entry {
    Title(usize),
    Row(usize),
}

/// Draws the sections around the chosen row. `row` makes a row, counted over all sections.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    sections: &[Section],
    chosen: usize,
    row: &dyn Fn(usize) -> Line<'static>,
) {
    let (mut entries, mut rows, mut at) = (Vec::new(), 0, 0);
    for (index, section) in sections.iter().enumerate().filter(|(_, section)| section.count > 0) {
        entries.push(Entry::Title(index));
        for _ in 0..section.count {
            if rows == chosen {
                at = entries.len();
            }
            entries.push(Entry::Row(rows));
            rows += 1;
        }
    }
    let height = usize::from(area.height);
    let first = at.saturating_add(1).saturating_sub(height.max(1));
    let inner = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area };
    let more = entries.len().saturating_sub(first + height);
    for (place, entry) in (0..area.height).zip(entries.into_iter().skip(first)) {
        match entry {
            Entry::Title(index) => {
                let title = sections.get(index).map(|section| section.title.clone()).unwrap_or_default();
                canvas.rule(area, place, title, &[]);
            }
            Entry::Row(index) => {
                let mut line = row(index);
                if index == chosen {
                    canvas.paint_row(area, place, Role::Selected);
                    line = restyled(line, canvas.look.style(Role::Selected));
                }
                canvas.line(inner, place, line);
            }
        }
    }
    // That there is more below is told where it would be.
    if more > 0 && area.height > 3 {
        let hint = Line::from(canvas.look.span(Role::Dim, format!(" {more} more below ")));
        let width = u16::try_from(hint.width()).unwrap_or(0).min(area.width);
        let corner = Rect { x: area.right() - width, width, ..area };
        canvas.line(corner, area.height - 1, hint);
    }
}
