//! What panels draw on: lines cut to their place, and rules with titles. Nothing outside of the screen is touched,
//! whatever is asked for.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::text;
use crate::tui::theme::{Look, Role};

/// A screen to draw on.
pub(super) struct Canvas<'a> {
    pub(super) buffer: &'a mut Buffer,
    pub(super) look: &'a Look,
}

impl Canvas<'_> {
    /// A row of an area, if it has it and the screen does.
    fn place(&self, area: Rect, row: u16) -> Option<Rect> {
        let area = area.intersection(self.buffer.area);
        let y = area.y.checked_add(row)?;
        (row < area.height && area.width > 0).then_some(Rect { y, height: 1, ..area })
    }

    /// Draws a line, cut to the area.
    pub(super) fn line(&mut self, area: Rect, row: u16, line: Line<'static>) {
        let Some(place) = self.place(area, row) else { return };
        let line = fit(line, usize::from(place.width), self.look);
        self.buffer.set_line(place.x, place.y, &line, place.width);
    }

    /// Draws one line at the left and one at the right. The right one is short, and goes first where both do not
    /// fit: it is an age or a count that the left one means little without.
    pub(super) fn split(&mut self, area: Rect, row: u16, left: Line<'static>, right: Line<'static>) {
        let Some(place) = self.place(area, row) else { return };
        let (room, taken) = (usize::from(place.width), right.width());
        if taken + usize::from(left.width() > 0) > room {
            return self.line(area, row, if left.width() > 0 { left } else { right });
        }
        let edge = u16::try_from(room - taken).unwrap_or(place.width);
        self.buffer.set_line(place.x + edge, place.y, &right, place.width - edge);
        let gap = u16::from(taken > 0).min(edge);
        self.line(Rect { width: edge - gap, ..area }, row, left);
    }

    /// Draws a line across with a title in it. `joints` are the columns of the screen at which a line down ends on
    /// it from above.
    pub(super) fn rule(&mut self, area: Rect, row: u16, title: Line<'static>, joints: &[u16]) {
        let Some(place) = self.place(area, row) else { return };
        let style = self.look.style(Role::Border);
        for x in place.left()..place.right() {
            let mark = self.look.glyphs.joint(joints.contains(&x), false);
            self.buffer.set_stringn(x, place.y, mark, 1, style);
        }
        if title.width() == 0 || place.width < 6 {
            return;
        }
        let mut spans = vec![Span::raw(" ")];
        spans.extend(title.spans);
        spans.push(Span::raw(" "));
        let line = fit(Line::from(spans), usize::from(place.width) - 4, self.look);
        self.buffer.set_line(place.x + 2, place.y, &line, place.width - 4);
    }

    /// Draws a frame along the edge of an area, with a title in its upper line.
    pub(super) fn frame(&mut self, area: Rect, title: Line<'static>) {
        let style = self.look.style(Role::Border);
        let across = |canvas: &mut Self, row: u16, left: &str, right: &str| {
            let Some(place) = canvas.place(area, row) else { return };
            for x in place.left()..place.right() {
                canvas.buffer.set_stringn(x, place.y, canvas.look.glyphs.across(), 1, style);
            }
            canvas.buffer.set_stringn(place.x, place.y, left, 1, style);
            canvas.buffer.set_stringn(place.right() - 1, place.y, right, 1, style);
        };
        let [top_left, top_right, bottom_left, bottom_right] = self.look.glyphs.corners();
        across(self, 0, top_left, top_right);
        across(self, area.height.saturating_sub(1), bottom_left, bottom_right);
        let sides = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
        self.down(area.x, sides);
        self.down(area.right().saturating_sub(1), sides);
        let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
        if title.width() > 0 && inner.width > 4 {
            let mut spans = vec![Span::raw(" ")];
            spans.extend(title.spans);
            spans.push(Span::raw(" "));
            self.line(inner, 0, Line::from(spans));
        }
    }

    /// Draws a line down.
    pub(super) fn down(&mut self, x: u16, area: Rect) {
        let style = self.look.style(Role::Border);
        let area = area.intersection(self.buffer.area);
        if (area.left()..area.right()).contains(&x) {
            for y in area.top()..area.bottom() {
                self.buffer.set_stringn(x, y, self.look.glyphs.down(), 1, style);
            }
        }
    }

    /// Gives an area a role's style.
    pub(super) fn paint(&mut self, area: Rect, role: Role) {
        let area = area.intersection(self.buffer.area);
        self.buffer.set_style(area, self.look.style(role));
    }

    /// A row of an area in a role's style, to its very ends.
    pub(super) fn paint_row(&mut self, area: Rect, row: u16, role: Role) {
        if let Some(place) = self.place(area, row) {
            self.paint(place, role);
        }
    }

    /// Empties an area.
    pub(super) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }
}

