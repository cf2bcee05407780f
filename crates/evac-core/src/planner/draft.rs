use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{PlanContext, Scene, Unplannable, loss, mark::Mark};
use crate::{
    guard::GuardCode,
    ids::RegionId,
    plan::{
        Call, Check, Fingerprint, Intent, Lever, PLAN_VERSION, Plan, Plane, Step, StepId, Timeline, Topology, Undo,
    },
};

/// The name of the first step of every plan.
pub(super) const CREDENTIALS: &str = "credentials";

/// How long a step may take that asks a data plane for little.
pub(super) const SHORT: SignedDuration = SignedDuration::from_mins(2);

/// A plan while it is made: its steps so far, and the facts that they rely on.
pub(super) struct Draft<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) context: &'a PlanContext<'a>,
    pub(super) mark: Mark,
    pub(super) facts: Fingerprint,
    steps: Vec<Step>,
}

/// A step that does nothing yet. What is not set after this is the same in most steps.
pub(super) fn step(id: impl AsRef<str>, title: impl Into<String>) -> Step {
    Step {
        id: StepId::new(id),
        title: title.into(),
        after: Vec::new(),
        region: None,
        plane: Plane::Data,
        killed_by: Vec::new(),
        precondition: None,
        call: None,
        verification: None,
        expected: SignedDuration::from_secs(5),
        timeout: SHORT,
        idempotent: true,
        undo: Undo::Nothing,
        best_effort: false,
        closing: None,
        gate: None,
    }
}

/// A step with what earlier runs tell of it.
fn learned(context: &PlanContext<'_>, mut step: Step) -> Step {
    step.expected = context.times.typical(&step.id).unwrap_or(step.expected);
    step.timeout = step.timeout.max(step.expected.saturating_mul(3));
    step
}

/// Small letters, digits and `-`: a part of a step's name.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

impl<'a> Draft<'a> {
    pub(super) fn new(scene: &'a Scene<'a>, context: &'a PlanContext<'a>, intent: &Intent) -> Self {
        let first = step(CREDENTIALS, "See that the credentials are taken and last long enough");
        let mut draft = Self {
            scene,
            context,
            mark: Mark::new(scene.world_now, &scene.stack.name, intent),
            facts: Fingerprint::default(),
            steps: vec![learned(context, first)],
        };
        let list = |regions: &BTreeSet<RegionId>| match regions.is_empty() {
            true => "none".to_owned(),
            false => regions.iter().map(RegionId::as_str).collect::<Vec<_>>().join(", "),
        };
        draft.facts.note("unreachable", list(&scene.unreachable));
        if let Some(aurora) = scene.aurora() {
            draft.facts.note("writer", list(&scene.writers()));
            for region in aurora.members.keys() {
                let arn = scene.member(region).map_or_else(|| "none".to_owned(), |arn| arn.as_str().to_owned());
                draft.facts.note(format!("member {region}"), arn);
            }
            let status = scene.view().map_or_else(|| "unknown".to_owned(), status);
            draft.facts.note("global cluster", status);
        }
        draft
    }

    /// Adds a step behind those that it waits for, and gives its name. A name that is taken already gets a number.
    pub(super) fn add(&mut self, mut step: Step) -> StepId {
        let (base, mut number) = (step.id.clone(), 2);
        while self.steps.iter().any(|other| other.id == step.id) {
            step.id = StepId::new(format!("{base}-{number}"));
            number += 1;
        }
        if step.after.is_empty() && step.closing.is_none() {
            step.after.push(StepId::new(CREDENTIALS));
        }
        step = learned(self.context, step);
        step.idempotent = step.call.as_ref().is_none_or(|call| call.harmless_again().is_some());
        if step.killed_by.is_empty() {
            let call = step.call.as_ref().and_then(Call::region);
            let looks = [step.verification.as_ref(), step.precondition.as_ref()];
            let looks = looks.into_iter().flatten().filter_map(Check::region);
            step.killed_by = call.into_iter().chain(looks).collect();
        }
        // A lease that is kept in one region alone ends with it, and no call is made without the lease.
        if let Some([only]) = self.scene.stack.lease.as_ref().map(|lease| lease.regions.as_slice())
            && step.call.is_some()
        {
            step.killed_by.push(only.clone());
        }
        step.killed_by.sort();
        step.killed_by.dedup();
        let id = step.id.clone();
        self.steps.push(step);
        id
    }

