use jiff::SignedDuration;
use serde_json::{Value, json};

use super::draft::{Draft, SHORT, slug, step};
use crate::{
    ids::RegionId,
    plan::{Call, Check, Closing, Plane, Step, StepId, Undo, Verb},
    reading::TerraformLock,
    stack::TerraformState,
};

/// What a lock's operation begins with when evac took it.
const OWN: &str = "evac ";

/// True for a lock that a run of evac took.
pub(crate) fn is_ours(lock: &TerraformLock) -> bool {
    lock.operation.starts_with(OWN)
}

/// How long a freeze may take: what is lost waits for nobody.
fn patience(verb: Verb) -> SignedDuration {
    if verb.is_emergency() { SignedDuration::from_secs(30) } else { SHORT }
}

/// What is held still for a run.
#[derive(Default)]
pub(super) struct Frozen {
    /// Every step that freezes something.
    pub(super) steps: Vec<StepId>,
    /// What thaws them, by the name of the freezing step, without its `freeze-`.
    thaws: Vec<(String, Call, Check)>,
}

/// Holds Terraform's states still, and Argo CD in these regions. What is frozen already is left as it is.
pub(super) fn freeze(draft: &mut Draft<'_>, regions: &[&RegionId], verb: Verb) -> Frozen {
    let mut frozen = Frozen::default();
    for state in &draft.scene.stack.freeze.terraform {
        terraform(draft, &mut frozen, state, verb);
    }
    for region in regions {
        argocd(draft, &mut frozen, region, verb);
    }
    frozen
}

fn terraform(draft: &mut Draft<'_>, frozen: &mut Frozen, state: &TerraformState, verb: Verb) {
    let scene = draft.scene;
    let TerraformState { region, bucket, key: state_key } = state;
    if !scene.is_reachable(region) {
        return;
    }
    let reading = scene.snapshot.markers(region).and_then(|markers| {
        markers.states.iter().find(|reading| reading.bucket == *bucket && reading.key == *state_key)
    });
    let held = reading.and_then(|reading| reading.lock.as_ref());
    draft.facts.note(format!("terraform lock {state_key}"), held.map_or("none", |lock| lock.id.as_str()));
    // A lock that somebody holds cannot be taken: that stands in a note, and whoever overrides it goes on without.
    if held.is_some() {
        return;
    }
    let (key, id) = (format!("{state_key}.tflock"), draft.mark.word.clone());
    let body = json!({
        "ID": id, "Operation": format!("{OWN}{}", verb.word()), "Info": format!("stack {}", scene.stack.name),
        "Who": draft.context.operator, "Version": "", "Created": scene.world_now.to_string(),
        "Path": format!("{bucket}/{state_key}"),
    });
    let call = Call::LockTerraform {
        region: region.clone(),
        bucket: bucket.clone(),
        key: key.clone(),
        id: id.clone(),
        body: body.to_string(),
    };
    let thaw =
        Call::UnlockTerraform { region: region.clone(), bucket: bucket.clone(), key: key.clone(), id: id.clone() };
    let place = (region.clone(), bucket.clone(), key, id);
    let name = format!("terraform-{}", slug(state_key.trim_end_matches(".tfstate")));
    let (region, bucket, key, id) = place.clone();
    let added = draft.add(Step {
        region: Some(region.clone()),
        call: Some(call),
        verification: Some(Check::TerraformLocked { region, bucket, key, id }),
        undo: Undo::Call { call: thaw.clone() },
        timeout: patience(verb),
        best_effort: verb.is_emergency(),
        ..step(format!("freeze-{name}"), format!("Lock the Terraform state {state_key}"))
    });
    let (region, bucket, key, id) = place;
    frozen.steps.push(added);
    frozen.thaws.push((name, thaw, Check::TerraformUnlocked { region, bucket, key, id }));
}

fn argocd(draft: &mut Draft<'_>, frozen: &mut Frozen, region: &RegionId, verb: Verb) {
    let scene = draft.scene;
    let Some(argocd) = scene.stack.freeze.argocd.as_ref().filter(|_| scene.is_reachable(region)) else { return };
    let Some(reading) = scene.workloads(region) else { return };
    for name in &argocd.applications {
        let found = reading.applications.iter().find(|found| found.name == *name);
        let automated = found.and_then(|found| found.automated.clone());
        let fact = match (&found, &automated) {
            (None, _) => "absent".to_owned(),
            (_, None) => "not automated".to_owned(),
            (_, Some(value)) => value.to_string(),
        };
        draft.facts.note(format!("argocd {region} {name}"), fact);
        let Some(automated) = automated.filter(is_on) else { continue };
        let sync = |automated| Call::SetArgoSync {
            region: region.clone(),
            namespace: argocd.namespace.clone(),
            application: name.clone(),
            automated,
        };
        let is = |automated| Check::ArgoSync {
            region: region.clone(),
            namespace: argocd.namespace.clone(),
            application: name.clone(),
            automated,
        };
        let (thaw, title) =
            (sync(Some(automated)), format!("Switch off Argo CD's automatic sync of {name} in {region}"));
        let name = format!("argocd-{region}-{}", slug(name));
        let added = draft.add(Step {
            region: Some(region.clone()),
            plane: Plane::Control,
            call: Some(sync(None)),
            verification: Some(is(false)),
            undo: Undo::Call { call: thaw.clone() },
            timeout: patience(verb),
            best_effort: verb.is_emergency(),
            ..step(format!("freeze-{name}"), title)
        });
        frozen.steps.push(added);
        frozen.thaws.push((name, thaw, is(true)));
    }
}

