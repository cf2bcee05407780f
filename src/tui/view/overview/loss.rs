//! What an evacuation to the best target would lose, in one line. What is not known is said to be.

use evac_core::{assessment::DataLoss, text};
use ratatui::text::{Line, Span};

use crate::tui::{
    model::Model,
    theme::{Look, Role},
    view::{canvas::first_that_fits, format},
};

/// The statement for the best target.
pub(in crate::tui::view) fn statement(model: &Model, look: &Look, columns: usize) -> Line<'static> {
    let assessment = &model.assessment;
    let target = assessment.recovery_point.target.as_ref();
    let loss = target.and_then(|target| Some((target, assessment.regions.get(target)?.loss.as_ref()?)));
    let Some((target, loss)) = loss else {
        return Line::from(vec![look.span(Role::Title, "LOSS "), look.span(Role::Unknown, "UNKNOWN: no target")]);
    };
    let wordings = [
        vec![look.span(Role::Text, "you lose "), writes(model, loss, target.as_str(), 2, look)],
        vec![look.span(Role::Text, "you lose "), writes(model, loss, target.as_str(), 1, look)],
        vec![writes(model, loss, target.as_str(), 0, look)],
    ];
    let wordings = [2, 1, 0].into_iter().zip(wordings).map(|(long, writes)| {
        let to = if long > 0 { "to " } else { "" };
        let mut spans = vec![look.span(Role::Title, format!("LOSS {to}{target} "))];
        spans.extend(writes);
        spans.extend(objects(model, loss, long, look));
        spans.extend(backup(model, loss, long, look));
        Line::from(spans)
    });
    first_that_fits(wordings.collect(), columns, look)
}

fn writes(model: &Model, loss: &DataLoss, target: &str, long: u8, look: &Look) -> Span<'static> {
    match &loss.writes {
        None if model.stack.aurora.is_none() => look.span(Role::Dim, "no database"),
        None => look.span(Role::Unknown, "UNKNOWN writes"),
        Some(writes) => {
            let most = format::at_most(writes.at_most);
            let text = match long {
                2 => format!(
                    "at most {most} of writes (lag {} measured {} ago in {target})",
                    text::age(writes.lag),
                    format::coarse(writes.measured_ago)
                ),
                1 => format!("at most {most} of writes (lag {})", text::age(writes.lag)),
                _ => format!("up to {most} of writes"),
            };
            look.span(Role::Text, text)
        }
    }
}

fn objects(model: &Model, loss: &DataLoss, long: u8, look: &Look) -> Vec<Span<'static>> {
    let comma = look.span(Role::Text, ", ");
    match &loss.objects {
        None if model.stack.replication.is_empty() => Vec::new(),
        None => vec![comma, look.span(Role::Unknown, "UNKNOWN objects")],
        Some(objects) => {
            let word = match long {
                2 => " objects",
                _ => " obj",
            };
            let not = if long == 2 { " not replicated" } else { "" };
            let (count, bytes) = (format::count(objects.operations), text::bytes(objects.bytes));
            vec![comma, look.span(Role::Text, format!("{count}{word} / {bytes}{not}"))]
        }
    }
}

fn backup(model: &Model, loss: &DataLoss, long: u8, look: &Look) -> Vec<Span<'static>> {
    if model.stack.velero.is_none() {
        return Vec::new();
    }
    let word = if long == 2 { ", newest restorable backup " } else { ", backup " };
    let figure = match loss.newest_backup {
        Some(at) => look.span(Role::Text, format::when(at, model.assessment.world_now)),
        None => look.span(Role::Unknown, "UNKNOWN"),
    };
    vec![look.span(Role::Text, word), figure]
}
