use evac_core::plan::{Plan, Plane, Step, Timeline};
use jiff::SignedDuration;
use ratatui::text::{Line, Span};

use crate::tui::{
    theme::{Bar, Look, Role},
    view::text,
    words,
};

/// How the columns of a row of steps are shared out.
pub(in crate::tui::view) struct Columns {
    pub(in crate::tui::view) name: usize,
    pub(in crate::tui::view) region: usize,
    pub(in crate::tui::view) bar: usize,
    /// What a step does, where there is room for that too.
    pub(in crate::tui::view) title: usize,
}

/// The columns of a duration.
const CLOCK: usize = 7;

/// The least columns of a bar that stands beside what a step does.
const LEAST_BAR: usize = 24;

impl Columns {
    pub(in crate::tui::view) fn of(columns: usize, steps: &[Step]) -> Self {
        let longest = |of: &dyn Fn(&Step) -> usize| steps.iter().map(of).max().unwrap_or(0);
        // A name is what an operator looks for, and says to others: it is cut only where little else would fit.
        let name = longest(&|step| text::width(step.id.as_str())).clamp(8, (columns * 3 / 10).max(22));
        let region =
            longest(&|step| step.region.as_ref().map_or(1, |region| text::width(region.as_str()))).clamp(4, 14);
        let rest = columns.saturating_sub(name + region + CLOCK + 11);
        let longest_title = longest(&|step| text::width(&step.title)) + 1;
        let title = if rest > 56 { (rest - LEAST_BAR).min(longest_title) } else { 0 };
        Self { name, region, bar: rest.saturating_sub(title), title }
    }
}

/// The plane in a few letters.
fn plane(plane: Plane) -> &'static str {
    match plane {
        Plane::Control => "control",
        Plane::Data => "data",
        Plane::Local => "local",
    }
}

/// A step of a plan: its name, where, which plane, how long, and when.
pub(super) fn line(plan: &Plan, timeline: &Timeline, index: usize, columns: &Columns, look: &Look) -> Line<'static> {
    let Some(step) = plan.steps.get(index) else { return Line::default() };
    let entry = timeline.entries.iter().find(|entry| entry.step == step.id);
    let critical = entry.is_some_and(|entry| entry.critical);
    let place = step.region.as_ref().map_or("-", |region| region.as_str());
    let mut spans = vec![
        look.span(
            if critical { Role::Title } else { Role::Text },
            text::padded(step.id.as_str(), columns.name, look.glyphs),
        ),
        look.span(
            Role::Dim,
            format!(" {} {:<7} ", text::padded(place, columns.region, look.glyphs), plane(step.plane)),
        ),
        look.span(Role::Text, format!("{:>CLOCK$} ", words::clock(step.expected))),
    ];
    if let Some(entry) = entry {
        let kind = if critical { Bar::Full } else { Bar::Half };
        spans.extend(bar(entry.start, entry.end, timeline.total, columns.bar, kind, look));
    }
    if columns.title > 0 {
        spans.push(look.span(Role::Dim, format!(" {}", text::cut(&step.title, columns.title - 1, look.glyphs))));
    }
    Line::from(spans)
}

/// A bar from one moment to another of so much time, in so many columns. However short, it is there.
pub(in crate::tui::view) fn bar(
    start: SignedDuration,
    end: SignedDuration,
    total: SignedDuration,
    columns: usize,
    kind: Bar,
    look: &Look,
) -> Vec<Span<'static>> {
    if columns == 0 {
        return Vec::new();
    }
    let place = |moment: SignedDuration| {
        let share = moment.as_secs_f64() / total.as_secs_f64().max(1.0);
        ((share * columns as f64).round().max(0.0) as usize).min(columns)
    };
    let from = place(start).min(columns - 1);
    let to = place(end).max(from + 1);
    let role = match kind {
        Bar::Full => Role::Title,
        Bar::Half => Role::Trend,
        Bar::Open => Role::Dim,
    };
    vec![
        look.span(Role::Dim, " ".repeat(from)),
        look.span(role, look.glyphs.bar(kind).repeat(to - from)),
        look.span(Role::Dim, " ".repeat(columns - to)),
    ]
}
