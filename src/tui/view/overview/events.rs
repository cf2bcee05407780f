//! What RDS reported lately, of all regions in one list.

use evac_core::{RegionId, reading::DatabaseEvent};
use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    model::Model,
    theme::Role,
    view::{canvas::Canvas, format},
};

/// An event and the region that reported it.
pub(super) type Event<'a> = (&'a RegionId, &'a DatabaseEvent);

/// More than any screen has rows for.
const MOST: usize = 60;

/// The newest events, newest first.
pub(super) fn newest(model: &Model) -> Vec<Event<'_>> {
    let of = |region| model.snapshot.events(region).into_iter().flat_map(move |reading| reading.events.iter());
    let mut events: Vec<_> =
        model.stack.regions.keys().flat_map(|region| of(region).map(move |event| (region, event))).collect();
    events.sort_by(|left, right| right.1.at.cmp(&left.1.at).then_with(|| left.0.cmp(right.0)));
    events.truncate(MOST);
    events
}

/// Draws as many as there are rows for.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, events: &[Event<'_>]) {
    let look = canvas.look;
    let now = model.assessment.world_now;
    for (row, (region, event)) in (0..area.height).zip(events) {
        let line = Line::from(vec![
            look.span(Role::Dim, format!("{:<6} ", format::time_or_day(event.at, now))),
            look.span(Role::Dim, format!("{region} ")),
            look.span(Role::Text, format!("{}: {}", event.subject, event.message)),
        ]);
        canvas.line(area, row, line);
    }
}
