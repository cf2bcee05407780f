//! The first line of every screen: which stack this is, what a mistake would cost, who writes, and until when.

use evac_core::{RegionId, guard::LeaseView};
use jiff::SignedDuration;
use ratatui::{layout::Rect, text::Line};

use super::{canvas::Canvas, format, state::State, text};
use crate::tui::{
    desk::{Start, Starting},
    model::{Model, Screen},
    theme::{Look, Role},
};

/// What is left out first where the line is short has the highest number.
type Segment = (u8, Line<'static>);

/// Draws the header.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let look = canvas.look;
    canvas.paint_row(area, 0, Role::Bar);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let (priority, wordings) = acting(model, look);
    let mut parts = <[Vec<Segment>; 2]>::default();
    // Who acts is told in fewer words before it is not told at all.
    for wording in wordings {
        parts = fitted(model, look, area.width, (priority, wording.clone()));
        if parts.iter().flatten().any(|(_, line)| *line == wording) {
            break;
        }
    }
    let [left, right] = parts;
    canvas.split(inner, 0, join(&left), join(&right));
}

/// What there is room for of both sides.
fn fitted(model: &Model, look: &Look, width: u16, acting: Segment) -> [Vec<Segment>; 2] {
    let name = usize::from(width / 5).max(8);
    let mut left = vec![
        (0, Line::from(look.span(Role::Title, text::cut(model.stack.name.as_str(), name, look.glyphs)))),
        (0, environment(model, look)),
        armed(model, look),
        (0, writers(model, look)),
        acting,
    ];
    let mut right = vec![(3, findings(model, look)), credentials(model, look), (1, clock(model, look))];
    for parts in [&mut left, &mut right] {
        parts.retain(|(_, line)| line.width() > 0);
    }
    let room = usize::from(width.saturating_sub(2));
    while join(&left).width() + 1 + join(&right).width() > room {
        let worst = left.iter().chain(&right).map(|(priority, _)| *priority).max().unwrap_or(0);
        if worst == 0 {
            break;
        }
        left.retain(|(priority, _)| *priority < worst);
        right.retain(|(priority, _)| *priority < worst);
    }
    [left, right]
}

/// The segments in one line. A banner brings blanks of its own.
fn join(parts: &[Segment]) -> Line<'static> {
    let is_banner = |line: &Line<'static>| line.spans.first().is_some_and(|span| span.content.starts_with(' '));
    let mut line = Line::default();
    let mut after_banner = false;
    for (_, part) in parts {
        if !line.spans.is_empty() {
            line.spans.push(if after_banner || is_banner(part) { " " } else { "  " }.into());
        }
        after_banner = is_banner(part);
        line.spans.extend(part.spans.iter().cloned());
    }
    line
}

fn environment(model: &Model, look: &Look) -> Line<'static> {
    let word = model.stack.environment.as_str();
    let role = if word.to_ascii_uppercase().starts_with("PROD") { Role::BannerProd } else { Role::BannerTest };
    Line::from(look.span(role, format!(" {} ", text::cut(word, 12, look.glyphs))))
}

/// Whether consent and orders are taken. That they are is never left out, with how long yet: to the minute, and at the
/// end to the second.
fn armed(model: &Model, look: &Look) -> Segment {
    match model.desk.armed_for(model.now) {
        None => (2, Line::from(look.span(Role::Bar, "READ-ONLY"))),
        Some(left) => {
            let left = if left < SignedDuration::from_mins(1) {
                format!("{} s", left.as_secs() + 1)
            } else {
                format::at_most(left)
            };
            (0, Line::from(look.span(Role::BannerProd, format!(" ARMED {left} "))))
        }
    }
}

