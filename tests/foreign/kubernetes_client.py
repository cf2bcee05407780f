"""Lists, watches, creates, patches and deletes with the official Kubernetes client: `kubernetes_client.py KUBECONFIG`.

Prints one JSON object with what was seen; the test judges it. Changes are made in us-west-2 only.
"""

import json
import queue
import sys
import threading
import time

from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException

REGIONS = ["us-east-1", "us-west-2", "eu-west-1"]
HERE = "us-west-2"
VELERO = {"group": "velero.io", "version": "v1", "namespace": "velero"}
CHAOS = {"group": "chaos-mesh.org", "version": "v1alpha1", "namespace": "akidb"}
PATIENCE = 60

apis = {region: config.new_client_from_config(sys.argv[1], context=region) for region in REGIONS}
core = client.CoreV1Api(apis[HERE])
apps = client.AppsV1Api(apis[HERE])
batch = client.BatchV1Api(apis[HERE])
custom = client.CustomObjectsApi(apis[HERE])


def refused(call):
    try:
        call()
    except ApiException as error:
        body = json.loads(error.body)
        return {"status": error.status, "kind": body["kind"], "reason": body["reason"], "message": body["message"]}
    return None


class Watching:
    """A watch in a thread of its own. `until` returns once an event satisfies it."""

    def __init__(self, call, **arguments):
        self.seen = []
        self.events = queue.Queue()
        self.watch = watch.Watch()
        self.thread = threading.Thread(target=self.run, args=(call, arguments), daemon=True)
        self.thread.start()

    def run(self, call, arguments):
        try:
            for event in self.watch.stream(call, timeout_seconds=PATIENCE, **arguments):
                self.events.put(event)
            self.events.put(None)
        except Exception as error:
            self.events.put(error)

    def until(self, satisfied):
        deadline = time.monotonic() + PATIENCE
        while True:
            event = self.events.get(timeout=max(deadline - time.monotonic(), 0.01))
            if event is None or isinstance(event, Exception):
                raise RuntimeError(f"the watch ended: {event!r}")
            self.seen.append((event["type"], event["raw_object"]))
            if satisfied(*self.seen[-1]):
                return self.seen[-1][1]

    def of(self, name):
        return [(kind, thing) for kind, thing in self.seen if thing["metadata"].get("name") == name]


def watch_custom(family, plural):
    listed = custom.list_namespaced_custom_object(plural=plural, **family)
    version = listed["metadata"]["resourceVersion"]
    return Watching(custom.list_namespaced_custom_object, plural=plural, resource_version=version, **family)


def phases(events):
    """The phases in the order that they were seen, each once."""
    found = []
    for _, thing in events:
        phase = thing.get("status", {}).get("phase")
        if not found or found[-1] != phase:
            found.append(phase)
    return found


def done(name):
    def satisfied(_, thing):
        final = ("Completed", "PartiallyFailed", "Failed", "FailedValidation")
        return thing["metadata"].get("name") == name and thing.get("status", {}).get("phase") in final

    return satisfied


def gone(name):
    return lambda kind, thing: kind == "DELETED" and thing["metadata"].get("name") == name


def velero_object(kind, name, spec):
    return {"apiVersion": "velero.io/v1", "kind": kind, "metadata": {"name": name, "namespace": "velero"}, "spec": spec}


def regions():
    found = {}
    for region, api in apis.items():
        nodes = client.CoreV1Api(api).list_node().items
        deployments = client.AppsV1Api(api).list_namespaced_deployment("akidb").items
        velero = client.CustomObjectsApi(api)

        def names(plural):
            listed = velero.list_namespaced_custom_object(plural=plural, **VELERO)
            return sorted(item["metadata"]["name"] for item in listed["items"])

        found[region] = {
            "version": client.VersionApi(api).get_code().git_version,
            "namespaces": sorted(item.metadata.name for item in client.CoreV1Api(api).list_namespace().items),
            "nodes": len(nodes),
            "nodes_ready": sum(
                entry.type == "Ready" and entry.status == "True" for node in nodes for entry in node.status.conditions
            ),
            "zones": sorted({node.metadata.labels["topology.kubernetes.io/zone"] for node in nodes}),
            "deployments": {item.metadata.name: item.status.ready_replicas for item in deployments},
            "pods": len(client.CoreV1Api(api).list_namespaced_pod("akidb").items),
            "schedules": names("schedules"),
            "locations": names("backupstoragelocations"),
        }
    return found


