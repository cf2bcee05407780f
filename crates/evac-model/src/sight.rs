//! What somebody sees who looks at the truth.

use evac_core::{ids::Arn, plan::Check};
use evac_engine::Sight;

use crate::ground::Ground;

impl Ground {
    /// Whether a check holds now, as an observer that is not deceived sees it.
    pub fn sight(&self, check: &Check) -> Sight {
        match check {
            Check::TerraformLocked { key, id, .. } => self.is(&format!("lock/{key}"), id),
            Check::TerraformUnlocked { key, id, .. } => met(self.facts.get(&format!("lock/{key}")) != Some(id)),
            Check::ArgoSync { region, application, automated, .. } => {
                self.is(&format!("argo/{region}/{application}"), if *automated { "automated" } else { "manual" })
            }
            Check::Replicas { region, deployment, wanted, .. } => {
                let (asked, wanted) = (format!("wanted/{region}/{deployment}"), wanted.to_string());
                match self.facts.get(&asked) {
                    Some(there) if *there == wanted => self.is(&format!("ready/{region}/{deployment}"), &wanted),
                    _ => met(false),
                }
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
            Check::Fenced { old, .. } => met(!self.writes.iter().any(|region| old.as_str().contains(region.as_str()))),
            Check::RoutingControls { states, .. } => {
                self.all(states, |(control, on)| self.is(&format!("control/{control}"), &on.to_string()))
            }
            Check::Object { key, exists, .. } => met(self.facts.contains_key(&format!("object/{key}")) == *exists),
            Check::Answers { answers, .. } => met(answers.iter().all(|answer| {
                let serves = |region: &String| self.serves.iter().any(|there| there.as_str() == region);
                answer.wanted.iter().any(serves) && !answer.unwanted.iter().any(serves)
            })),
            Check::LocationMode { region, location, mode, .. } => {
                self.is(&format!("location/{region}/{location}"), mode.word())
            }
            Check::Restored { name, .. } => match self.facts.get(&format!("restore/{name}")).map(String::as_str) {
                Some("Completed") => met(true),
                Some("Failed") => Sight::Never { why: "the restore failed".to_owned() },
                Some(_) => Sight::Underway { on: "the restore".to_owned() },
                None => met(false),
            },
            Check::ClusterAvailable { cluster, .. } => self.is(&format!("cluster/{cluster}"), "available"),
            Check::InstanceAvailable { instance, .. } => self.is(&format!("instance/{instance}"), "available"),
            Check::ClusterProtected { cluster, protected, .. } => {
                self.is(&format!("protected/{cluster}"), &protected.to_string())
            }
            Check::Snapshot { snapshot, .. } => self.is(&format!("snapshot/{snapshot}"), "available"),
            Check::Credentials { .. } | Check::Serving { .. } | Check::Replicating { .. } | Check::Records { .. } => {
                met(true)
            }
        }
    }

    pub(crate) fn is_writer(&self, member: &Arn) -> bool {
        member.as_str().contains(self.writer.as_str())
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

    fn all<I: IntoIterator>(&self, parts: I, see: impl Fn(I::Item) -> Sight) -> Sight {
        let seen = parts.into_iter().map(see);
        seen.reduce(|worst, next| match (&worst, &next) {
            (Sight::Met { .. }, _) => next,
            (Sight::Underway { .. }, Sight::Untouched { .. }) => next,
            _ => worst,
        })
        .unwrap_or_else(|| met(true))
    }
}

fn met(holds: bool) -> Sight {
    if holds { Sight::Met { evidence: "so".to_owned() } } else { Sight::Untouched { on: "not so".to_owned() } }
}
