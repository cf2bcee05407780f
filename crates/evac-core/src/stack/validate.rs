use std::collections::{BTreeMap, BTreeSet};

use super::{Endpoints, Period, Problem, RegionRole, STACK_VERSION, Stack};
use crate::{ids::RegionId, text};

pub(super) struct Problems<'a> {
    pub(super) stack: &'a Stack,
    pub(super) found: Vec<Problem>,
}

/// What is wrong with the meaning of a stack, all of it.
pub(super) fn problems(stack: &Stack) -> Vec<Problem> {
    let mut problems = Problems { stack, found: Vec::new() };
    problems.header();
    problems.regions();
    problems.data();
    problems.traffic();
    problems.actions();
    problems.numbers();
    problems.found
}

impl Problems<'_> {
    pub(super) fn add(&mut self, field: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) {
        self.found.push(Problem {
            field: field.into(),
            span: None,
            message: text::clean(&message.into()),
            hint: Some(text::clean(&hint.into())),
        });
    }

    pub(super) fn printable(&mut self, field: &str, value: &str) {
        if value.trim().is_empty() || value.chars().count() > 80 || value.chars().any(text::is_hostile) {
            self.add(field, "must be 1 to 80 printable characters", "write a short plain text");
        }
    }

    fn header(&mut self) {
        if self.stack.version != STACK_VERSION {
            let version = self.stack.version;
            self.add(
                "version",
                format!("version {version} is not known"),
                format!("write `version = {STACK_VERSION}`"),
            );
        }
        self.printable("environment", &self.stack.environment);
    }

    pub(super) fn known(&mut self, field: String, region: &RegionId) {
        if !self.stack.regions.contains_key(region) {
            let have = self.stack.regions.keys().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
            self.add(field, format!("there is no region `{region}` in this stack"), format!("the regions are {have}"));
        }
    }

    fn regions(&mut self) {
        let stack = self.stack;
        if stack.regions.len() < 2 {
            self.add("regions", "a stack needs two regions or more", "add a `[regions.NAME]` to evacuate to");
        }
        let primaries: Vec<_> =
            stack.regions.iter().filter(|(_, region)| region.role == RegionRole::Primary).map(|(id, _)| id).collect();
        match primaries.as_slice() {
            [_] => {}
            [] => self.add("regions", "no region has the role `primary`", "give one region `role = \"primary\"`"),
            [first, rest @ ..] => {
                for id in rest {
                    let hint = format!("`{first}` is primary already: make this one `secondary`");
                    self.add(format!("regions.{id}.role"), "a second primary", hint);
                }
            }
        }
        for (id, region) in &stack.regions {
            if let Some(label) = &region.label {
                self.printable(&format!("regions.{id}.label"), label);
            }
            for (field, url) in [("probe", &region.probe), ("transaction", &region.transaction)] {
                if let Some(url) = url {
                    self.url(format!("regions.{id}.{field}"), url);
                }
            }
            self.endpoints(format!("regions.{id}.aws.endpoints"), &region.aws.endpoints);
        }
        self.endpoints("aws.endpoints".to_owned(), &stack.aws.endpoints);
    }

    fn endpoints(&mut self, field: String, endpoints: &Endpoints) {
        for (service, url) in &endpoints.0 {
            if !Endpoints::SERVICES.contains(&service.as_str()) {
                let hint = format!("the services are {}", Endpoints::SERVICES.join(", "));
                self.add(format!("{field}.{service}"), format!("evac does not call a service `{service}`"), hint);
            }
            self.url(format!("{field}.{service}"), url);
        }
    }

    pub(super) fn url(&mut self, field: String, url: &str) {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let plain = !url.chars().any(|character| text::is_hostile(character) || character.is_whitespace());
        if !plain || rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/')) {
            self.add(field, format!("`{url}` is not a URL"), "write it like `https://host/path`");
        } else if rest.is_some_and(|rest| rest.split('/').next().is_some_and(|host| host.contains('@'))) {
            self.add(field, "a URL here cannot carry a user or a password", "take out what stands before the `@`");
        }
    }

    fn data(&mut self) {
        let stack = self.stack;
        for region in stack.aurora.iter().flat_map(|aurora| aurora.members.keys()) {
            self.known(format!("aurora.members.{region}"), region);
        }
        for region in stack.buckets.keys() {
            self.known(format!("buckets.{region}"), region);
        }
        let mut seen = BTreeSet::new();
        for (index, rule) in stack.replication.iter().enumerate() {
            self.known(format!("replication[{index}].from"), &rule.from);
            self.known(format!("replication[{index}].to"), &rule.to);
            if rule.from == rule.to {
                let hint = "cross-region replication leads to another region";
                self.add(format!("replication[{index}].to"), "the same region as `from`", hint);
            }
            for (end, region, bucket) in
                [("source", &rule.from, &rule.source), ("destination", &rule.to, &rule.destination)]
            {
                if stack.buckets.get(region).is_some_and(|known| known != bucket) {
                    let message = format!("`{bucket}` is not the bucket that `[buckets]` gives for {region}");
                    self.add(format!("replication[{index}].{end}"), message, "make the two agree");
                }
            }
            if !seen.insert((&rule.source, &rule.destination, &rule.rule)) {
                self.add(format!("replication[{index}]"), "the same rule twice", "remove one of them");
            }
        }
        if let Some(canary) = &stack.canary {
            self.known("canary.from".to_owned(), &canary.from);
            if !stack.buckets.contains_key(&canary.from) {
                self.add("canary.from", "this region has no bucket", "give it one under `[buckets]`");
            }
        }
        for (index, schedule) in stack.velero.iter().flat_map(|velero| velero.schedules.iter().enumerate()) {
            let tiers = stack.velero.iter().flat_map(|velero| &velero.retention);
            if schedule.tier.as_ref().is_some_and(|tier| !tiers.into_iter().any(|known| known.tier == *tier)) {
                let hint = "name a tier of `[[velero.retention]]`";
                self.add(format!("velero.schedules[{index}].tier"), "no such retention tier", hint);
            }
            self.positive(format!("velero.schedules[{index}].every"), schedule.every);
        }
    }

    fn traffic(&mut self) {
        let stack = self.stack;
        let mut seen: BTreeMap<_, usize> = BTreeMap::new();
        for (index, record) in stack.traffic.iter().flat_map(|traffic| traffic.records.iter().enumerate()) {
            self.known(format!("traffic.records[{index}].region"), &record.region);
            self.printable(&format!("traffic.records[{index}].set_identifier"), &record.set_identifier);
            if !record.values.is_empty() && record.kind().is_none() {
                let hint = "write IPv4 addresses, IPv6 addresses or one DNS name, as the record answers";
                self.add(format!("traffic.records[{index}].values"), "not values of one type of record", hint);
            }
            if let Some(first) = seen.insert((&record.name, &record.set_identifier), index) {
                let message = format!("the set identifier of record {first} again");
                self.add(format!("traffic.records[{index}].set_identifier"), message, "give each record its own");
            }
        }
    }

    pub(super) fn positive(&mut self, field: impl Into<String>, period: Period) {
        if period.get().is_zero() {
            self.add(field, "cannot be zero", "write a length of time, such as `30s`");
        }
    }

    fn percent(&mut self, field: &str, value: f64) {
        if !(0.0..=100.0).contains(&value) {
            self.add(field, format!("{value} is not a share in percent"), "write a number from 0 to 100");
        }
    }

    fn numbers(&mut self) {
        let Stack { objectives, thresholds, polling, cost, clock, .. } = self.stack;
        self.percent("objectives.availability", objectives.availability);
        self.percent("thresholds.checkers_healthy", thresholds.checkers_healthy);
        self.percent("thresholds.nodes_ready", thresholds.nodes_ready);
        for (field, period) in [
            ("objectives.rto", objectives.rto),
            ("objectives.rpo", objectives.rpo),
            ("objectives.aurora_lag", objectives.aurora_lag),
            ("objectives.replication_latency", objectives.replication_latency),
            ("polling.health", polling.health),
            ("polling.metrics", polling.metrics),
            ("polling.settings", polling.settings),
            ("polling.timeout", polling.timeout),
            ("cost.refresh", cost.refresh),
            ("guards.plan_age", self.stack.guards.plan_age),
            ("guards.armed_for", self.stack.guards.armed_for),
        ] {
            self.positive(field, period);
        }
        if !(clock.rate.is_finite() && (0.001..=10_000.0).contains(&clock.rate)) {
            self.add("clock.rate", format!("{} is not a rate", clock.rate), "write 1 for a real deployment");
        }
    }
}
