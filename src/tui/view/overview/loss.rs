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
        let parts: Vec<_> = [
            writes(model, loss, target.as_str(), long, look),
            objects(model, loss, long, look),
            backup(model, loss, long, look),
        ]
        .into_iter()
        .flatten()
        .collect();
        if parts.is_empty() {
            spans.push(look.span(Role::Dim, "not watched: the stack file names no database, replication or backups"));
        }
        let loses = model.stack.aurora.is_some() || !model.stack.replication.is_empty();
        spans.extend((long >= 2 && loses).then(|| look.span(Role::Text, "you lose ")));
        for (index, part) in parts.into_iter().enumerate() {
            spans.extend((index > 0).then(|| look.span(Role::Text, ", ")));
            spans.extend(part);
        }
        Line::from(spans)
    });
    first_that_fits(wordings.collect(), columns, look)
}

/// A part of the statement; `None` for what the stack does not have.
type Part = Option<Vec<Span<'static>>>;

fn writes(model: &Model, loss: &DataLoss, target: &str, long: u8, look: &Look) -> Part {
    model.stack.aurora.as_ref()?;
    let Some(writes) = &loss.writes else { return Some(vec![look.span(Role::Unknown, "UNKNOWN writes")]) };
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
    Some(vec![look.span(Role::Text, text)])
}

fn objects(model: &Model, loss: &DataLoss, long: u8, look: &Look) -> Part {
    if model.stack.replication.is_empty() {
        return None;
    }
    let Some(objects) = &loss.objects else { return Some(vec![look.span(Role::Unknown, "UNKNOWN objects")]) };
    let (count, bytes) = (format::count(objects.operations), format::size(objects.bytes));
    let text = match long {
        3 => format!("{count} objects / {bytes} not replicated"),
        0 => format!("{count} obj"),
        _ => format!("{count} obj / {bytes}"),
    };
    Some(vec![look.span(Role::Text, text)])
}

fn backup(model: &Model, loss: &DataLoss, long: u8, look: &Look) -> Part {
    model.stack.velero.as_ref()?;
    let word = if long == 3 { "newest restorable backup " } else { "backup " };
    let figure = match loss.newest_backup {
        Some(at) => look.span(Role::Text, format::when(at, model.assessment.world_now)),
        None => look.span(Role::Unknown, "UNKNOWN"),
    };
    Some(vec![look.span(Role::Text, word), figure])
}
