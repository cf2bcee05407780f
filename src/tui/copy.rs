//! What is copied: what is under the cursor, in words that stand by themselves in a chat or a ticket.

use super::detail;
use super::model::{Model, Screen};
use crate::causes;

/// The command of the chosen step, or the chosen finding, note, record or run; elsewhere the verdict of the chosen region with its reasons, and on the wallboard of all.
pub(super) fn text(model: &Model) -> String {
    if let Some(detail) = detail::of(model) {
        return detail.copied;
    }
    if let Some(line) = model.chosen_run() {
        return line.run.to_string();
    }
    let stack = format!("{} {}", model.stack.name, model.stack.environment);
    let at = format!("{:.0}", model.assessment.world_now);
    if let Some(finding) = model.chosen_finding() {
        let region = finding.region.as_ref().map(|region| format!(" {region}")).unwrap_or_default();
        let (severity, code) = (finding.severity.word(), finding.code);
        return format!("{stack}{region} {severity} {code}: {} ({}) at {at}", finding.text, finding.evidence);
    }
    let regions = model.regions();
    let wanted = |id: &evac_core::RegionId| {
        matches!(model.screen, Screen::Wallboard | Screen::Findings) || model.chosen_region() == Some(id)
    };
    let chosen = regions.into_iter().filter(|id| wanted(id));
    let mut lines = vec![format!("{stack} at {at}")];
    for id in chosen {
        let Some(region) = model.assessment.regions.get(id) else { continue };
        lines.push(format!("{id} {} ({})", region.verdict, region.role.word()));
        lines.extend(
            causes::reasons(region)
                .iter()
                .map(|reason| format!("- {} {}: {}", reason.verdict, reason.code, reason.text)),
        );
    }
    lines.join("\n")
}
