use ratatui::{layout::Rect, text::Line};

use crate::tui::{theme::Role, view::canvas::Canvas};

/// A titled list of lines.
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) lines: Vec<Line<'static>>,
}

/// The fewest rows that a panel is begun in: its title and two lines.
const FEWEST: u16 = 3;

/// Puts each panel into the place with most room left, so that all places fill evenly; a panel that is longer is
/// cut, and one that finds no room is left out.
pub(super) fn flow(canvas: &mut Canvas<'_>, places: &[Rect], panels: Vec<Panel>) {
    let mut places = places.to_vec();
    for panel in panels {
        let wanted = u16::try_from(panel.lines.len() + 1).unwrap_or(u16::MAX);
        // Of equal places the first: `max_by_key` would take the last.
        let Some(place) = places.iter_mut().rev().max_by_key(|place| place.height) else { return };
        if place.height < FEWEST.min(wanted) {
            continue;
        }
        draw(canvas, *place, &panel);
        let taken = wanted.min(place.height);
        *place = Rect { y: place.y + taken, height: place.height - taken, ..*place };
    }
}

fn draw(canvas: &mut Canvas<'_>, area: Rect, panel: &Panel) {
    let look = canvas.look;
    canvas.rule(area, 0, Line::from(look.span(Role::Title, panel.title.clone())), &[]);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let room = usize::from(area.height.saturating_sub(1));
    let shown = if panel.lines.len() > room { room.saturating_sub(1) } else { room };
    for (row, line) in (1..).zip(panel.lines.iter().take(shown)) {
        canvas.line(inner, row, line.clone());
    }
    if panel.lines.len() > shown {
        let more = format!("{} and {} more", look.glyphs.ellipsis(), panel.lines.len() - shown);
        canvas.line(inner, area.height.saturating_sub(1), Line::from(look.span(Role::Dim, more)));
    }
}