def discovery():
    groups = {group.name for group in client.ApisApi(apis[HERE]).get_api_versions().groups}
    velero = custom.get_api_resources("velero.io", "v1").resources
    return {"groups": sorted(groups), "velero": sorted(item.name for item in velero)}


def pages():
    """A long list in pages is the same as in one piece."""
    whole = custom.list_namespaced_custom_object(plural="backups", **VELERO)
    names, token, count = [], None, 0
    while True:
        arguments = {"_continue": token} if token else {}
        page = custom.list_namespaced_custom_object(plural="backups", limit=100, **arguments, **VELERO)
        names += [item["metadata"]["name"] for item in page["items"]]
        count += 1
        token = page["metadata"].get("continue")
        if not token:
            break
    expired = refused(
        lambda: custom.list_namespaced_custom_object(plural="backups", limit=5, _continue="not-a-token", **VELERO)
    )
    scheduled = custom.list_namespaced_custom_object(
        plural="backups", label_selector="velero.io/schedule-name=cluster-6h", **VELERO
    )
    return {
        "whole": len(whole["items"]),
        "paged": len(names),
        "different": len(set(names)),
        "pages": count,
        "bad_token": expired,
        "scheduled": sorted(item["metadata"]["name"] for item in scheduled["items"])[-1],
    }


def backup():
    """The life of a backup and of a restore from it, as a watch sees them."""
    backups, restores = watch_custom(VELERO, "backups"), watch_custom(VELERO, "restores")
    spec = {"includedNamespaces": ["akidb"], "storageLocation": "default", "ttl": "24h0m0s"}
    body = velero_object("Backup", "foreign", spec)
    created = custom.create_namespaced_custom_object(plural="backups", body=body, **VELERO)
    taken = refused(lambda: custom.create_namespaced_custom_object(plural="backups", body=body, **VELERO))
    finished = backups.until(done("foreign"))
    body = velero_object("Restore", "foreign", {"backupName": "foreign", "namespaceMapping": {"akidb": "akidb-copy"}})
    custom.create_namespaced_custom_object(plural="restores", body=body, **VELERO)
    restored = restores.until(done("foreign"))
    body = velero_object("Restore", "from-nothing", {"backupName": "nope"})
    custom.create_namespaced_custom_object(plural="restores", body=body, **VELERO)
    invalid = restores.until(done("from-nothing"))
    custom.delete_namespaced_custom_object(plural="restores", name="from-nothing", **VELERO)
    restores.until(gone("from-nothing"))
    body = velero_object("DeleteBackupRequest", "foreign", {"backupName": "foreign"})
    custom.create_namespaced_custom_object(plural="deletebackuprequests", body=body, **VELERO)
    backups.until(gone("foreign"))
    return {
        "status_at_first": created.get("status"),
        "taken": taken,
        "events": [kind for kind, _ in backups.of("foreign")],
        "phases": phases(backups.of("foreign")),
        "finished": finished["status"],
        "restore_phases": phases(restores.of("foreign")),
        "restored": restored["status"],
        "invalid": invalid["status"],
    }


def patches():
    """A merge patch, a JSON patch, a replacement and a stale one, on a Schedule and a BackupStorageLocation."""
    schedule = {"plural": "schedules", "name": "cluster-6h", **VELERO}
    before = custom.get_namespaced_custom_object(**schedule)
    paused = custom.patch_namespaced_custom_object(body={"spec": {"paused": True}}, **schedule)
    resumed = custom.patch_namespaced_custom_object(
        body=[{"op": "replace", "path": "/spec/paused", "value": False}],
        _content_type="application/json-patch+json",
        **schedule,
    )
    stale = {**before, "spec": {**before["spec"], "paused": True}}
    conflict = refused(lambda: custom.replace_namespaced_custom_object(body=stale, **schedule))
    fresh = custom.get_namespaced_custom_object(**schedule)
    replaced = custom.replace_namespaced_custom_object(body=fresh, **schedule)
    location = {"plural": "backupstoragelocations", "name": "default", **VELERO}
    read_only = custom.patch_namespaced_custom_object(body={"spec": {"accessMode": "ReadOnly"}}, **location)
    restored = custom.patch_namespaced_custom_object(body={"spec": {"accessMode": "ReadWrite"}}, **location)
    return {
        "paused": paused["spec"]["paused"],
        "phase_while_paused": paused["status"]["phase"],
        "resumed": resumed["spec"]["paused"],
        "versions_rise": int(before["metadata"]["resourceVersion"])
        < int(paused["metadata"]["resourceVersion"])
        < int(resumed["metadata"]["resourceVersion"]),
        "conflict": conflict,
        "unchanged_keeps_version": replaced["metadata"]["resourceVersion"] == fresh["metadata"]["resourceVersion"],
        "access_modes": [read_only["spec"]["accessMode"], restored["spec"]["accessMode"]],
    }


