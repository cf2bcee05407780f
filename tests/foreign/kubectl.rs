//! kubectl, where it is installed.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::foreign::{
    PATIENCE, at,
    child::{Said, Server, run, try_run},
    evac::Simulator,
    list,
    python::{isolate, say_did_not_run},
    text,
};

/// A backup, a setting and an experiment, as one file for `apply`.
const MANIFEST: &str = r#"
apiVersion: velero.io/v1
kind: Backup
metadata: {name: by-kubectl, namespace: velero}
spec: {includedNamespaces: [akidb], storageLocation: default, ttl: 24h0m0s}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: by-kubectl, namespace: akidb}
data: {greeting: hello}
---
apiVersion: chaos-mesh.org/v1alpha1
kind: NetworkChaos
metadata: {name: by-kubectl, namespace: akidb}
spec:
  action: delay
  mode: all
  selector: {namespaces: [akidb], labelSelectors: {app: akidb-api}}
  delay: {latency: 200ms}
"#;

struct Kubectl {
    world: Simulator,
}

impl Kubectl {
    /// kubectl on a world; `None` where it is not installed, which is said.
    fn with(test: &str) -> Option<Self> {
        let mut version = Command::new("kubectl");
        version.args(["version", "--client", "--output", "json"]);
        let reason = match try_run(version, PATIENCE) {
            Ok(said) if said.status.success() => return Some(Self { world: Simulator::start(20) }),
            Ok(said) => format!("kubectl version: {}: {}", said.status, said.stderr.trim()),
            Err(reason) => format!("kubectl {reason}"),
        };
        // Unlike Python's packages kubectl cannot be installed by a test, so its absence fails nothing.
        say_did_not_run(test, &reason);
        None
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("kubectl");
        isolate(&mut command, self.world.home());
        command.arg("--kubeconfig").arg(self.world.file("kubeconfig"));
        command.args(["--context", "us-west-2"]).args(arguments);
        command
    }

    fn say(&self, line: &str) -> Said {
        let arguments: Vec<_> = line.split_whitespace().collect();
        run(&format!("kubectl {line}"), self.command(&arguments), PATIENCE)
    }

    /// What a command prints, which has to end well.
    #[track_caller]
    fn text(&self, line: &str) -> String {
        let said = self.say(line);
        assert!(said.status.success(), "kubectl {line}: {said:#?}");
        said.stdout
    }

