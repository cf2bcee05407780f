//! What somebody sees who looks at the truth.

use evac_core::{
    ids::RegionId,
    plan::{Answer, Check},
};
use evac_engine::Sight;

use crate::ground::Ground;

impl Ground {
    /// Whether a check holds now, as an observer that is not deceived sees it.
    pub fn sight(&self, check: &Check) -> Sight {
        match check {
            // Whether the regions answer is asked before: see `is_out_of_sight`.
            Check::Credentials { .. } => met(true),
            Check::TerraformLocked { bucket, key, id, .. } => self.is(&format!("object/{bucket}/{key}"), id),
            Check::TerraformUnlocked { bucket, key, id, .. } => {
                met(self.facts.get(&format!("object/{bucket}/{key}")) != Some(id))
            }
            Check::ArgoSync { region, namespace, application, automated } => {
                let sync = self.facts.get(&format!("argocd/{region}/{namespace}/{application}"));
                met(sync.is_some_and(|sync| sync.starts_with("automated") == *automated))
            }
            Check::Replicas { region, namespace, deployment, wanted, at_least } => {
                self.replicas(&format!("{region}/{namespace}/{deployment}"), *wanted, *at_least)
            }
            Check::Writer { member, other, .. } => match self.moving {
                true => Sight::Underway { on: "the promotion".to_owned() },
                false if self.is_writer(member) => met(true),
                false if other.as_ref().is_some_and(|other| self.is_writer(other)) => met(false),
                false => self.elsewhere(),
            },
            Check::NoOtherWriter { members, .. } => match members.iter().any(|member| self.is_writer(member)) {
                true => met(true),
                false => self.elsewhere(),
            },
            Check::Fenced { old, .. } => met(old.region().is_some_and(|old| !self.writes.contains(&old))),
            Check::RoutingControls { states, .. } => {
                all(states.iter().map(|(control, on)| self.is(&format!("control/{control}"), &on.to_string())))
            }
            Check::Object { bucket, key, exists, .. } => {
                met(self.facts.contains_key(&format!("object/{bucket}/{key}")) == *exists)
            }
            Check::Records { records, .. } => all(records.iter().map(|set| match self.names.has(set) {
                true => met(true),
                false if self.is_record_coming(set) => Sight::Underway { on: "PENDING".to_owned() },
                false => met(false),
            })),
            Check::Answers { answers, .. } => met(answers.iter().all(|answer| self.is_answered(answer))),
            Check::Serving { region, url } => met(self.is_well(region, url)),
            Check::LocationMode { region, namespace, location, mode } => {
                self.is(&format!("location/{region}/{namespace}/{location}"), mode.word())
            }
            Check::Restored { region, namespace, name } => {
                match self.facts.get(&format!("restore/{region}/{namespace}/{name}")).map(String::as_str) {
                    Some("Completed") => met(true),
                    Some("Failed") => Sight::Never { why: "the restore failed".to_owned() },
                    Some(_) => Sight::Underway { on: "the restore".to_owned() },
                    None => met(false),
                }
            }
            Check::ClusterAvailable { region, cluster } => self.is(&format!("cluster/{region}/{cluster}"), "available"),
            Check::InstanceAvailable { region, instance } => {
                self.is(&format!("instance/{region}/{instance}"), "available")
            }
            Check::ClusterProtected { region, cluster, protected } => {
                self.is(&format!("protected/{region}/{cluster}"), &protected.to_string())
            }
            Check::Snapshot { region, snapshot } => self.is(&format!("snapshot/{region}/{snapshot}"), "available"),
            Check::Replicating { bucket, destination, .. } => {
                met(self.facts.contains_key(&format!("replicates/{bucket}/{destination}")))
            }
        }
    }

    /// Whether every user is answered what is wanted for a name, and none what is not.
    fn is_answered(&self, answer: &Answer) -> bool {
        let mut answered = self.names.answered(&answer.name).peekable();
        let right = |value: &String| answer.wanted.contains(value) && !answer.unwanted.contains(value);
        answered.peek().is_some() && answered.all(right)
    }

    /// Whether the public endpoint of a region answers as healthy: it is up, and has what it runs on.
    fn is_well(&self, region: &RegionId, url: &str) -> bool {
        let stack = &self.scene.stack;
        let is_own = stack.regions.get(region).and_then(|region| region.probe.as_deref()) == Some(url);
        let runs = stack.workloads.iter().all(|workload| {
            let ready = self.count(&format!("ready/{region}/{}/{}", workload.namespace, workload.deployment));
            ready.unwrap_or_default() >= workload.minimum_ready
        });
        is_own && runs && !self.is_down(region)
    }

    fn replicas(&self, of: &str, wanted: u32, at_least: bool) -> Sight {
        let enough = |count: u32| if at_least { count >= wanted } else { count == wanted };
        let (asked, ready) = (self.count(&format!("wanted/{of}")), self.count(&format!("ready/{of}")));
        match asked {
            Some(asked) if enough(asked) && ready.is_some_and(enough) => met(true),
            Some(asked) if enough(asked) => self.is(&format!("ready/{of}"), &asked.to_string()),
            _ => met(false),
        }
    }

    fn elsewhere(&self) -> Sight {
        Sight::Never { why: format!("{} writes", self.writer) }
    }

    fn is(&self, name: &str, value: &str) -> Sight {
        if self.facts.get(name).is_some_and(|there| there == value) {
            return met(true);
        }
        if self.is_coming(name, value) { Sight::Underway { on: format!("{name} {value}") } } else { met(false) }
    }
}

/// The worst of several sights.
fn all(seen: impl Iterator<Item = Sight>) -> Sight {
    let worst = seen.reduce(|worst, next| match (&worst, &next) {
        (Sight::Met { .. }, _) => next,
        (Sight::Underway { .. }, Sight::Untouched { .. }) => next,
        _ => worst,
    });
    worst.unwrap_or_else(|| met(true))
}

fn met(holds: bool) -> Sight {
    if holds { Sight::Met { evidence: "so".to_owned() } } else { Sight::Untouched { on: "not so".to_owned() } }
}