def refusals():
    def patch(body):
        return lambda: custom.patch_namespaced_custom_object(plural="schedules", name="pvc-5m", body=body, **VELERO)

    no_template = velero_object("Schedule", "bad", {"schedule": "@daily"})
    return {
        "missing": refused(lambda: custom.get_namespaced_custom_object(plural="backups", name="nope", **VELERO)),
        "missing_pod": refused(lambda: core.read_namespaced_pod("nope", "akidb")),
        "missing_kind": refused(lambda: custom.list_namespaced_custom_object(plural="nonsense", **VELERO)),
        "phase": refused(patch({"status": {"phase": "Dancing"}})),
        "type": refused(patch({"spec": {"paused": "yes"}})),
        "required": refused(
            lambda: custom.create_namespaced_custom_object(plural="schedules", body=no_template, **VELERO)
        ),
        "namespace": refused(
            lambda: core.create_namespaced_config_map(
                "nowhere", client.V1ConfigMap(metadata=client.V1ObjectMeta(name="lost"))
            )
        ),
        "status_subresource": refused(
            lambda: custom.get_namespaced_custom_object_status(plural="backups", name="nope", **VELERO)
        ),
    }


def expired():
    """A watch from a version too old: 200, one ERROR event with code 410. The client raises it; one lists again."""
    stream = watch.Watch().stream(
        custom.list_namespaced_custom_object, plural="backups", resource_version="1", timeout_seconds=10, **VELERO
    )
    try:
        first = next(stream, None)
    except ApiException as error:
        relisted = custom.list_namespaced_custom_object(plural="backups", limit=1, **VELERO)
        return {"status": error.status, "reason": error.reason, "relisted": len(relisted["items"])}
    return {"status": None, "event": str(first)[:300]}


def deployments():
    name, namespace = "akidb-api", "akidb"
    before = apps.read_namespaced_deployment_scale(name, namespace)
    listed = apps.list_namespaced_deployment(namespace)
    watching = Watching(
        apps.list_namespaced_deployment, namespace=namespace, resource_version=listed.metadata.resource_version
    )
    wanted = before.spec.replicas + 2
    scaled = apps.patch_namespaced_deployment_scale(name, namespace, {"spec": {"replicas": wanted}})

    def ready(replicas):
        return lambda _, thing: thing["metadata"]["name"] == name and thing["status"].get("readyReplicas") == replicas

    watching.until(ready(wanted))
    pods = core.list_namespaced_pod(namespace, label_selector="app=akidb-api").items
    names = client.V1ObjectMeta(name=name, namespace=namespace)
    back = client.V1Scale(metadata=names, spec=client.V1ScaleSpec(replicas=before.spec.replicas))
    apps.replace_namespaced_deployment_scale(name, namespace, back)
    watching.until(ready(before.spec.replicas))
    events = core.list_namespaced_event(namespace, field_selector="involvedObject.kind=Pod,reason=Scheduled").items
    return {
        "before": before.spec.replicas,
        "scaled": scaled.spec.replicas,
        "pods": len(pods),
        "running": sum(pod.status.phase == "Running" for pod in pods),
        "on_nodes": all(pod.spec.node_name for pod in pods),
        "scheduled_events": len(events),
        "event_types": sorted({kind for kind, _ in watching.seen}),
    }