    #[track_caller]
    fn json(&self, line: &str) -> Value {
        let text = self.text(&format!("{line} --output json"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("kubectl {line}: {error}\n{text}"))
    }

    /// The headings of a table, in order.
    #[track_caller]
    fn headings(&self, line: &str) -> Vec<String> {
        let table = self.text(line);
        table
            .lines()
            .next()
            .unwrap_or_default()
            .split("  ")
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

#[test]
fn kubectl_reads_tables_documents_and_descriptions() {
    let Some(kubectl) = Kubectl::with("kubectl_reads_tables_documents_and_descriptions") else { return };
    // The table is the server's: these headings are what it sends.
    for (line, headings) in [
        ("get backups.velero.io -A", &["NAMESPACE", "NAME", "AGE"][..]),
        ("get schedules.velero.io -n velero", &["NAME", "STATUS", "SCHEDULE", "LASTBACKUP", "AGE", "PAUSED"]),
        ("get bsl -n velero", &["NAME", "PHASE", "LAST VALIDATED", "AGE", "DEFAULT"]),
        ("get deployments -n akidb", &["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]),
        ("get pods -n akidb", &["NAME", "READY", "STATUS", "RESTARTS", "AGE"]),
        ("get nodes", &["NAME", "STATUS", "ROLES", "AGE", "VERSION"]),
        ("get namespaces", &["NAME", "STATUS", "AGE"]),
    ] {
        assert_eq!(kubectl.headings(line), headings, "kubectl {line}");
    }
    let deployments = kubectl.text("get deployments -n akidb --no-headers");
    assert!(deployments.lines().any(|row| row.split_whitespace().take(2).eq(["akidb-api", "3/3"])), "{deployments}");

    let backups = kubectl.json("get backups.velero.io -n velero -l velero.io/schedule-name=cluster-6h");
    let phases: Vec<_> = list(&backups, "/items").iter().map(|backup| text(backup, "/status/phase")).collect();
    assert!(phases.len() > 10 && phases.contains(&"Completed"), "{phases:?}");
    let described = kubectl.text("describe schedules.velero.io cluster-6h -n velero");
    assert!(described.contains("Schedule:") && described.contains("0 */6 * * *"), "{described}");
    let node = kubectl.text("describe nodes");
    assert!(node.contains("kubelet is posting ready status"), "{node}");

    let resources = kubectl.text("api-resources");
    for (name, version, kind) in [
        ("backups", "velero.io/v1", "Backup"),
        ("schedules", "velero.io/v1", "Schedule"),
        ("schedules", "chaos-mesh.org/v1alpha1", "Schedule"),
        ("networkchaos", "chaos-mesh.org/v1alpha1", "NetworkChaos"),
        ("deployments", "apps/v1", "Deployment"),
    ] {
        let found = resources.lines().any(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            words.first() == Some(&name) && words.contains(&version) && words.last() == Some(&kind)
        });
        assert!(found, "{name} {version} {kind} in {resources}");
    }
    assert_eq!(kubectl.text("get --raw /readyz"), "ok");
    assert!(text(&kubectl.json("version"), "/serverVersion/gitVersion").starts_with("v1."));

    for (line, words) in [
        ("get nonsense", "the server doesn't have a resource type \"nonsense\""),
        ("get pod nope -n akidb", "Error from server (NotFound): pods \"nope\" not found"),
    ] {
        let said = kubectl.say(line);
        assert_eq!(said.status.code(), Some(1), "kubectl {line}: {said:#?}");
        assert!(said.stderr.contains(words), "kubectl {line}: {said:#?}");
    }
}

#[test]
fn kubectl_applies_watches_patches_scales_and_deletes() {
    let Some(kubectl) = Kubectl::with("kubectl_applies_watches_patches_scales_and_deletes") else { return };
    let manifest = kubectl.world.home().join("manifest.yaml");
    fs::write(&manifest, MANIFEST).unwrap();
    let file = manifest.to_str().unwrap();

    let mut watching = Server::start(
        "kubectl get --watch",
        kubectl.command(&["get", "backups.velero.io", "-n", "velero", "--watch", "--output-watch-events"]),
    );
    // The watch goes on from the list that it begins with.
    watching.wait_for(PATIENCE, |line| line.contains("cluster-6h-").then_some(()));
    let created = kubectl.text(&format!("apply -f {file}"));
    assert_eq!(created.lines().filter(|line| line.ends_with(" created")).count(), 3, "{created}");
    let again = kubectl.text(&format!("apply -f {file}"));
    assert_eq!(again.lines().filter(|line| line.ends_with(" unchanged")).count(), 3, "{again}");
    let by_server = kubectl.text(&format!("apply --server-side --force-conflicts -f {file}"));
    assert_eq!(by_server.lines().filter(|line| line.ends_with(" serverside-applied")).count(), 3, "{by_server}");
    assert!(kubectl.say(&format!("diff -f {file}")).status.success(), "nothing differs from the file");

    kubectl.text("wait backup.velero.io/by-kubectl -n velero --for=jsonpath={.status.phase}=Completed --timeout=60s");
    watching.wait_for(PATIENCE, |line| {
        let words: Vec<_> = line.split_whitespace().collect();
        (words.first() == Some(&"ADDED") && words.contains(&"by-kubectl")).then_some(())
    });
    watching.wait_for(PATIENCE, |line| (line.starts_with("MODIFIED") && line.contains("by-kubectl")).then_some(()));

    kubectl.text(r#"patch schedules.velero.io pvc-5m -n velero --type merge --patch {"spec":{"paused":true}}"#);
    assert_eq!(at(&kubectl.json("get schedules.velero.io pvc-5m -n velero"), "/spec/paused"), true);
    let wrong = kubectl.say(r#"patch schedules.velero.io pvc-5m -n velero --type merge --patch {"spec":{"paused":1}}"#);
    assert!(!wrong.status.success() && wrong.stderr.contains("spec.paused"), "{wrong:#?}");
    kubectl.text("label configmap by-kubectl -n akidb who=us");
    assert_eq!(kubectl.text("get configmaps -n akidb -l who=us -o name").trim(), "configmap/by-kubectl");

    kubectl.text("scale deployment akidb-api -n akidb --replicas=5");
    kubectl.text("rollout status deployment akidb-api -n akidb --timeout=60s");
    let scaled = kubectl.json("get deployment akidb-api -n akidb");
    assert_eq!((at(&scaled, "/spec/replicas"), at(&scaled, "/status/readyReplicas")), (&json!(5), &json!(5)));

    // What typed Go clients create comes in protobuf.
    kubectl.text("create namespace by-kubectl");
    kubectl.text("create job once -n by-kubectl --image=busybox");
    kubectl.text("wait job/once -n by-kubectl --for=condition=Complete --timeout=60s");
    kubectl.text("run one -n by-kubectl --image=busybox --restart=Never");
    kubectl.text("wait pod/one -n by-kubectl --for=condition=Ready --timeout=60s");
    let taken = kubectl.say("create namespace by-kubectl");
    assert!(!taken.status.success() && taken.stderr.contains("(AlreadyExists)"), "{taken:#?}");
    kubectl.text("delete namespace by-kubectl --timeout=60s");
    kubectl.text(&format!("delete -f {file} --timeout=60s"));
    watching.wait_for(PATIENCE, |line| (line.starts_with("DELETED") && line.contains("by-kubectl")).then_some(()));
    let gone = kubectl.say("get networkchaos by-kubectl -n akidb");
    assert!(gone.stderr.contains("(NotFound)"), "{gone:#?}");
}

#[test]
fn kubectl_loses_a_namespace_and_a_restore_brings_it_back() {
    let Some(kubectl) = Kubectl::with("kubectl_loses_a_namespace_and_a_restore_brings_it_back") else { return };
    for (line, headings) in [
        ("get hpa -n akidb", &["NAME", "REFERENCE", "MINPODS", "MAXPODS", "REPLICAS", "AGE"][..]),
        ("get pvc -n akidb", &["NAME", "STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS", "AGE"]),
        ("get applications -n argocd", &["NAME", "SYNC STATUS", "HEALTH STATUS"]),
    ] {
        assert_eq!(kubectl.headings(line), headings, "kubectl {line}");
    }
    let kept = "deployments,services,configmaps,secrets,serviceaccounts,persistentvolumeclaims";
    let before = kubectl.text(&format!("get {kept} -n akidb -o name"));
    assert!(before.lines().count() > 15, "{before}");
    // The newest of all may be under way, and nothing is restored from that.
    let backups = kubectl.json("get backups.velero.io -n velero -l velero.io/schedule-name=pvc-5m");
    let whole = list(&backups, "/items").iter().filter(|backup| text(backup, "/status/phase") == "Completed");
    let backup = whole.map(|backup| text(backup, "/metadata/name")).max().unwrap();

    let read_only = r#"patch bsl default -n velero --type merge --patch {"spec":{"accessMode":"ReadOnly"}}"#;
    kubectl.text(read_only);
    kubectl.text("delete namespace akidb --timeout=60s");
    assert_eq!(kubectl.text(&format!("get {kept} -n akidb -o name")), "");
    let file = kubectl.world.home().join("restore.yaml");
    let restore = format!(
        "apiVersion: velero.io/v1\nkind: Restore\nmetadata: {{name: back, namespace: velero}}\nspec: {{backupName: {backup}, includedNamespaces: [akidb]}}\n"
    );
    fs::write(&file, restore).unwrap();
    kubectl.text(&format!("create -f {}", file.to_str().unwrap()));
    kubectl.text("wait restore.velero.io/back -n velero --for=jsonpath={.status.phase}=Completed --timeout=60s");
    kubectl.text(&read_only.replace("ReadOnly", "ReadWrite"));
    assert_eq!(kubectl.text(&format!("get {kept} -n akidb -o name")), before);
    kubectl.text("rollout status deployment akidb-query -n akidb --timeout=60s");
    let labelled = kubectl.text(&format!("get {kept} -n akidb -l velero.io/restore-name=back -o name"));
    assert_eq!(labelled, before);
    let claims = kubectl.json("get pvc -n akidb");
    assert!(list(&claims, "/items").iter().all(|claim| text(claim, "/status/phase") == "Bound"));
}

#[test]
fn kubectl_scales_against_an_autoscaler_and_argo_cd() {
    let Some(kubectl) = Kubectl::with("kubectl_scales_against_an_autoscaler_and_argo_cd") else { return };
    kubectl.text("scale deployment akidb-api -n akidb --replicas=1");
    kubectl.text("wait deployment/akidb-api -n akidb --for=jsonpath={.spec.replicas}=3 --timeout=60s");
    kubectl.text(r#"patch hpa api -n akidb --type merge --patch {"spec":{"minReplicas":5}}"#);
    kubectl.text("wait deployment/akidb-api -n akidb --for=jsonpath={.status.readyReplicas}=5 --timeout=60s");
    assert!(kubectl.text("describe hpa api -n akidb").contains("SuccessfulRescale"));

    kubectl.text("scale deployment ingest -n akidb --replicas=2");
    kubectl.text("wait application/akidb -n argocd --for=jsonpath={.status.sync.status}=OutOfSync --timeout=60s");
    kubectl.text("wait deployment/ingest -n akidb --for=jsonpath={.spec.replicas}=0 --timeout=60s");
    let pause = r#"patch application akidb -n argocd --type merge --patch {"spec":{"syncPolicy":{"automated":{"enabled":false}}}}"#;
    kubectl.text(pause);
    kubectl.text("scale deployment ingest -n akidb --replicas=2");
    kubectl.text("rollout status deployment ingest -n akidb --timeout=60s");
    let resource_version =
        text(&kubectl.json("get deployment ingest -n akidb"), "/metadata/resourceVersion").to_owned();
    kubectl.text("scale deployment ingest -n akidb --replicas=3");
    let stale =
        kubectl.say(&format!("scale deployment ingest -n akidb --replicas=4 --resource-version={resource_version}"));
    assert!(!stale.status.success(), "{stale:#?}");
}
