use evac_core::RegionId;
use evac_core::plan::Topology;
use ratatui::{layout::Rect, text::Line, text::Span};

use super::age;
use crate::tui::{
    action::Action,
    desk::Reading,
    detail,
    model::Model,
    theme::{Look, Role},
    view::{
        canvas::{Canvas, first_that_fits},
        format,
        overview::window,
        starting,
        state::State,
        text,
    },
    words,
};

/// The least columns of a region.
const REGION: usize = 20;

/// Draws what the plan is, who writes and serves before and after, and what consent needs; how many rows that takes.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, reading: &Reading) -> u16 {
    let look = canvas.look;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let columns = usize::from(inner.width);
    let (left, right) = title(model, reading, look);
    canvas.split(inner, 0, left, right);
    for (row, line) in (1..).zip(topology(model, reading, look, columns)) {
        canvas.line(inner, row, line);
    }
    canvas.line(inner, 4, consent(model, reading, look, columns));
    5
}

fn title(model: &Model, reading: &Reading, look: &Look) -> (Line<'static>, Line<'static>) {
    let plan = &reading.proposal.plan;
    let prod = plan.environment.to_ascii_uppercase().starts_with("PROD");
    let banner = if prod { Role::BannerProd } else { Role::BannerTest };
    let left = vec![
        look.span(Role::Title, format!("PLAN {} ", words::purpose(plan))),
        look.span(banner, format!(" {} ", text::cut(&plan.environment, 12, look.glyphs))),
    ];
    let (age, old) = age(model, reading);
    let age = format!("{} old", format::coarse(age));
    let hash = reading.proposal.judgement.plan.short().to_owned();
    let age =
        look.span(if old { Role::Unknown } else { Role::Dim }, format!(" {age}{}", if old { ", TOO OLD" } else { "" }));
    (Line::from(left), Line::from(vec![look.span(Role::Text, hash), age]))
}

/// A line with the regions, one with what they are now, one with what they would be. Where all do not fit, those that
/// change come first.
fn topology(model: &Model, reading: &Reading, look: &Look, columns: usize) -> [Line<'static>; 3] {
    let plan = &reading.proposal.plan;
    let label = 5;
    let mut regions: Vec<_> = model.regions();
    let fit = (columns.saturating_sub(label) / REGION).max(1);
    if regions.len() > fit {
        regions.sort_by_key(|region| role(&plan.before, region) == role(&plan.after, region));
    }
    let shown = window(regions.len(), fit, 0);
    let each = columns.saturating_sub(label) / shown.len().max(1);
    let cells = |name: &str, cell: &dyn Fn(&RegionId) -> (Role, String)| {
        let mut spans = vec![look.span(Role::Dim, format!("{name:<label$}"))];
        spans.extend(regions.iter().take(shown.len()).flat_map(|region| {
            let (role, text) = cell(region);
            text::cell(&text, each.min(40), role, look)
        }));
        Line::from(spans)
    };
    let hidden = regions.len() - shown.len();
    let more = if hidden > 0 { format!("+{hidden}") } else { String::new() };
    [
        cells(&more, &|region| (Role::Title, region.to_string())),
        cells("now", &|region| role(&plan.before, region)),
        cells("then", &|region| {
            let (before, after) = (role(&plan.before, region), role(&plan.after, region));
            // What changes is marked by more than its colour.
            if before == after { after } else { (after.0, format!("{} {}", look.glyphs.pointer(), after.1)) }
        }),
    ]
}

/// What a region is in a topology.
fn role(topology: &Topology, region: &RegionId) -> (Role, String) {
    let writes = topology.writers.contains(region);
    let mut words = Vec::new();
    words.extend(writes.then_some("WRITES"));
    // What is cut first where there is little room matters least.
    words.extend(topology.unreachable.contains(region).then_some("UNREACHABLE"));
    words.extend(topology.serving.contains(region).then_some("serves"));
    let role = match () {
        () if topology.unreachable.contains(region) => Role::Unknown,
        () if writes => Role::Writer,
        () => Role::Text,
    };
    if words.is_empty() { (Role::Dim, "idle".to_owned()) } else { (role, words.join(", ")) }
}

/// What consent needs, or what keeps it from being given.
fn consent(model: &Model, reading: &Reading, look: &Look, columns: usize) -> Line<'static> {
    if let Some(starting) = model.desk.beginning() {
        return starting::line(model, starting, columns, look);
    }
    let blocks = reading.blocks().count();
    if blocks > 0 {
        let overridable = reading.blocks().filter(|note| note.code.row().overridable).count();
        let notes = if blocks == 1 { "1 note".to_owned() } else { format!("{blocks} notes") };
        let can = match overridable {
            0 => "no override can".to_owned(),
            count if count == blocks => format!("{} overrides", model.keys.named(Action::Override)),
            count => format!("{count} can be overridden"),
        };
        return Line::from(vec![
            State::bad("BLOCKED").span(look),
            look.span(Role::Text, format!(" by {notes}: {can}; {} plans again", model.keys.named(Action::PlanAgain))),
        ]);
    }
    if let Some(why) = &reading.doubt {
        let state = State::unknown("IN DOUBT");
        return Line::from(vec![state.span(look), look.span(Role::Text, format!(": it cannot be judged anew: {why}"))]);
    }
    let typed = detail::typed(reading);
    if !model.is_armed() {
        let arm = model.keys.named(Action::Arm);
        return Line::from(vec![
            look.span(Role::Title, "READ-ONLY"),
            look.span(Role::Text, format!(": {arm} arms; then {} and type {typed}", model.keys.named(Action::Consent))),
        ]);
    }
    let consent = model.keys.named(Action::Consent);
    let wording = |text: String| Line::from(vec![State::OK.mark(look), Span::raw(" "), look.span(Role::Title, text)]);
    let long = format!("READY: {consent} to consent, then type {typed}");
    first_that_fits(vec![wording(long), wording(format!("READY: {consent}, {typed}"))], columns, look)
}
