//! Consent: the target by name, and then the amount that is lost, as it is stated at that moment.

use super::{Answer, Form, Question};
use crate::tui::{
    acting::Given,
    desk::{Start, Starting},
    effect::Effect,
    model::Model,
    words,
};

pub(super) fn question(form: &Form, model: &Model, stated: &str) -> Question {
    let Some(reading) = model.desk.planning.made() else { return Question::default() };
    let plan = &reading.proposal.plan;
    let loss = &reading.proposal.judgement.loss;
    let title = format!("Consent to {} on {}", words::purpose(plan), plan.environment);
    let stated_now = words::loss(loss);
    let mut help = vec![if loss.is_loss() { format!("Lost: {stated_now}") } else { stated_now }];
    if loss.amount() != stated {
        help.push(format!("The statement has changed since: it was {stated}, and is {} now.", loss.amount()));
    }
    let label = if form.answers.is_empty() {
        format!("Type {} to name what is acted on", names(&plan.confirmations))
    } else {
        format!("Type {} to accept the loss", loss.amount())
    };
    if form.answers.is_empty() && loss.is_loss() {
        help.push("After this the amount is asked for.".to_owned());
    }
    Question { title, label, help, ..Question::default() }
}

fn names(confirmations: &[String]) -> String {
    confirmations.join(" or ")
}

pub(super) fn answer(form: &Form, model: &mut Model, stated: &str) -> Answer {
    if !model.is_armed() {
        return Answer::Again("read-only again: leave this, arm, and consent anew".to_owned());
    }
    let Some(reading) = model.desk.planning.made_mut() else { return Answer::Done(Vec::new()) };
    let (plan, loss) = (reading.proposal.plan.clone(), reading.proposal.judgement.loss.clone());
    let (confirmed, accepted) = match form.answers.first() {
        None if !plan.is_confirmed_by(&form.text) => {
            return Answer::Again(format!("that is not {}", names(&plan.confirmations)));
        }
        None if loss.is_loss() => return Answer::Next(form.text.trim().to_owned()),
        None => (form.text.trim().to_owned(), String::new()),
        Some(_) if !loss.is_covered_by(&form.text) => {
            let amount = loss.amount();
            let changed = if amount == stated { String::new() } else { format!(": it was {stated} before") };
            return Answer::Again(format!("the loss is stated as {amount} now{changed}"));
        }
        Some(confirmed) => (confirmed.clone(), form.text.trim().to_owned()),
    };
    let given = Box::new(Given { plan, confirmed, accepted, overrides: reading.overrides.clone() });
    reading.refused.clear();
    model.desk.starting = Some(Starting::new(Start::Begin(given.clone())));
    model.overlay = None;
    Answer::Done(vec![Effect::Begin(given)])
}
