use super::{GuardCode, Note, NoteSeverity, Situation};
use crate::{
    ids::RegionId,
    plan::{Intent, Plan, StepId},
    planner::Scene,
};

/// A plan beside a situation, and what was found so far.
pub(super) struct Case<'a> {
    pub(super) plan: &'a Plan,
    pub(super) situation: &'a Situation<'a>,
    pub(super) scene: Scene<'a>,
    pub(super) notes: Vec<Note>,
}

impl<'a> Case<'a> {
    pub(super) fn new(plan: &'a Plan, situation: &'a Situation<'a>) -> Self {
        let scene = Scene::beside(situation, &situation.assessment);
        Self { plan, situation, scene, notes: Vec::new() }
    }

    /// The region that the intent acts on.
    pub(super) fn target(&self) -> Option<&'a RegionId> {
        self.plan.intent.target(self.situation.stack)
    }

    /// The region that is left: the writer's when the plan was made, or the one whose traffic is taken away.
    pub(super) fn left(&self) -> Option<&'a RegionId> {
        match &self.plan.intent {
            Intent::Drain { region } => Some(region),
            intent if intent.verb().moves_writer() => {
                let target = self.target();
                let mut writers = self.plan.before.writers.iter();
                let without = || self.situation.stack.primary().filter(|_| self.situation.stack.aurora.is_none());
                writers.find(|writer| Some(*writer) != target).or_else(without)
            }
            _ => None,
        }
    }

    pub(super) fn block(&mut self, code: GuardCode, text: String, remedy: &str) -> Raised<'_> {
        self.raise(code, NoteSeverity::Block, text, remedy)
    }

    pub(super) fn warn(&mut self, code: GuardCode, text: String, remedy: &str) -> Raised<'_> {
        self.raise(code, NoteSeverity::Warn, text, remedy)
    }

    pub(super) fn raise(&mut self, code: GuardCode, severity: NoteSeverity, text: String, remedy: &str) -> Raised<'_> {
        let remedy = remedy.to_owned();
        let text = crate::text::clean(&text);
        self.notes.push(Note { code, severity, region: None, step: None, text, remedy });
        Raised(self.notes.last_mut())
    }
}

/// The note that was just raised, to say what it is about.
pub(super) struct Raised<'a>(Option<&'a mut Note>);

impl Raised<'_> {
    /// Says which region the note is about.
    pub(super) fn about(mut self, region: &RegionId) -> Self {
        if let Some(note) = &mut self.0 {
            note.region = Some(region.clone());
        }
        self
    }

    /// Says which step the note is about.
    pub(super) fn at(mut self, step: &StepId) -> Self {
        if let Some(note) = &mut self.0 {
            note.step = Some(step.clone());
        }
        self
    }
}