/// Newer versions of Argo CD can switch it off without forgetting how it is set.
fn is_on(automated: &Value) -> bool {
    automated.get("enabled") != Some(&Value::Bool(false))
}

impl Frozen {
    /// Thaws everything when the run ends, unless the step was done or may have been: after that, what was frozen would undo
    /// it.
    pub(super) fn thaw_unless(self, draft: &mut Draft<'_>, started: Option<&StepId>, word: &str) {
        for ((name, thaw, check), of) in self.thaws.into_iter().zip(self.steps) {
            let closing = Some(Closing { of, unless_started: started.cloned() });
            draft.add(Step { closing, ..thawing(&format!("{word}-{name}"), thaw, check) });
        }
    }

    /// Thaws everything as the last steps of a run that brought all back to where the repository has it: what it froze
    /// itself, and what earlier runs left frozen.
    pub(super) fn thaw_at_end(&self, draft: &mut Draft<'_>) {
        let after = draft.last();
        for (name, thaw, check) in self.thaws.iter().cloned().chain(standing(draft)) {
            if !draft.has(&format!("thaw-{name}")) {
                let step = Step { after: after.clone(), ..thawing(&format!("thaw-{name}"), thaw, check) };
                draft.add(step);
            }
        }
    }
}

fn thawing(id: &str, thaw: Call, check: Check) -> Step {
    let plane = if matches!(thaw, Call::SetArgoSync { .. }) { Plane::Control } else { Plane::Data };
    let title = match &thaw {
        Call::SetArgoSync { region, application, .. } => {
            format!("Switch Argo CD's automatic sync of {application} in {region} on again")
        }
        _ => "Give back the lock of the Terraform state".to_owned(),
    };
    Step {
        region: thaw.region(),
        plane,
        call: Some(thaw),
        verification: Some(check),
        timeout: SHORT.saturating_mul(2),
        expected: SignedDuration::from_secs(5),
        undo: Undo::Never { why: "it ends what another step began".to_owned() },
        ..step(id, title)
    }
}

/// What earlier runs left frozen: locks that carry evac's word, and automatic sync that a run remembers.
fn standing(draft: &Draft<'_>) -> Vec<(String, Call, Check)> {
    let scene = draft.scene;
    let mut thaws = Vec::new();
    for TerraformState { region, bucket, key: state_key } in &scene.stack.freeze.terraform {
        let states = scene.snapshot.markers(region).into_iter().flat_map(|markers| &markers.states);
        let mut own = states.filter(|state| state.bucket == *bucket && state.key == *state_key);
        let lock = own.find_map(|state| state.lock.as_ref().filter(|lock| is_ours(lock)));
        let Some(lock) = lock.filter(|_| scene.is_reachable(region)) else { continue };
        let (region, bucket) = (region.clone(), bucket.clone());
        let (key, id) = (format!("{state_key}.tflock"), lock.id.clone());
        let call =
            Call::UnlockTerraform { region: region.clone(), bucket: bucket.clone(), key: key.clone(), id: id.clone() };
        let name = format!("terraform-{}", slug(state_key.trim_end_matches(".tfstate")));
        thaws.push((name, call, Check::TerraformUnlocked { region, bucket, key, id }));
    }
    for call in draft.context.standing {
        let Call::SetArgoSync { region, namespace, application, automated: Some(_) } = call else { continue };
        let applications = scene.workloads(region).into_iter().flat_map(|reading| &reading.applications);
        let mut own = applications.filter(|found| found.name == *application && found.namespace == *namespace);
        if own.any(|found| found.automated.is_none()) && scene.is_reachable(region) {
            let (region, namespace, application) = (region.clone(), namespace.clone(), application.clone());
            let name = format!("argocd-{region}-{}", slug(&application));
            thaws.push((name, call.clone(), Check::ArgoSync { region, namespace, application, automated: true }));
        }
    }
    thaws
}
