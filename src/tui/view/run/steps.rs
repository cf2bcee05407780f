use evac_core::{
    plan::Timeline,
    run::{RunState, StepStatus},
};
use jiff::{SignedDuration, Timestamp};
use ratatui::text::Line;

use crate::tui::{
    theme::{Bar, Look, Role, Shape},
    view::{
        plan::{Columns, bar},
        state::State,
        text,
    },
    words,
};

/// The longest word of a step's state.
const WORD: usize = 9;

/// What the bars are drawn by: the plan's times, and how far the run is.
pub(super) struct Scale {
    timeline: Timeline,
    now: SignedDuration,
    total: SignedDuration,
    /// How much later than planned the next step begins.
    late: SignedDuration,
}

impl Scale {
    pub(super) fn of(run: &RunState, world_now: Timestamp) -> Self {
        let timeline = run.plan.timeline();
        let end = if run.finished.is_some() { run.last_at } else { world_now.max(run.last_at) };
        let now = end.duration_since(run.began_at).max(SignedDuration::ZERO);
        if run.finished.is_some() {
            return Self { timeline, now, total: now, late: SignedDuration::ZERO };
        }
        let waits = |id| run.steps.get(id).is_some_and(|known| known.status == StepStatus::Waiting);
        let next = timeline.entries.iter().filter(|entry| waits(&entry.step)).map(|entry| entry.start).min();
        let late = next.map_or(SignedDuration::ZERO, |next| now.saturating_sub(next).max(SignedDuration::ZERO));
        let total = timeline.total.saturating_add(late).max(now);
        Self { timeline, now, total, late }
    }
}

/// A step of a run: its state, its name, where, how long, and when.
pub(super) fn line(run: &RunState, index: usize, columns: &Columns, scale: &Scale, look: &Look) -> Line<'static> {
    let Some(step) = run.plan.steps.get(index) else { return Line::default() };
    let Some(known) = run.steps.get(&step.id) else { return Line::default() };
    let state = match (&known.status, &run.finished) {
        // Nothing waits for it any more.
        (StepStatus::Waiting, Some(_)) => State { word: "NOT BEGUN", ..State::step(step, &known.status) },
        (status, _) => State::step(step, status),
    };
    let since = |at: Timestamp| at.duration_since(run.began_at).max(SignedDuration::ZERO);
    let began = known.started_at.map(since);
    let end = known.ended_at.map_or(scale.now, since);
    let took = began.map(|began| (end - began).max(SignedDuration::ZERO));
    let place = step.region.as_ref().map_or("-", |region| region.as_str());
    let mut spans = vec![
        state.mark(look),
        look.span(state.role, format!(" {}", state.word)),
        // Blanks of their own: where a style underlines, only the word is.
        look.span(Role::Text, " ".repeat(WORD.saturating_sub(state.word.len()) + 1)),
        look.span(Role::Text, text::padded(step.id.as_str(), columns.name, look.glyphs)),
        look.span(Role::Dim, format!(" {} ", text::padded(place, columns.region, look.glyphs))),
        look.span(Role::Dim, format!("{:>6} ", took.map_or_else(String::new, words::clock))),
    ];
    // The state's word and shape take the place of the plane and a little more.
    let mark = text::width(look.glyphs.shape(Shape::Good));
    let room = (columns.bar + columns.title + 9).saturating_sub(WORD + 2 + mark);
    let says = says(&known.status, known.waiting_on.as_deref(), known.attempts);
    let width = if room > 40 { room / 3 } else { room.min(12) };
    let kind = match &known.status {
        StepStatus::Waiting => Bar::Open,
        StepStatus::Ended { .. } => Bar::Full,
        _ => Bar::Half,
    };
    let planned = scale.timeline.entries.iter().find(|entry| entry.step == step.id);
    match (began, planned) {
        (Some(began), _) => spans.extend(bar(began, end, scale.total, width, kind, look)),
        (None, Some(entry)) if known.outcome().is_none() && run.finished.is_none() => {
            let (start, end) = (entry.start.saturating_add(scale.late), entry.end.saturating_add(scale.late));
            spans.extend(bar(start, end, scale.total, width, Bar::Open, look));
        }
        _ => spans.push(look.span(Role::Dim, " ".repeat(width))),
    }
    spans.push(look.span(Role::Dim, format!(" {}", text::cut(&says, room.saturating_sub(width + 1), look.glyphs))));
    Line::from(spans)
}

/// What a step waits for, or what came of it.
fn says(status: &StepStatus, waiting_on: Option<&str>, attempts: u32) -> String {
    let text = match (status, waiting_on) {
        (StepStatus::Ended { outcome }, _) => outcome.text().to_owned(),
        (StepStatus::Gated { why }, _) => why.clone(),
        (_, Some(on)) => format!("waits for {on}"),
        (StepStatus::Answered { answer }, None) => words::answer(answer),
        (StepStatus::Waiting | StepStatus::Started, None) => String::new(),
    };
    if attempts > 1 { format!("attempt {attempts}: {text}") } else { text }
}
