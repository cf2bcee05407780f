//! The overview: a column a region, and below what they add up to.

mod answer;
mod column;
mod events;
mod loss;
mod objectives;
mod rows;

use std::ops::Range;

use evac_core::Verdict;
use ratatui::{layout::Rect, text::Line};

use super::{
    big::{self, Size},
    canvas::{Canvas, first_that_fits},
    family::{self, Family, Room},
    findings,
    scope::Scope,
    state::State,
};
use crate::tui::{
    model::Model,
    theme::{Look, Role},
};
use rows::{Part, Rows};

pub(super) use column::places;
pub(super) use loss::statement;
pub(super) use objectives::objectives;

/// The least columns that a region is drawn in.
const NARROWEST: u16 = 25;

/// From this height on, there are charts, and the verdicts are in big letters.
const TALL: u16 = 46;

/// From this width on, findings and events stand side by side.
const WIDE: u16 = 150;

/// Draws the overview.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let scopes = Scope::all(model, canvas.look);
    let shown = window(scopes.len(), usize::from(((area.width + 1) / (NARROWEST + 1)).max(1)), model.region);
    let columns = column::places(area, shown.len());
    let inner = columns.iter().map(|column| column.width).min().unwrap_or(area.width).saturating_sub(2);
    let visible = scopes.get(shown.clone()).unwrap_or_default();
    let tall = area.height >= TALL;
    let chart = usize::from(if tall { (area.height - TALL) / 5 + 3 } else { 0 }).min(6);
    let room = Room { columns: usize::from(inner.saturating_sub(column::INDENT)), chart };
    let families: Vec<_> = visible.iter().map(|scope| Family::all(scope, room)).collect();
    let events = events::newest(model);
    let side_by_side = area.width >= WIDE;

    let letter = big::letter(Size::Big, canvas.look.glyphs);
    let role = 12;
    let verdict = if tall && 7 * letter.0 + role <= inner { letter.1 } else { 1 };
    let most = |count: &dyn Fn(usize) -> usize| (0..visible.len()).map(count).max().unwrap_or(0);
    let detail = |family: u8| most(&|index| lines(&families, index, family).map_or(0, <[_]>::len));
    let listed = model.findings().len().max(1);
    let rows = Rows::share(area.height, |part| {
        let wanted = match part {
            Part::Verdict => usize::from(verdict),
            Part::Name | Part::Answer | Part::Objectives | Part::Loss | Part::Budget => 1,
            Part::Reasons => {
                most(&|index| visible.get(index).map_or(0, |scope| column::reason_rows(scope, inner))).min(4)
            }
            Part::State(_) | Part::Gap(_) => 1,
            Part::Detail(family) => detail(family),
            Part::Hidden => usize::from(shown.len() < scopes.len()),
            Part::FindingsTitle => 1,
            Part::Findings if side_by_side => listed.max(events.len()),
            Part::Findings => listed,
            Part::EventsTitle | Part::Events if side_by_side => 0,
            Part::EventsTitle => usize::from(!events.is_empty()),
            Part::Events => events.len(),
        };
        u16::try_from(wanted).unwrap_or(u16::MAX)
    });

    let height = column::height(&rows);
    for ((index, scope), (column, families)) in shown.clone().zip(visible).zip(columns.iter().zip(&families)) {
        let place = Rect { height, ..*column };
        column::draw(canvas, place, scope, families, &rows, index == model.region);
        canvas.down(place.right(), Rect { width: area.width, height, ..area });
    }
    let joints: Vec<_> = columns.iter().map(|column| column.right()).collect();
    let below = Rect { y: area.y + height, height: area.height.saturating_sub(height), ..area };
    let mut place = Place { area: below, row: 0 };
    if rows.of(Part::Answer) > 0 {
        canvas.rule(below, place.take(1), answer::line(model, canvas.look), &joints);
    }
    if rows.of(Part::Hidden) > 0 {
        let columns = usize::from(place.inner().width);
        canvas.line(place.inner(), place.take(1), hidden(&scopes, &shown, columns, canvas.look));
    }
    sums(canvas, &mut place, model, &rows);
    lists(canvas, &mut place, model, &rows, &events);
}

/// Rows from the top of an area on.
struct Place {
    area: Rect,
    row: u16,
}

impl Place {
    fn take(&mut self, rows: u16) -> u16 {
        let row = self.row;
        self.row = self.row.saturating_add(rows);
        row
    }

    fn inner(&self) -> Rect {
        Rect { x: self.area.x + 1, width: self.area.width.saturating_sub(2), ..self.area }
    }
}