def workloads():
    """A namespace with a pod and a job in it, from nothing to nothing."""
    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name="foreign")))
    container = client.V1Container(name="work", image="busybox")
    template = client.V1PodSpec(containers=[container], restart_policy="Never")
    core.create_namespaced_pod("foreign", client.V1Pod(metadata=client.V1ObjectMeta(name="one"), spec=template))
    job = client.V1Job(
        metadata=client.V1ObjectMeta(name="once"),
        spec=client.V1JobSpec(template=client.V1PodTemplateSpec(spec=template)),
    )
    batch.create_namespaced_job("foreign", job)
    pods = Watching(core.list_namespaced_pod, namespace="foreign")
    jobs = Watching(batch.list_namespaced_job, namespace="foreign")
    pods.until(lambda _, pod: pod["metadata"]["name"] == "one" and pod["status"].get("phase") == "Running")
    finished = jobs.until(lambda _, job: job["status"].get("succeeded") == 1)
    labelled = core.patch_namespaced_pod("one", "foreign", {"metadata": {"labels": {"who": "us"}}})
    selected = core.list_namespaced_pod("foreign", label_selector="who=us").items
    core.delete_namespaced_pod("one", "foreign")
    pods.until(gone("one"))
    namespaces = Watching(core.list_namespace)
    core.delete_namespace("foreign")
    namespaces.until(gone("foreign"))
    return {
        "job_conditions": [condition["type"] for condition in finished["status"].get("conditions", [])],
        "labelled": labelled.metadata.labels,
        "selected": [pod.metadata.name for pod in selected],
        "namespace_phases": phases(namespaces.of("foreign")),
        "left": len(core.list_namespaced_pod("foreign").items) + len(batch.list_namespaced_job("foreign").items),
    }


def nodes():
    name = core.list_node().items[0].metadata.name
    cordoned = core.patch_node(name, {"spec": {"unschedulable": True}})
    freed = core.patch_node(name, {"spec": {"unschedulable": None}})
    return {"cordoned": cordoned.spec.unschedulable, "freed": freed.spec.unschedulable}


def condition(thing, wanted):
    conditions = thing.get("status", {}).get("conditions") or []
    return any(entry["type"] == wanted and entry["status"] == "True" for entry in conditions)


