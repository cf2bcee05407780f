//! The screen for a wall: the verdicts in letters that can be read from across a room, who writes, what would be
//! lost, how long it would take, and the clock.

mod band;
mod block;

use ratatui::layout::Rect;

use super::{
    big::{self, Size},
    canvas::Canvas,
    overview::{places, window},
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
    if scopes.len() <= side_by_side || side_by_side >= stacked {
        let shown = window(scopes.len(), side_by_side, model.region);
        let columns = places(upper, shown.len());
        for (scope, place) in scopes.get(shown).unwrap_or_default().iter().zip(&columns) {
            block::column(canvas, *place, scope);
            canvas.down(place.right(), upper);
        }
    } else {
        let fit = if scopes.len() <= stacked { stacked } else { usize::from(upper.height).max(1) };
        let shown = window(scopes.len(), fit, model.region);
        let count = u16::try_from(shown.len()).unwrap_or(1).max(1);
        let each = upper.height / count;
        for (index, scope) in (0..).zip(scopes.get(shown).unwrap_or_default()) {
            let place = Rect { y: upper.y + index * each, height: each, ..upper };
            block::row(canvas, place, scope);
        }
    }
    band::draw(canvas, Rect { y: upper.bottom(), height: band, ..area }, model);
}
