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
    let from = assessment.writers.single().map_or(String::new(), |writer| format!("{writer} "));
    let mut spans =
        vec![look.span(Role::Title, format!("EVACUATE {from}")), State::verdict(assessment.verdict).span(look)];
    // A best target is only worth its name where something is known of it.
    let known = |target: &&evac_core::RegionId| {
        let region = assessment.regions.get(*target);
        region
            .and_then(|region| region.loss.as_ref())
            .is_some_and(|loss| loss.writes.is_some() || loss.objects.is_some())
    };
    if let Some(target) = assessment.recovery_point.target.as_ref().filter(known) {
        let word = if assessment.verdict == evac_core::Verdict::Go { "to" } else { "best target" };
        spans.push(look.span(Role::Title, format!(" {word} {target}")));
    }
    Line::from(spans)
}
