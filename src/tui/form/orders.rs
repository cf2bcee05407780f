//! What is asked of a run, and overriding a guard: each with a reason.

use evac_core::{
    guard::{GuardCode, Override},
    run::{RunId, RunState},
};

use super::{Answer, Form, Question};
use crate::tui::{
    acting::{Kept, Order},
    desk::{Start, Starting, gate},
    effect::Effect,
    model::Model,
};

/// The words that confirm an order.
const ABORT: &str = "abort";
const RESUME: &str = "resume";
const DESPITE_ABORT: &str = "despite abort";
const ACKNOWLEDGE: &str = "seen";

/// The guards that stand in the way and can be overridden.
fn overridable(model: &Model, run: Option<&RunId>) -> Vec<GuardCode> {
    let mut codes: Vec<_> = match run {
        Some(_) => {
            model.desk.state().into_iter().flat_map(|state| state.closed_gates()).map(|(_, code)| code).collect()
        }
        None => {
            model.desk.planning.made().into_iter().flat_map(|reading| reading.blocks()).map(|note| note.code).collect()
        }
    };
    codes.retain(|code| code.row().overridable);
    codes.dedup();
    codes
}

pub(super) fn override_question(form: &Form, model: &Model, run: Option<&RunId>) -> Question {
    let codes = overridable(model, run);
    let title = "Override a guard".to_owned();
    match form.answers.first().and_then(|name| GuardCode::parse(name)) {
        None => {
            let names: Vec<_> = codes.iter().map(|code| code.name()).collect();
            // At the gate of a run, what is seen there is what there is to decide by.
            let seen =
                run.and_then(|_| gate(model.desk.state()?)).map(|(step, _, why)| format!("At {}: {why}", step.id));
            let means = codes.iter().map(|code| format!("{code}: {}", code.row().meaning));
            let help = seen.into_iter().chain(means).collect();
            Question {
                title,
                label: format!("Type {} to override it", names.join(" or ")),
                help,
                ..Question::default()
            }
        }
        Some(code) => Question {
            title,
            label: format!("Why is {code} overridden? It is recorded with your name"),
            help: vec![code.row().meaning.to_owned()],
            takes_paste: true,
            ..Question::default()
        },
    }
}

pub(super) fn answer_override(form: &Form, model: &mut Model, run: Option<&RunId>) -> Answer {
    let Some(code) = form.answers.first().and_then(|name| GuardCode::parse(name)) else {
        return match GuardCode::parse(&form.text) {
            Some(code) if overridable(model, run).contains(&code) => Answer::Next(code.name().to_owned()),
            Some(code) => Answer::Again(format!("{code} does not stand in the way, or cannot be overridden")),
            None => Answer::Again("no guard is called so".to_owned()),
        };
    };
    let reason = match reason(&form.text) {
        Ok(reason) => reason,
        Err(again) => return again,
    };
    let given = Override { code, reason };
    if let Some(run) = run {
        return order(model, run, Order::Override(given));
    }
    if let Some(reading) = model.desk.planning.made_mut() {
        reading.overrides.retain(|other| other.code != code);
        reading.overrides.push(given);
        model.notice = Some(format!("{code} is overridden, once you consent"));
    }
    model.overlay = None;
    Answer::Done(Vec::new())
}

pub(super) fn abort_question(form: &Form, run: &RunId) -> Question {
    let title = format!("Abort {run}");
    if form.answers.is_empty() {
        let help = vec![
            "The run stops at the next safe point: what is under way is seen to its end, what was not begun is not \
             begun, and what must be closed is closed. Nothing else is undone; the report tells."
                .to_owned(),
        ];
        return Question { title, label: format!("Type {ABORT} to stop it"), help, ..Question::default() };
    }
    let label = "Why? It is recorded with your name".to_owned();
    Question { title, label, takes_paste: true, ..Question::default() }
}

pub(super) fn answer_abort(form: &Form, model: &mut Model, run: &RunId) -> Answer {
    if form.answers.is_empty() {
        return confirmed(&form.text, ABORT);
    }
    match reason(&form.text) {
        Ok(reason) => order(model, run, Order::Abort { reason }),
        Err(again) => again,
    }
}

