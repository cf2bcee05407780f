//! Questions that are answered by typing, one after the other. Enter gives an answer, backspace on an empty line takes
//! the last one back, and esc leaves the whole without a trace.

mod consent;
mod orders;
mod recover;
mod restore;

use evac_core::{RegionId, run::RunId};

use super::{
    action::Action,
    effect::Effect,
    message::Edit,
    model::{Model, Overlay},
    update::moved,
};

/// The longest answer, in characters.
const LONGEST: usize = 200;

/// Questions, and how far they are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What the answers are for.
    pub purpose: Purpose,
    /// The answers so far.
    pub answers: Vec<String>,
    /// What is typed.
    pub text: String,
    /// The chosen line, where the question has lines.
    pub chosen: usize,
    /// Why the last answer was not taken.
    pub problem: Option<String>,
}

/// What the answers are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Consent to the plan that is read; the amount of loss as it was stated when the form was opened.
    Consent {
        /// The amount.
        stated: String,
    },
    /// Overriding a guard: of the plan that is read, or of a run.
    Override(Option<RunId>),
    /// Stopping a run at the next safe point.
    Abort(RunId),
    /// Leaving a run to another machine.
    HandOver(RunId),
    /// Going on with a run that nobody carries out.
    Resume(RunId),
    /// The end of a run has been seen.
    Acknowledge(RunId),
    /// What was asked for cannot be done now. It takes what the operator goes on typing, and does nothing with it.
    NotNow {
        /// What was asked for.
        action: Action,
        /// Why not.
        why: String,
    },
    /// A restore into a region.
    Restore(RegionId),
    /// A recovery in a region.
    Recover(RegionId),
}

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// What the form is for.
    pub title: String,
    /// What is to be typed.
    pub label: String,
    /// What one should know for it, a paragraph each.
    pub help: Vec<String>,
    /// True where the answer is a line that is chosen; what is typed finds it then.
    pub chooses: bool,
    /// True where nothing can be answered: it is read and left.
    pub closed: bool,
    /// True where text can be pasted. What consents is typed.
    pub takes_paste: bool,
}

/// What came of an answer.
enum Answer {
    /// It was not taken, and why.
    Again(String),
    /// It was, in this form; there is another question.
    Next(String),
    /// It was the last one.
    Done(Vec<Effect>),
}

impl Form {
    /// A form with nothing typed yet.
    pub fn new(purpose: Purpose) -> Self {
        Self { purpose, answers: Vec::new(), text: String::new(), chosen: 0, problem: None }
    }

    /// The question that is open.
    pub fn question(&self, model: &Model) -> Question {
        match &self.purpose {
            Purpose::Consent { stated } => consent::question(self, model, stated),
            Purpose::Override(run) => orders::override_question(self, model, run.as_ref()),
            Purpose::Abort(run) => orders::abort_question(self, run),
            Purpose::HandOver(run) => orders::hand_over_question(run),
            Purpose::Resume(run) => orders::resume_question(model, run),
            Purpose::Acknowledge(run) => orders::acknowledge_question(run),
            Purpose::NotNow { action, why } => not_now(*action, why),
            Purpose::Restore(region) => restore::question(self, region),
            Purpose::Recover(region) => recover::question(model, region),
        }
    }

    /// How many lines there are to choose from.
    pub fn count(&self, model: &Model) -> usize {
        match &self.purpose {
            Purpose::Restore(region) => restore::count(self, model, region),
            _ => 0,
        }
    }

    /// Some of the lines to choose from: a name and what there is to say of it.
    pub fn lines(&self, model: &Model, from: usize, most: usize) -> Vec<(String, String)> {
        match &self.purpose {
            Purpose::Restore(region) => restore::lines(self, model, region, from, most),
            _ => Vec::new(),
        }
    }
}

/// Opens a form.
pub(super) fn open(model: &mut Model, purpose: Purpose) {
    model.overlay = Some(Overlay::Form(Form::new(purpose)));
}

fn not_now(action: Action, why: &str) -> Question {
    let title = format!("Not now: {}", action.entry().hint);
    let label = "Nothing was done, and nothing that is typed here is: esc goes back".to_owned();
    Question { title, label, help: vec![why.to_owned()], closed: true, ..Question::default() }
}

/// Opens the form of consent.
pub(super) fn consent(model: &mut Model) {
    let stated = model.desk.planning.made().map(|reading| reading.proposal.judgement.loss.amount());
    open(model, Purpose::Consent { stated: stated.unwrap_or_default() });
}

/// Opens the form of consent again where the amount is asked for, since it no longer covered the loss.
pub(super) fn consent_again(model: &mut Model, confirmed: String, problem: String) {
    consent(model);
    if let Some(Overlay::Form(form)) = &mut model.overlay {
        (form.answers, form.problem) = (vec![confirmed], Some(problem));
    }
}

/// Takes an answer, or says why not.
pub(super) fn enter(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Form(form)) = model.overlay.clone() else { return Vec::new() };
    let answer = match &form.purpose {
        Purpose::Consent { stated } => consent::answer(&form, model, stated),
        Purpose::Override(run) => orders::answer_override(&form, model, run.as_ref()),
        Purpose::Abort(run) => orders::answer_abort(&form, model, run),
        Purpose::HandOver(run) => orders::answer_hand_over(&form, model, run),
        Purpose::Resume(run) => orders::answer_resume(&form, model, run),
        Purpose::Acknowledge(run) => orders::answer_acknowledge(&form, model, run),
        Purpose::NotNow { .. } => return Vec::new(),
        Purpose::Restore(region) => restore::answer(&form, model, region),
        Purpose::Recover(region) => recover::answer(&form, model, region),
    };
    match answer {
        Answer::Again(problem) => {
            with(model, |form| form.problem = Some(problem));
            Vec::new()
        }
        Answer::Next(answer) => {
            with(model, |form| {
                form.answers.push(answer);
                (form.text, form.chosen, form.problem) = (String::new(), 0, None);
            });
            Vec::new()
        }
        Answer::Done(effects) => effects,
    }
}

/// Moves through the lines of a choice.
pub(super) fn step(model: &mut Model, action: Action) {
    let count = match &model.overlay {
        Some(Overlay::Form(form)) => form.count(model),
        _ => 0,
    };
    with(model, |form| form.chosen = moved(action, form.chosen, count));
}

/// Changes what is typed.
pub(super) fn edit(model: &mut Model, edit: Edit) {
    with(model, |form| {
        if matches!(form.purpose, Purpose::NotNow { .. }) {
            return;
        }
        (form.problem, form.chosen) = (None, 0);
        if edit == Edit::Erase && form.text.is_empty() {
            form.text = form.answers.pop().unwrap_or_default();
        } else {
            edit.apply(&mut form.text, LONGEST);
        }
    });
}

/// Takes pasted text where the question does, and says so where it does not.
pub(super) fn paste(model: &mut Model, text: &str) {
    let Some(Overlay::Form(form)) = &model.overlay else { return };
    let question = form.question(model);
    if question.closed {
        return;
    }
    if !question.takes_paste {
        return with(model, |form| form.problem = Some("this is typed, not pasted".to_owned()));
    }
    for character in evac_core::text::clean(text).chars() {
        edit(model, Edit::Insert(character));
    }
}

fn with(model: &mut Model, change: impl FnOnce(&mut Form)) {
    if let Some(Overlay::Form(form)) = &mut model.overlay {
        change(form);
    }
}
