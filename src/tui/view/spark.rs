//! Sparklines and trend arrows.

use std::cmp::Ordering;

use evac_core::{RegionId, history::Measure};
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use crate::tui::{
    model::Model,
    theme::{Look, Role},
};

/// A series, oldest first: the worst point of each minute that has one, so that a column is a minute however often
/// a source is asked, and what is drawn moves once a minute.
pub(super) fn points(model: &Model, measure: Measure, region: &RegionId) -> Vec<f64> {
    let series = model.history.series(measure, region);
    let minutes = series.chunk_by(|(left, _), (right, _)| minute(*left) == minute(*right));
    minutes.filter_map(|points| points.iter().map(|(_, value)| *value).reduce(f64::max)).collect()
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

/// The newest points that fit, one a column. `top` is what fills a column at least: a calm series stays low.
pub(super) fn spark(points: &[f64], columns: usize, top: f64, look: &Look) -> Span<'static> {
    let newest = points.get(points.len().saturating_sub(columns)..).unwrap_or_default();
    let top = newest.iter().copied().fold(top, f64::max);
    let sparks = look.glyphs.sparks();
    let column = |value: &f64| {
        let share = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
        // The cast is of a number from 0 to 7.
        let level = (share * 7.0).round() as usize;
        sparks.get(level).copied().unwrap_or_default()
    };
    look.span(Role::Trend, newest.iter().map(column).collect::<String>())
}

/// The same as a chart of so many rows, top row first.
pub(super) fn chart(points: &[f64], columns: usize, rows: usize, top: f64, look: &Look) -> Vec<Line<'static>> {
    let newest = points.get(points.len().saturating_sub(columns)..).unwrap_or_default();
    let top = newest.iter().copied().fold(top, f64::max);
    let sparks = look.glyphs.sparks();
    let steps = rows * sparks.len();
    let height = |value: &f64| {
        let share = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
        // The cast is of a number from 0 to the steps, of which there are a few dozen. What is there at all shows.
        ((share * steps as f64).round() as usize).max(1)
    };
    let row = |below: usize| {
        let cell = |value: &f64| match height(value).saturating_sub(below * sparks.len()) {
            0 => " ",
            filled => sparks.get(filled.min(sparks.len()) - 1).copied().unwrap_or_default(),
        };
        Line::from(look.span(Role::Trend, newest.iter().map(cell).collect::<String>()))
    };
    (0..rows).rev().map(row).collect()
}

/// Which way a series goes: the mean of its newest three points against that of the six before. A change under a
/// sixth is none. `None` with too few points to say.
pub(super) fn direction(points: &[f64]) -> Option<Ordering> {
    let mean = |points: &[f64]| points.iter().sum::<f64>() / points.len() as f64;
    let split = points.len().checked_sub(3).filter(|split| *split > 0)?;
    let (before, newest) = (mean(points.get(split.saturating_sub(6)..split)?), mean(points.get(split..)?));
    let change = newest - before;
    Some(if change.abs() <= before.abs().max(newest.abs()) / 6.0 { Ordering::Equal } else { change.total_cmp(&0.0) })
}

/// The arrow of a series, blank with too few points.
pub(super) fn arrow(points: &[f64], look: &Look) -> Span<'static> {
    match direction(points) {
        Some(direction) => look.span(Role::Trend, look.glyphs.arrow(direction)),
        None => Span::raw(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Glyphs, Level, Themes};

    #[test]
    fn a_trend_is_what_the_newest_points_say() {
        assert_eq!(direction(&[1.0, 2.0, 3.0]), None);
        assert_eq!(direction(&[1.0, 1.0, 1.0, 1.0, 1.1]), Some(Ordering::Equal));
        assert_eq!(direction(&[1.0, 1.0, 1.0, 5.0, 5.0, 5.0]), Some(Ordering::Greater));
        assert_eq!(direction(&[9.0, 9.0, 9.0, 5.0, 5.0, 5.0]), Some(Ordering::Less));
        assert_eq!(direction(&[0.0; 9]), Some(Ordering::Equal));
    }

    #[test]
    fn a_calm_series_stays_low_and_a_wild_one_fits() {
        let look = Look::new(&Themes::built_in().get_or_default("mono"), Level::None, Glyphs::Unicode);
        assert_eq!(spark(&[1.0, 2.0, 1.0], 8, 100.0, &look).content, "▁▁▁");
        assert_eq!(spark(&[0.0, 50.0, 100.0, 200.0], 3, 100.0, &look).content, "▃▅█");
        assert_eq!(spark(&[f64::MAX, 0.0], 2, 0.0, &look).content, "█▁");
        assert_eq!(spark(&[], 5, 0.0, &look).content, "");
    }
}
