use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The facts of the world that a plan relies on, in words: `writer` is `us-east-1`. Two snapshots that lead to the same
/// facts lead to the same plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub BTreeMap<String, String>);

/// A fact that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The fact.
    pub fact: String,
    /// What the plan relies on; `None` when it was unknown.
    pub planned: Option<String>,
    /// What is so now; `None` when it is unknown.
    pub now: Option<String>,
}

impl Fingerprint {
    /// Notes a fact.
    pub fn note(&mut self, fact: impl Into<String>, value: impl Into<String>) {
        self.0.insert(fact.into(), value.into());
    }

    /// What is not as it was, by name.
    pub fn drift(&self, now: &Self) -> Vec<Drift> {
        let facts: std::collections::BTreeSet<_> = self.0.keys().chain(now.0.keys()).collect();
        facts
            .into_iter()
            .filter(|fact| self.0.get(*fact) != now.0.get(*fact))
            .map(|fact| Drift { fact: fact.clone(), planned: self.0.get(fact).cloned(), now: now.0.get(fact).cloned() })
            .collect()
    }
}