    /// True when a step of that name was added.
    pub(super) fn has(&self, id: &str) -> bool {
        self.steps.iter().any(|step| step.id.as_str() == id)
    }

    /// The step of that name.
    pub(super) fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The steps that nothing waits for yet, closing steps left out.
    pub(super) fn last(&self) -> Vec<StepId> {
        let normal = || self.steps.iter().filter(|step| step.closing.is_none());
        let awaited: BTreeSet<_> = normal().flat_map(|step| &step.after).collect();
        normal().map(|step| &step.id).filter(|id| !awaited.contains(id)).cloned().collect()
    }

    /// Tells people at the end. It stops nothing when it fails.
    pub(super) fn notify(&mut self, text: String) {
        let after = self.last();
        self.add(Step {
            after,
            plane: Plane::Local,
            call: Some(Call::Notify { text }),
            expected: SignedDuration::from_secs(1),
            undo: Undo::Never { why: "what was said was said".to_owned() },
            best_effort: true,
            ..step("notify", "Tell people how it ended")
        });
    }

    /// The plan, if any of its steps does anything.
    pub(super) fn finish(mut self, ending: Ending) -> Result<Plan, Unplannable> {
        let acts = |step: &Step| {
            step.closing.is_none() && !matches!(step.call, None | Some(Call::Notify { .. }))
                || ending.lever == Some(Lever::HealthChecks)
        };
        if !self.steps.iter().any(acts) {
            let text = "the stack has nothing that this verb would act on";
            return Err(Unplannable::of(GuardCode::PlanEmpty, None, text));
        }
        self.credentials();
        let scene = self.scene;
        Ok(Plan {
            version: PLAN_VERSION,
            stack: scene.stack.name.clone(),
            environment: scene.stack.environment.clone(),
            loss: loss::of(&ending.intent, scene.stack, scene.snapshot, &scene.assessment),
            intent: ending.intent,
            made_at: scene.world_now,
            snapshot: scene.snapshot.number,
            before: ending.before,
            after: ending.after,
            lever: ending.lever,
            steps: self.steps,
            fingerprint: self.facts,
            confirmations: ending.confirmations,
        })
    }

    /// Fills in the first step: which credentials are needed, and for how long. Where nothing but best effort goes, none
    /// are: a region that is half lost must not hold up the escape from it.
    fn credentials(&mut self) {
        let needed = self.steps.iter().filter(|step| !step.best_effort);
        let regions: BTreeSet<RegionId> = needed
            .flat_map(|step| {
                let looks = [step.verification.as_ref(), step.precondition.as_ref()].into_iter().flatten();
                step.call.iter().filter_map(Call::region).chain(looks.filter_map(Check::region)).collect::<Vec<_>>()
            })
            .filter(|region| self.scene.stack.regions.contains_key(region))
            .collect();
        let lasting = Timeline::of(&self.steps).total;
        if let Some(first) = self.steps.first_mut() {
            first.killed_by = regions.iter().cloned().collect();
            first.verification = Some(Check::Credentials { regions: regions.into_iter().collect(), lasting });
        }
    }
}

/// What a plan is besides its steps.
pub(super) struct Ending {
    pub(super) intent: Intent,
    pub(super) before: Topology,
    pub(super) after: Topology,
    pub(super) lever: Option<Lever>,
    pub(super) confirmations: Vec<String>,
}

fn status(view: &crate::reading::GlobalClusterReading) -> String {
    match &view.failover {
        Some(failover) => format!("{}, {}", view.status, failover.status),
        None => view.status.clone(),
    }
}