/// A line cut to so many columns, with an ellipsis where it was.
pub(super) fn fit(line: Line<'static>, columns: usize, look: &Look) -> Line<'static> {
    if line.width() <= columns {
        return line;
    }
    let (mut spans, mut room) = (Vec::new(), columns);
    let mut rest = line.spans.into_iter().peekable();
    while let Some(span) = rest.next() {
        let taken = span.width();
        let last = rest.peek().is_none();
        // One column is kept for the ellipsis as long as more follows.
        if taken < room || (last && taken <= room) {
            room -= taken;
            spans.push(span);
            continue;
        }
        // The blank makes sure that the span is longer than its room, and so gets its ellipsis.
        let text = text::cut(&format!("{}{}", span.content, " ".repeat(room + 1)), room, look.glyphs);
        spans.push(Span::styled(text, span.style));
        break;
    }
    Line { spans, ..line }
}

/// As many figures as fit, with dots between them. One that does not fit is left out whole, and all after it: half
/// a figure would be a wrong one.
pub(super) fn figures(parts: Vec<Line<'static>>, columns: usize, look: &Look) -> Line<'static> {
    let parts: Vec<_> = parts.into_iter().filter(|part| part.width() > 0).collect();
    let all: usize = parts.iter().map(Line::width).sum();
    let gaps = parts.len().saturating_sub(1);
    // In the narrowest places blanks are given up before figures are.
    let roomy = columns > 30 || all + 3 * gaps <= columns || all + gaps > columns;
    let dot = if roomy { format!(" {} ", look.glyphs.dot()) } else { " ".to_owned() };
    let dot = look.span(Role::Dim, dot);
    let mut line = Line::default();
    for part in parts {
        if line.spans.is_empty() {
            line = fit(part, columns, look);
        } else if line.width() + dot.width() + part.width() <= columns {
            line.spans.push(dot.clone());
            line.spans.extend(part.spans);
        } else {
            break;
        }
    }
    line
}

/// Figures in the longer of two wordings, where all of them fit in it; else in the shorter.
pub(super) fn worded(wording: impl Fn(bool) -> Vec<Line<'static>>, columns: usize, look: &Look) -> Line<'static> {
    let long: Vec<_> = wording(true).into_iter().filter(|part| part.width() > 0).collect();
    let taken = long.iter().map(Line::width).sum::<usize>() + 3 * long.len().saturating_sub(1);
    figures(if taken <= columns { long } else { wording(false) }, columns, look)
}

/// The first of some wordings that fits, longest first; else the last one, cut.
pub(super) fn first_that_fits(wordings: Vec<Line<'static>>, columns: usize, look: &Look) -> Line<'static> {
    let last = wordings.len().saturating_sub(1);
    let mut wordings = wordings.into_iter().enumerate();
    let found = wordings.find(|(index, line)| *index == last || line.width() <= columns);
    found.map(|(_, line)| fit(line, columns, look)).unwrap_or_default()
}
