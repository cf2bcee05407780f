//! What the parts of a stack that evac acts on must agree on.

use super::validate::Problems;
use crate::ids::RegionId;

/// The sets of regions that a table with multi-region strong consistency can span, by what their names begin with.
const REGION_SETS: [&str; 3] = ["us-", "eu-", "ap-"];

impl Problems<'_> {
    /// Everything that only an action needs.
    pub(super) fn actions(&mut self) {
        self.levers();
        self.freezes();
        self.deployments();
        self.lease();
        self.journal();
        for (index, window) in self.stack.guards.freeze_windows.iter().enumerate() {
            self.printable(&format!("guards.freeze_windows[{index}].reason"), &window.reason);
            if window.until <= window.from {
                let hint = "write the earlier moment as `from`";
                self.add(format!("guards.freeze_windows[{index}].until"), "not after `from`", hint);
            }
        }
    }

    fn levers(&mut self) {
        let Some(traffic) = &self.stack.traffic else { return };
        let anywhere = [("traffic.resolvers".to_owned(), &traffic.resolvers)];
        let regional = traffic.regional_resolvers.iter();
        let regional = regional.map(|(region, resolvers)| (format!("traffic.regional_resolvers.{region}"), resolvers));
        for (field, resolvers) in anywhere.into_iter().chain(regional) {
            for (index, resolver) in resolvers.iter().enumerate() {
                if resolver.parse::<core::net::SocketAddr>().is_err() {
                    let message = format!("`{resolver}` is not an address and a port");
                    self.add(format!("{field}[{index}]"), message, "write it like `9.9.9.9:53` or `[::1]:53`");
                }
            }
        }
        for region in traffic.regional_resolvers.keys() {
            self.known(format!("traffic.regional_resolvers.{region}"), region);
        }
        if let Some(control) = &traffic.routing_control {
            for (region, url) in &control.endpoints {
                self.url(format!("traffic.routing_control.endpoints.{region}"), url);
            }
            if control.endpoints.is_empty() {
                let hint = "copy the cluster's five endpoints: `aws route53-recovery-control-config describe-cluster`";
                self.add("traffic.routing_control.endpoints", "no endpoint is named", hint);
            }
            for region in control.controls.keys() {
                self.known(format!("traffic.routing_control.controls.{region}"), region);
            }
        }
        for (region, object) in &traffic.stop {
            self.known(format!("traffic.stop.{region}"), region);
            self.known(format!("traffic.stop.{region}.region"), &object.region);
            self.key(format!("traffic.stop.{region}.key"), &object.key);
            if object.region == *region {
                let hint = "put the object into a bucket of the region that takes over";
                self.add(format!("traffic.stop.{region}.region"), "the region that the object is to stop", hint);
            }
        }
    }

    fn freezes(&mut self) {
        for (index, state) in self.stack.freeze.terraform.iter().enumerate() {
            self.known(format!("freeze.terraform[{index}].region"), &state.region);
            self.key(format!("freeze.terraform[{index}].key"), &state.key);
            if state.key.ends_with(".tflock") {
                let hint = "name the state: the lock's key follows from it";
                self.add(format!("freeze.terraform[{index}].key"), "the key of a lock", hint);
            }
        }
        if let Some(argocd) = &self.stack.freeze.argocd {
            self.kubernetes_name("freeze.argocd.namespace", &argocd.namespace);
            for (index, application) in argocd.applications.iter().enumerate() {
                self.kubernetes_name(&format!("freeze.argocd.applications[{index}]"), application);
            }
        }
    }

    fn deployments(&mut self) {
        for (index, workload) in self.stack.workloads.iter().enumerate() {
            self.kubernetes_name(&format!("workloads[{index}].namespace"), &workload.namespace);
            self.kubernetes_name(&format!("workloads[{index}].deployment"), &workload.deployment);
            if let Some(autoscaler) = &workload.autoscaler {
                self.kubernetes_name(&format!("workloads[{index}].autoscaler"), autoscaler);
            }
            if workload.replicas.is_some_and(|replicas| replicas < workload.minimum_ready) {
                let hint = "an evacuated region's load needs as many replicas as `minimum_ready`, or more";
                self.add(format!("workloads[{index}].replicas"), "fewer than `minimum_ready`", hint);
            }
        }
        for (index, consumer) in self.stack.consumers.iter().enumerate() {
            self.kubernetes_name(&format!("consumers[{index}].namespace"), &consumer.namespace);
            self.kubernetes_name(&format!("consumers[{index}].deployment"), &consumer.deployment);
            let same = |workload: &super::Workload| {
                (&workload.namespace, &workload.deployment) == (&consumer.namespace, &consumer.deployment)
            };
            if self.stack.workloads.iter().any(same) {
                let hint = "a consumer runs beside the writer only: take it out of `[[workloads]]`";
                self.add(format!("consumers[{index}].deployment"), "a workload too", hint);
            }
        }
    }

    fn lease(&mut self) {
        let Some(lease) = &self.stack.lease else { return };
        let table = &lease.table;
        let allowed = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
        if !(3..=255).contains(&table.len()) || !table.chars().all(allowed) {
            let hint = "3 to 255 letters, digits, `_`, `-` and `.`";
            self.add("lease.table", format!("`{table}` is not the name of a table"), hint);
        }
        if lease.regions.is_empty() {
            self.add("lease.regions", "no region is named", "name the regions of the table's replicas");
        }
        let set = |region: &RegionId| REGION_SETS.iter().position(|set| region.as_str().starts_with(set));
        if lease.regions.iter().any(|region| set(region) != lease.regions.first().and_then(set)) {
            let hint = "a table with multi-region strong consistency stays within US, EU or Asia Pacific";
            self.add("lease.regions", "regions of more than one set", hint);
        }
        if lease.ttl.get() < jiff::SignedDuration::from_secs(5) {
            self.add("lease.ttl", "too short to be renewed over a slow network", "write `5s` or more");
        }
    }

    fn journal(&mut self) {
        let Some(journal) = &self.stack.journal else { return };
        for region in journal.buckets.keys() {
            self.known(format!("journal.buckets.{region}"), region);
        }
        if journal.buckets.is_empty() {
            self.add("journal.buckets", "no bucket is named", "name one in each of two regions, `REGION = \"BUCKET\"`");
        }
        self.key("journal.prefix".to_owned(), &journal.prefix);
    }

    fn key(&mut self, field: String, key: &str) {
        if key.is_empty() || key.len() > 900 || key.starts_with('/') || key.chars().any(crate::text::is_hostile) {
            self.add(field, "not the key of an object", "1 to 900 printable characters that do not begin with `/`");
        }
    }

    fn kubernetes_name(&mut self, field: &str, name: &str) {
        let allowed =
            |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || "-.".contains(character);
        let ends = |text: &str| text.starts_with(['-', '.']) || text.ends_with(['-', '.']);
        if name.is_empty() || name.len() > 253 || !name.chars().all(allowed) || ends(name) {
            self.add(field, "not the name of a Kubernetes object", "lower-case letters, digits, `-` and `.`");
        }
    }
}
