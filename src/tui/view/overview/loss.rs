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
    // From the fullest wording to the barest.
    let wordings = (0..4).rev().map(|long| {
        let lead = if long >= 2 { format!("LOSS to {target} ") } else { format!("LOSS {target} ") };
        let mut spans = vec![look.span(Role::Title, lead)];
        spans.extend((long >= 2).then(|| look.span(Role::Text, "you lose ")));
        spans.push(writes(model, loss, target.as_str(), long, look));
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
                3 => format!(
                    "at most {most} of writes (lag {} measured {} ago in {target})",
                    text::age(writes.lag),
                    format::coarse(writes.measured_ago)
                ),
                2 => format!("at most {most} of writes (lag {})", text::age(writes.lag)),
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
            let (count, bytes) = (format::count(objects.operations), format::size(objects.bytes));
            let text = match long {
                3 => format!("{count} objects / {bytes} not replicated"),
                0 => format!("{count} obj"),
                _ => format!("{count} obj / {bytes}"),
            };
            vec![comma, look.span(Role::Text, text)]
        }
    }
}

fn backup(model: &Model, loss: &DataLoss, long: u8, look: &Look) -> Vec<Span<'static>> {
    if model.stack.velero.is_none() {
        return Vec::new();
    }
    let word = if long == 3 { ", newest restorable backup " } else { ", backup " };
    let figure = match loss.newest_backup {
        Some(at) => look.span(Role::Text, format::when(at, model.assessment.world_now)),
        None => look.span(Role::Unknown, "UNKNOWN"),
    };
    vec![look.span(Role::Text, word), figure]
}