pub(super) fn hand_over_question(run: &RunId) -> Question {
    let help = "The process of the run leaves it where it is, and nothing is done until somebody resumes it. What is \
                under way is not taken back.";
    Question {
        title: format!("Hand over {run}"),
        label: "Who goes on with it, and where? It is recorded with your name".to_owned(),
        help: vec![help.to_owned()],
        ..Question::default()
    }
}

pub(super) fn answer_hand_over(form: &Form, model: &mut Model, run: &RunId) -> Answer {
    match reason(&form.text) {
        Ok(to) => order(model, run, Order::HandOver { to }),
        Err(_) => Answer::Again("say who goes on with it".to_owned()),
    }
}

pub(super) fn resume_question(model: &Model, run: &RunId) -> Question {
    let help = "What every step has come to is observed first. Then what is left is done, under the consent that was \
                given; nothing is repeated blindly. Should somebody else carry it out after all, the lease refuses.";
    let line = model.subject().filter(|line| line.run == *run);
    let first = line.and_then(|line| match (&line.state, &line.kept) {
        (Ok(state), _) => stopped(state).map(|(by, reason)| {
            format!("{by} has stopped it: {reason}. What it did stands, and the rest is done. Have you spoken to them?")
        }),
        (Err(_), Kept::Here) => Some(
            "DAMAGED: this machine's journal of it is set aside, and it goes on by a copy in another region. What the \
             copy may lack is looked for too. Without a copy nothing is done."
                .to_owned(),
        ),
        (Err(_), Kept::Copied(_) | Kept::Unread) => {
            let text =
                "NOT READ: its copies are asked for once more, and it goes on by one. Without one nothing is done.";
            Some(text.to_owned())
        }
    });
    Question {
        title: format!("Go on with {run}"),
        label: format!("Type {}", word_to_resume(model, run)),
        help: first.into_iter().chain([help.to_owned()]).collect(),
        ..Question::default()
    }
}

/// Who has stopped a run that can go on in spite of that, and why.
fn stopped(state: &RunState) -> Option<&(String, String)> {
    state.abort.as_ref().filter(|_| state.may_go_on_despite_abort())
}

fn word_to_resume(model: &Model, run: &RunId) -> &'static str {
    let state = model.subject().filter(|line| line.run == *run).and_then(|line| line.state.as_ref().ok());
    if state.is_some_and(|state| stopped(state).is_some()) { DESPITE_ABORT } else { RESUME }
}

pub(super) fn answer_resume(form: &Form, model: &mut Model, run: &RunId) -> Answer {
    let word = word_to_resume(model, run);
    match confirmed(&form.text, word) {
        Answer::Next(_) => while_armed(model, |model| {
            model.desk.starting = Some(Starting::new(Start::Resume(run.clone())));
            Effect::Resume { run: run.clone(), despite_abort: word == DESPITE_ABORT }
        }),
        other => other,
    }
}

pub(super) fn acknowledge_question(run: &RunId) -> Question {
    Question {
        title: format!("Acknowledge {run}"),
        label: format!("Type {ACKNOWLEDGE}"),
        help: vec!["You have read how it ended. The cool-down is over then, and the next action may begin.".to_owned()],
        ..Question::default()
    }
}

pub(super) fn answer_acknowledge(form: &Form, model: &mut Model, run: &RunId) -> Answer {
    match confirmed(&form.text, ACKNOWLEDGE) {
        Answer::Next(_) => order(model, run, Order::Acknowledge),
        other => other,
    }
}

fn confirmed(text: &str, word: &str) -> Answer {
    if text.trim() == word { Answer::Next(word.to_owned()) } else { Answer::Again(format!("that is not {word}")) }
}

fn reason(text: &str) -> Result<String, Answer> {
    match evac_core::text::clean(text) {
        reason if reason.is_empty() => Err(Answer::Again("give a reason".to_owned())),
        reason => Ok(reason),
    }
}

fn order(model: &mut Model, run: &RunId, order: Order) -> Answer {
    while_armed(model, |_| Effect::Order(run.clone(), order))
}

fn while_armed(model: &mut Model, asks: impl FnOnce(&mut Model) -> Effect) -> Answer {
    if !model.is_armed() {
        return Answer::Again("read-only again: leave this, arm, and ask anew".to_owned());
    }
    model.overlay = None;
    Answer::Done(vec![asks(model)])
}