fn lines(families: &[[Family; family::COUNT]], index: usize, family: u8) -> Option<&[Line<'static>]> {
    Some(families.get(index)?.get(usize::from(family))?.lines.as_slice())
}

/// What the regions add up to.
fn sums(canvas: &mut Canvas<'_>, place: &mut Place, model: &Model, rows: &Rows) {
    let inner = place.inner();
    if rows.of(Part::Objectives) > 0 {
        let line = objectives(model, canvas.look, usize::from(inner.width));
        canvas.line(inner, place.take(1), line);
    }
    if rows.of(Part::Budget) > 0 {
        let line = objectives::budgets(model, canvas.look, usize::from(inner.width));
        canvas.line(inner, place.take(1), line);
    }
    if rows.of(Part::Loss) > 0 {
        let line = statement(model, canvas.look, usize::from(inner.width));
        canvas.line(inner, place.take(1), line);
    }
}

/// The findings and the events: one under the other, or side by side.
fn lists(canvas: &mut Canvas<'_>, place: &mut Place, model: &Model, rows: &Rows, events: &[events::Event<'_>]) {
    let look = canvas.look;
    let (area, inner) = (place.area, place.inner());
    let titles = |canvas: &mut Canvas<'_>, area: Rect, row: u16, title: &str| {
        canvas.rule(area, row, Line::from(look.span(Role::Title, title.to_owned())), &[]);
    };
    let count = model.findings().len();
    let title = if count == 0 { "FINDINGS".to_owned() } else { format!("FINDINGS {count}") };
    let side_by_side = area.width >= WIDE;
    let split = if side_by_side { inner.width * 3 / 5 } else { inner.width };
    if rows.of(Part::FindingsTitle) > 0 {
        let row = place.take(1);
        titles(canvas, area, row, &title);
        if side_by_side && !events.is_empty() {
            let right = Rect { x: area.x + split, width: area.width - split, ..area };
            titles(canvas, right, row, "EVENTS");
        }
    }
    let height = rows.of(Part::Findings);
    let row = place.take(height);
    let left =
        Rect { y: inner.y.saturating_add(row), height, width: split.saturating_sub(u16::from(side_by_side)), ..inner };
    findings::strip(canvas, left, model);
    if side_by_side {
        let right = Rect { x: inner.x + split + 1, width: inner.width - split - 1, ..left };
        return events::draw(canvas, right, model, events);
    }
    if rows.of(Part::EventsTitle) > 0 {
        titles(canvas, area, place.take(1), "EVENTS");
    }
    let height = rows.of(Part::Events);
    let row = place.take(height);
    events::draw(canvas, Rect { y: inner.y.saturating_add(row), height, ..inner }, model, events);
}

/// The regions that there is no room for, each with its verdict: none is out of mind. Where there are too many to
/// name, how many of each verdict there are.
pub(super) fn hidden(scopes: &[Scope<'_>], shown: &Range<usize>, columns: usize, look: &Look) -> Line<'static> {
    let hidden: Vec<_> = scopes.iter().enumerate().filter(|(index, _)| !shown.contains(index)).collect();
    let wording = |words: bool| {
        let spans = hidden.iter().flat_map(|(index, scope)| {
            let [before, after] = look.glyphs.more();
            let side = if *index < shown.start { before } else { after };
            let state = State::verdict(scope.assessed.verdict);
            let verdict = if words { state.span(look) } else { state.mark(look) };
            [scope.dim(format!("{side} {} ", scope.region)), verdict, scope.dim("  ")]
        });
        Line::from(spans.collect::<Vec<_>>())
    };
    let mut counts = vec![look.span(Role::Dim, format!("{} more: ", hidden.len()))];
    for verdict in [Verdict::NoGo, Verdict::Unknown, Verdict::Go] {
        let count = hidden.iter().filter(|(_, scope)| scope.assessed.verdict == verdict).count();
        if count > 0 {
            counts.push(look.span(Role::Text, format!("{count} ")));
            counts.extend([State::verdict(verdict).span(look), look.span(Role::Dim, "  ")]);
        }
    }
    first_that_fits(vec![wording(true), wording(false), Line::from(counts)], columns, look)
}

/// Which of so many are shown where so many fit: as few are scrolled away as can be with the chosen one in sight.
pub(super) fn window(count: usize, fit: usize, chosen: usize) -> std::ops::Range<usize> {
    let chosen = chosen.min(count.saturating_sub(1));
    let start = chosen.saturating_add(1).saturating_sub(fit.max(1));
    start..count.min(start + fit.max(1))
}