def chaos():
    """Two experiments: one that ends with its deletion, and one whose selector matches nothing and yet succeeds."""

    def experiment(kind, name, spec):
        metadata = {"name": name, "namespace": "akidb"}
        return {"apiVersion": "chaos-mesh.org/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}

    def selector(app):
        return {"mode": "all", "selector": {"namespaces": ["akidb"], "labelSelectors": {"app": app}}}

    network = watch_custom(CHAOS, "networkchaos")
    delay = {"action": "delay", "delay": {"latency": "200ms"}, **selector("akidb-api")}
    body = experiment("NetworkChaos", "slow", delay)
    custom.create_namespaced_custom_object(plural="networkchaos", body=body, **CHAOS)
    injected = network.until(lambda _, thing: condition(thing, "AllInjected"))
    annotation = {"experiment.chaos-mesh.org/pause": "true"}
    custom.patch_namespaced_custom_object(
        plural="networkchaos", name="slow", body={"metadata": {"annotations": annotation}}, **CHAOS
    )
    paused = network.until(lambda _, thing: condition(thing, "Paused") and condition(thing, "AllRecovered"))
    custom.delete_namespaced_custom_object(plural="networkchaos", name="slow", **CHAOS)
    network.until(gone("slow"))

    pods = watch_custom(CHAOS, "podchaos")
    body = experiment("PodChaos", "nobody", {"action": "pod-kill", **selector("nothing-has-this-name")})
    custom.create_namespaced_custom_object(plural="podchaos", body=body, **CHAOS)
    nobody = pods.until(lambda _, thing: condition(thing, "AllInjected"))
    custom.delete_namespaced_custom_object(plural="podchaos", name="nobody", **CHAOS)
    pods.until(gone("nobody"))
    invalid = experiment("NetworkChaos", "bad", {"action": "teleport", **selector("akidb-api")})
    return {
        "desired": injected["status"]["experiment"]["desiredPhase"],
        "targets": len(injected["status"]["experiment"].get("containerRecords", [])),
        "paused": paused["status"]["experiment"]["desiredPhase"],
        "nobody_targets": len(nobody["status"]["experiment"].get("containerRecords") or []),
        "nobody_conditions": sorted(
            entry["type"] for entry in nobody["status"]["conditions"] if entry["status"] == "True"
        ),
        "invalid": refused(
            lambda: custom.create_namespaced_custom_object(plural="networkchaos", body=invalid, **CHAOS)
        ),
    }


def rulers():
    """An autoscaler's minimum, an application without self-heal, and writers that come too late."""
    autoscaling = client.AutoscalingV2Api(apis[HERE])
    before = autoscaling.read_namespaced_horizontal_pod_autoscaler("api", "akidb")
    watching = Watching(apps.list_namespaced_deployment, namespace="akidb")
    autoscaling.patch_namespaced_horizontal_pod_autoscaler("api", "akidb", {"spec": {"minReplicas": 5}})
    raised = watching.until(
        lambda _, thing: thing["metadata"]["name"] == "akidb-api" and thing["spec"]["replicas"] == 5
    )
    argo = {"group": "argoproj.io", "version": "v1alpha1", "namespace": "argocd", "plural": "applications"}
    applications = watch_custom({name: argo[name] for name in ("group", "version", "namespace")}, "applications")
    pause = {"spec": {"syncPolicy": {"automated": {"enabled": False}}}}
    paused = custom.patch_namespaced_custom_object(name="akidb", body=pause, **argo)
    stale = apps.read_namespaced_deployment("ingest", "akidb")
    apps.patch_namespaced_deployment_scale("ingest", "akidb", {"spec": {"replicas": 2}})
    applications.until(lambda _, thing: thing["status"]["sync"]["status"] == "OutOfSync")
    watching.until(
        lambda _, thing: thing["metadata"]["name"] == "ingest" and thing["status"].get("readyReplicas") == 2
    )
    stale.spec.replicas = 3
    tested = [
        {"op": "test", "path": "/spec/replicas", "value": 0},
        {"op": "replace", "path": "/spec/replicas", "value": 3},
    ]
    return {
        "bounds": [before.spec.min_replicas, before.spec.max_replicas],
        "raised": raised["spec"]["replicas"],
        "automated": paused["spec"]["syncPolicy"]["automated"],
        "sync": custom.get_namespaced_custom_object(name="akidb", **argo)["status"]["sync"]["status"],
        "left_alone": apps.read_namespaced_deployment_scale("ingest", "akidb").spec.replicas,
        "stale": refused(lambda: apps.replace_namespaced_deployment("ingest", "akidb", stale)),
        "tested": refused(lambda: apps.patch_namespaced_deployment("ingest", "akidb", tested)),
    }


def lost_and_found():
    """A namespace is lost, and a restore from a read-only location brings it back."""

    def kept():
        found = []
        for call in (
            core.list_namespaced_config_map,
            core.list_namespaced_secret,
            core.list_namespaced_service,
            core.list_namespaced_service_account,
            core.list_namespaced_persistent_volume_claim,
            apps.list_namespaced_deployment,
        ):
            found += [(call.__name__, item.metadata.name, item.metadata.labels) for item in call("akidb").items]
        return found

    location = {"plural": "backupstoragelocations", "name": "default", **VELERO}
    read_only = custom.patch_namespaced_custom_object(body={"spec": {"accessMode": "ReadOnly"}}, **location)
    backups, restores = watch_custom(VELERO, "backups"), watch_custom(VELERO, "restores")
    body = velero_object("Backup", "refused", {"includedNamespaces": ["akidb"]})
    custom.create_namespaced_custom_object(plural="backups", body=body, **VELERO)
    refusal = backups.until(done("refused"))
    before = kept()
    namespaces = Watching(core.list_namespace)
    core.delete_namespace("akidb")
    namespaces.until(gone("akidb"))
    missing = refused(lambda: core.read_namespace("akidb"))
    body = velero_object("Restore", "lost", {"scheduleName": "pvc-5m", "includedNamespaces": ["akidb"]})
    custom.create_namespaced_custom_object(plural="restores", body=body, **VELERO)
    restored = restores.until(done("lost"))
    custom.patch_namespaced_custom_object(body={"spec": {"accessMode": "ReadWrite"}}, **location)
    watching = Watching(apps.list_namespaced_deployment, namespace="akidb")
    query = watching.until(
        lambda _, thing: thing["metadata"]["name"] == "akidb-query" and thing["status"].get("readyReplicas") == 4
    )
    after = kept()
    return {
        "access_mode": read_only["spec"]["accessMode"],
        "refused": refusal["status"]["phase"],
        "gone": missing["status"],
        "phase": restored["status"]["phase"],
        "before": [entry[:2] for entry in before],
        "after": [entry[:2] for entry in after],
        "labels": sorted({labels.get("velero.io/restore-name") for _, _, labels in after}),
        "ready": query["status"]["readyReplicas"],
    }


steps = [
    regions,
    discovery,
    pages,
    backup,
    patches,
    refusals,
    expired,
    deployments,
    workloads,
    nodes,
    chaos,
    rulers,
    lost_and_found,
]
document = {}
for step in steps:
    began = time.monotonic()
    try:
        document[step.__name__] = step()
    except Exception as error:
        raise RuntimeError(f"{step.__name__}: {error!r}") from error
    print(f"{step.__name__}: {time.monotonic() - began:.1f} s", file=sys.stderr)
json.dump(document, sys.stdout)
