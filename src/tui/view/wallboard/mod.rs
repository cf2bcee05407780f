//! stub
use super::canvas::Canvas;
use crate::tui::model::Model;
use ratatui::layout::Rect;
pub(super) fn draw(_canvas: &mut Canvas<'_>, _area: Rect, _model: &Model) {}
