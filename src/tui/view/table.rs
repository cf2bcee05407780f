//! Lists with columns. Only the rows in sight are made, so that a long list costs no more than a short one.

use ratatui::{layout::Rect, text::Line};

use super::canvas::{Canvas, fit};
use crate::tui::theme::Role;

/// A column of a list.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) title: &'static str,
    /// Its width; 0 for what is left, which the last column should have.
    pub(super) width: u16,
    /// True for figures, which stand at the right.
    pub(super) right: bool,
}

impl Column {
    pub(super) const fn left(title: &'static str, width: u16) -> Self {
        Self { title, width, right: false }
    }

    pub(super) const fn right(title: &'static str, width: u16) -> Self {
        Self { title, width, right: true }
    }
}

/// A list: how many rows it has, and how one is made.
pub(super) struct Table<'a> {
    pub(super) columns: &'a [Column],
    pub(super) count: usize,
    pub(super) chosen: Option<usize>,
    pub(super) row: &'a dyn Fn(usize) -> Vec<Line<'static>>,
}

impl Table<'_> {
    /// Draws the titles and the rows around the chosen one.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let look = canvas.look;
        let titles = self.columns.iter().map(|column| Line::from(look.span(Role::Dim, column.title)));
        self.cells(canvas, area, 0, titles.collect());
        let height = usize::from(area.height.saturating_sub(1));
        let chosen = self.chosen.unwrap_or(0);
        let first = chosen.saturating_add(1).saturating_sub(height.max(1));
        for (row, index) in (1..area.height).zip(first..self.count) {
            let chosen = self.chosen == Some(index);
            let mut cells = (self.row)(index);
            if chosen {
                canvas.paint_row(area, row, Role::Selected);
                let style = look.style(Role::Selected);
                cells = cells.into_iter().map(|cell| restyled(cell, style)).collect();
            }
            self.cells(canvas, area, row, cells);
        }
    }

    fn cells(&self, canvas: &mut Canvas<'_>, area: Rect, row: u16, cells: Vec<Line<'static>>) {
        let inner = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area };
        let mut x = inner.x;
        for (column, cell) in self.columns.iter().zip(cells) {
            let left = inner.right().saturating_sub(x);
            let width = if column.width == 0 { left } else { column.width.min(left) };
            let place = Rect { x, width, ..area };
            if column.right {
                let line = fit(cell, usize::from(width), canvas.look);
                canvas.split(Rect { width, ..place }, row, Line::default(), line);
            } else {
                canvas.line(place, row, cell);
            }
            x = x.saturating_add(width).saturating_add(1);
        }
    }
}

/// A line with the colours of the chosen row in place of its own: a colour that says something on the ground of
/// the screen may be unreadable on that of the chosen row, and the words say it too.
pub(super) fn restyled(line: Line<'static>, style: ratatui::style::Style) -> Line<'static> {
    let spans = line.spans.into_iter().map(|span| ratatui::text::Span::styled(span.content, style));
    Line::from(spans.collect::<Vec<_>>())
}
