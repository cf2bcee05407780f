//! The one answer: whether the region that writes could be evacuated, and where to.

use ratatui::text::Line;

use crate::tui::{
    model::Model,
    theme::{Look, Role},
    view::state::State,
};

/// The answer, as the title of what is below the regions.
pub(super) fn line(model: &Model, look: &Look) -> Line<'static> {
    let assessment = &model.assessment;
    let from = assessment.writers.single().map_or_else(|| "the writer".to_owned(), ToString::to_string);
    let mut spans =
        vec![look.span(Role::Title, format!("EVACUATE {from} ")), State::verdict(assessment.verdict).span(look)];
    if let Some(target) = &assessment.recovery_point.target {
        let word = if assessment.verdict == evac_core::Verdict::Go { "to" } else { "best target" };
        spans.push(look.span(Role::Title, format!(" {word} {target}")));
    }
    Line::from(spans)
}
