//! What would be done: topology before and after, what would be lost, what stands against it, and the steps in time.

mod head;
mod steps;

use evac_core::stack::scale;
use jiff::SignedDuration;
use ratatui::{layout::Rect, text::Line};

use super::{
    canvas::Canvas,
    overlay::detail,
    sections::{self, Section},
    state::State,
    text,
};
use crate::tui::{
    desk::{Planning, Reading},
    items::Item,
    model::Model,
    theme::{Look, Role},
    words,
};

pub(super) use steps::{Columns, bar};

/// From this width on the chosen row is told beside the list; below it, underneath.
pub(super) const BESIDE: u16 = 150;

/// The columns that one row is told in, at most: what is over goes to the list, whose lines have no second one.
const TOLD: u16 = 58;

/// Draws the screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    match &model.desk.planning {
        Planning::Made(reading) => made(canvas, area, model, reading),
        Planning::Nothing => says(
            canvas,
            area,
            State::active("NO PLAN"),
            &[
                "Nothing was planned yet.".to_owned(),
                "A verb makes a plan to read: failover, switchover, failback, drain, undrain, restore, recover."
                    .to_owned(),
                "Nothing is changed by a plan.".to_owned(),
            ],
        ),
        Planning::Making(intent) => {
            says(
                canvas,
                area,
                State::active("PLANNING"),
                &[format!("{} …", words::intent(intent)).replace('…', canvas.look.glyphs.ellipsis())],
            );
        }
        Planning::Failed { intent, why } => {
            says(canvas, area, State::bad("NO PLAN"), &[words::intent(intent), why.clone()]);
        }
    }
}

/// A few sentences in place of a plan or a run.
pub(super) fn says(canvas: &mut Canvas<'_>, area: Rect, state: State, sentences: &[String]) {
    let look = canvas.look;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    canvas.line(inner, 0, Line::from(state.span(look)));
    let columns = usize::from(inner.width.min(100));
    let lines = sentences.iter().flat_map(|sentence| text::wrap(sentence, columns, 4, look.glyphs));
    for (row, line) in (2..inner.height).zip(lines) {
        canvas.line(inner, row, Line::from(look.span(Role::Text, line)));
    }
}

fn made(canvas: &mut Canvas<'_>, area: Rect, model: &Model, reading: &Reading) {
    let taken = head::draw(canvas, area, model, reading);
    let body = Rect { y: area.y + taken, height: area.height.saturating_sub(taken), ..area };
    let (list, beside) = split(body);
    let look = canvas.look;
    let plan = &reading.proposal.plan;
    let timeline = plan.timeline();
    let items = model.items();
    let count = |wanted: fn(&Item) -> bool| items.iter().filter(|item| wanted(item)).count();
    let title = |text: String| Line::from(look.span(Role::Title, text));
    let notes = &reading.proposal.judgement.notes;
    let critical = format!("{} decides the end", look.glyphs.bar(crate::tui::theme::Bar::Full));
    let sections = [
        Section { title: title("NOT BEGUN, because".to_owned()), count: reading.refused.len() },
        Section { title: title("LOSS".to_owned()), count: 1 },
        Section { title: title(format!("NOTES {}, worst first", notes.len())), count: notes.len() },
        Section {
            title: title(format!("STEPS {}, {} in all, {critical}", plan.steps.len(), words::clock(timeline.total))),
            count: count(|item| matches!(item, Item::Step(_))),
        },
    ];
    let columns = Columns::of(usize::from(list.width.saturating_sub(2)), &plan.steps);
    let row = |index: usize| match items.get(index) {
        Some(Item::Refused(index)) => refused(reading, *index, look),
        Some(Item::Loss) => loss(reading, look),
        Some(Item::Note(index)) => note(reading, *index, look),
        Some(Item::Step(index)) => steps::line(plan, &timeline, *index, &columns, look),
        _ => Line::default(),
    };
    sections::draw(canvas, list, &sections, model.row, &row);
    detail::panel(canvas, beside, model);
}

/// The list, and what the chosen row is told in.
pub(super) fn split(body: Rect) -> (Rect, Rect) {
    if body.width >= BESIDE {
        let width = (body.width * 3 / 5).max(body.width.saturating_sub(TOLD));
        let rest = Rect { x: body.x + width, width: body.width - width, ..body };
        return (Rect { width: width.saturating_sub(1), ..body }, rest);
    }
    let height = if body.height >= 10 { (body.height * 2 / 5).clamp(5, 10) } else { 0 };
    let list = Rect { height: body.height - height, ..body };
    (list, Rect { y: list.bottom(), height, ..body })
}

fn refused(reading: &Reading, index: usize, look: &Look) -> Line<'static> {
    let why = reading.refused.get(index).cloned().unwrap_or_default();
    Line::from(vec![State::bad("").mark(look), look.span(Role::Text, format!(" {why}"))])
}

fn loss(reading: &Reading, look: &Look) -> Line<'static> {
    let loss = &reading.proposal.judgement.loss;
    let (role, mark) = match (loss.is_loss(), loss) {
        (_, evac_core::plan::LossStatement::Unknown { .. }) => (Role::Unknown, State::unknown("")),
        (true, _) => (Role::Warning, State::warning("")),
        (false, _) => (Role::Go, State::OK),
    };
    let doubt = if reading.doubt.is_some() { " NOT STATED ANEW:" } else { "" };
    Line::from(vec![
        mark.mark(look),
        look.span(Role::Unknown, doubt),
        look.span(role, format!(" {}", words::loss(loss))),
    ])
}

fn note(reading: &Reading, index: usize, look: &Look) -> Line<'static> {
    let Some(note) = reading.proposal.judgement.notes.get(index) else { return Line::default() };
    let state = State::note(note.severity);
    let overridden = reading.overridden(note).map_or("", |_| "OVERRIDDEN ");
    // Many a text names the region by itself.
    let region = note.region.as_ref().filter(|region| !note.text.starts_with(region.as_str()));
    let place = region.map_or(String::new(), |region| format!("{region}: "));
    let mut spans = vec![state.mark(look), look.span(Role::Text, " ")];
    spans.extend(text::cell(state.word, 6, state.role, look));
    spans.extend(text::cell(note.code.name(), 16, state.role, look));
    spans.extend([
        look.span(Role::Title, overridden),
        look.span(Role::Dim, place),
        look.span(Role::Text, note.text.clone()),
    ]);
    Line::from(spans)
}

/// How old a plan is, and whether that is too old to consent to.
fn age(model: &Model, reading: &Reading) -> (SignedDuration, bool) {
    let age = model.assessment.world_now.duration_since(reading.proposal.plan.made_at).max(SignedDuration::ZERO);
    (age, age > scale(model.stack.guards.plan_age.get(), model.stack.clock.rate))
}
