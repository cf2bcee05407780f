//! The screen for a wall: the verdicts in letters that can be read from across a room, who writes, what would be
//! lost, how long it would take, and the clock.

mod band;
mod block;

use ratatui::layout::Rect;

use super::{
    big::{self, Size},
    canvas::Canvas,
    overview::{hidden, places, window},
    scope::Scope,
};
use crate::tui::model::Model;

/// The letters of the longest verdict.
const LONGEST: u16 = 7;

/// Draws the wall.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let scopes = Scope::all(model, canvas.look);
    let (width, height) = big::letter(Size::Big, canvas.look.glyphs);
    let band = match area.height {
        50.. => 2 * height + 2,
        18..50 => height + 2,
        _ => 2.min(area.height),
    };
    let upper = Rect { height: area.height.saturating_sub(band), ..area };
    // Side by side where the longest verdict fits that often, else one below the other.
    let side_by_side = usize::from(area.width / (LONGEST * width + 3)).max(1);
    let stacked = usize::from(upper.height / (height + 1)).max(1);
    let in_columns = scopes.len() <= side_by_side || side_by_side >= stacked;
    let fit = match scopes.len() {
        _ if in_columns => side_by_side,
        count if count <= stacked => stacked,
        _ => usize::from(upper.height).max(1),
    };
    // What there is no room for has the last row: a wall that nobody scrolls must not be silent about it.
    let more = u16::from(scopes.len() > fit && upper.height > 1);
    let blocks = Rect { height: upper.height - more, ..upper };
    let shown =
        window(scopes.len(), if in_columns { fit } else { fit.saturating_sub(usize::from(more)) }, model.region);
    let visible = scopes.get(shown.clone()).unwrap_or_default();
    if in_columns {
        for (scope, place) in visible.iter().zip(&places(blocks, shown.len())) {
            block::column(canvas, *place, scope);
            canvas.down(place.right(), blocks);
        }
    } else {
        let each = blocks.height / u16::try_from(shown.len()).unwrap_or(1).max(1);
        for (index, scope) in (0..).zip(visible) {
            block::row(canvas, Rect { y: blocks.y + index * each, height: each, ..blocks }, scope);
        }
    }
    if more > 0 {
        let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..upper };
        canvas.line(inner, blocks.height, hidden(&scopes, &shown, usize::from(inner.width), canvas.look));
    }
    band::draw(canvas, Rect { y: upper.bottom(), height: band, ..area }, model);
}