/// Who acts on the stack: the run that begins or is followed, or whoever holds the lease; in more words and in fewer.
fn acting(model: &Model, look: &Look) -> (u8, Vec<Line<'static>>) {
    let says = |priority: u8, role: Role, wordings: &[String]| {
        let line = |text: &String| Line::from(look.span(role, text::cut(text, 50, look.glyphs)));
        (priority, wordings.iter().map(line).collect())
    };
    if let Some(Starting { what: Start::Begin(given), .. }) = &model.desk.starting {
        return says(1, Role::Warning, &[format!("BEGINNING {}", given.plan.intent.verb().word())]);
    }
    if let (Some(run), Some(seen)) = (model.desk.acting(), &model.desk.run) {
        // On every screen it is told when somebody is waited for.
        let (verb, state) = (run.plan.intent.verb().word(), super::run::state(model, &seen.line).word);
        return match state {
            "RUNNING" => {
                says(1, Role::Warning, &[format!("RUN {verb} by {}", run.runner.operator), format!("RUN {verb}")])
            }
            _ => says(1, Role::Warning, &[format!("RUN {verb} {state}")]),
        };
    }
    match model.lease() {
        LeaseView::Held { holder, purpose, .. } => {
            says(1, Role::Warning, &[format!("RUN {purpose} by {holder}"), format!("RUN {purpose}"), "RUN".to_owned()])
        }
        LeaseView::Silent { run, .. } => {
            says(1, Role::Unknown, &[format!("RUN {run} SILENT"), "RUN SILENT".to_owned()])
        }
        LeaseView::CoolDown { .. } => says(3, Role::Note, &["COOL-DOWN".to_owned()]),
        LeaseView::Local | LeaseView::Unreachable { .. } | LeaseView::Free => says(9, Role::Bar, &[String::new()]),
    }
}

fn writers(model: &Model, look: &Look) -> Line<'static> {
    let writers = &model.assessment.writers;
    if !writers.counted {
        return Line::default();
    }
    let names = joined(writers.now());
    let (role, text) = match writers.now().count() {
        0 if !model.stack.regions.keys().any(|region| model.snapshot.global_cluster(region).is_some()) => {
            (Role::Unknown, "WRITERS ?".to_owned())
        }
        0 => (Role::NoGo, "WRITERS 0".to_owned()),
        1 if writers.agreed => (Role::Writer, format!("WRITERS 1 {names}")),
        1 if !writers.last_seen.is_empty() => {
            (Role::Unknown, format!("WRITERS 1 {names}, last seen {}", joined(writers.last_seen.iter())))
        }
        1 => (Role::Unknown, format!("WRITERS 1 {names}, disputed")),
        count => (Role::NoGo, format!(" WRITERS {count} {names} ")),
    };
    Line::from(look.span(role, text))
}

/// Names of regions in one word.
pub(super) fn joined<'a>(regions: impl Iterator<Item = &'a RegionId>) -> String {
    regions.map(RegionId::as_str).collect::<Vec<_>>().join("+")
}

fn findings(model: &Model, look: &Look) -> Line<'static> {
    let findings = model.findings();
    let Some(worst) = findings.first() else { return Line::from(look.span(Role::Bar, "no findings")) };
    let text = if findings.len() == 1 { "1 finding".to_owned() } else { format!("{} findings", findings.len()) };
    Line::from(look.span(State::severity(worst.severity).role, text))
}

/// The credentials that end first. What ends soon is not left out.
fn credentials(model: &Model, look: &Look) -> Segment {
    let ends = model.stack.regions.keys().filter_map(|region| model.snapshot.identity(region)?.expires_at).min();
    let Some(left) = ends.map(|ends| ends.duration_since(model.assessment.world_now)) else {
        return (4, Line::default());
    };
    let soon = left < model.stack.thresholds.credential_expiry.get();
    if left <= SignedDuration::ZERO {
        (0, Line::from(look.span(Role::NoGo, "CREDENTIALS ENDED")))
    } else {
        let text = format!("creds {}", format::short(left.max(SignedDuration::from_mins(1))));
        (if soon { 0 } else { 4 }, Line::from(look.span(if soon { Role::Warning } else { Role::Bar }, text)))
    }
}

/// The time in the observed world: to the minute, for a second hand would send bytes all day. The wall has one.
fn clock(model: &Model, look: &Look) -> Line<'static> {
    let now = model.assessment.world_now;
    let time = if model.screen == Screen::Wallboard { format::clock_with_seconds(now) } else { format::clock(now) };
    Line::from(look.span(Role::Bar, format!("{time} UTC")))
}
