//! RPO, RTO and the error budget, each against what it may be.

use evac_core::{assessment::Budget, text};
use jiff::SignedDuration;
use ratatui::text::{Line, Span};

use crate::tui::{
    model::Model,
    theme::{Look, Role},
    view::{canvas::first_that_fits, format, state::State},
};

/// RTO and RPO in one line, with as much of what they are made of as fits. What changes stands last, so that
/// nothing else moves when it does.
pub(in crate::tui::view) fn objectives(model: &Model, look: &Look, columns: usize) -> Line<'static> {
    let (point, time) = (&model.assessment.recovery_point, &model.assessment.recovery_time);
    let worst = point.worst.map_or(String::new(), |worst| format!(" {}", format::at_most(worst)));
    let head = vec![
        look.span(Role::Title, "RPO "),
        State::met(point.is_met()).span(look),
        look.span(Role::Text, worst),
        look.span(Role::Dim, format!(" of {}", text::age(point.objective))),
    ];
    let paths = point.paths.iter().map(|(path, exposure)| {
        let exposure = exposure.map_or_else(|| "unknown".to_owned(), format::at_most);
        format!("{} {exposure}", path.word())
    });
    let paths = match point.paths.is_empty() {
        true => " (no data is replicated or backed up)".to_owned(),
        false => format!(" ({})", paths.collect::<Vec<_>>().join(", ")),
    };
    let paths = look.span(Role::Dim, paths);
    let tail = vec![
        look.span(Role::Title, "RTO "),
        State::met(Some(time.total <= time.objective)).span(look),
        look.span(Role::Text, format!(" {}", text::age(time.total))),
        look.span(Role::Dim, format!(" of {}", text::age(time.objective))),
    ];
    let parts = format!(
        " (detect {}, decide {}, execute {})",
        text::age(time.detect),
        text::age(time.decide),
        text::age(time.execute)
    );
    let parts = look.span(Role::Dim, parts);
    let line = |middle: &[Span<'static>], end: &[Span<'static>]| {
        let gap = [look.span(Role::Text, "   ")];
        Line::from([tail.as_slice(), end, &gap, &head, middle].concat())
    };
    let worst = point.paths.iter().max_by_key(|(_, exposure)| exposure.unwrap_or(SignedDuration::MAX));
    let worst = worst.map_or(String::new(), |(path, _)| format!(" ({})", path.word()));
    let worst = look.span(Role::Dim, worst);
    let [paths, parts, worst] = [&paths, &parts, &worst].map(std::slice::from_ref);
    let bare = [&tail[..2], &[look.span(Role::Text, "  ")], &head[..3]].concat();
    let wordings = vec![line(paths, parts), line(paths, &[]), line(worst, &[]), line(&[], &[]), Line::from(bare)];
    first_that_fits(wordings, columns, look)
}

/// What is left of the error budgets.
pub(super) fn budgets(model: &Model, look: &Look, columns: usize) -> Line<'static> {
    let budgets = &model.assessment.budgets;
    let availability = model.stack.objectives.availability;
    let wordings = [2, 1, 0].map(|long| {
        let mut spans = vec![look.span(Role::Title, "BUDGET ")];
        if long == 2 {
            spans.push(look.span(Role::Dim, format!("{availability} %  ")));
        }
        spans.extend(budget(&budgets.month, "month", long, look));
        spans.push(look.span(Role::Text, if long > 0 { "   " } else { "  " }));
        spans.extend(budget(&budgets.year, "year", long, look));
        Line::from(spans)
    });
    first_that_fits(wordings.to_vec(), columns, look)
}

fn budget(budget: &Budget, span: &str, long: u8, look: &Look) -> Vec<Span<'static>> {
    let left = budget.left();
    let figure = if left.is_negative() {
        look.span(Role::Critical, format!("OVER by {}", text::age(left.abs())))
    } else {
        look.span(Role::Text, format!("{} left", text::age(left)))
    };
    let mut spans = vec![look.span(Role::Dim, format!("{span} ")), figure];
    if long == 2 {
        spans.push(look.span(Role::Dim, format!(" of {}", text::age(budget.allowed))));
    }
    let word = if long > 0 { "watched" } else { "seen" };
    spans.push(look.span(Role::Dim, format!(" ({} {word})", format::percent(budget.watched))));
    spans
}
