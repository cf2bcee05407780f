"""Moves traffic with every lever, with boto3: `boto3_traffic.py AWS_CONFIG TOKYO_ENDPOINT`.

Prints one JSON object with the parsed answers; the test judges them.
"""

import json
import os
import sys
import time

os.environ["AWS_CONFIG_FILE"] = sys.argv[1]

import boto3
import botocore.exceptions

ZONE = "Z04AKIDB3REGIONS20XY"
CHECK = "5f1c1e0a-0001-4a1d-9b7e-6d2f0a2c{}001"
ENDPOINT, CALCULATED, CONTROL, STOP = (CHECK.format(kind) for kind in range(1, 5))

session = boto3.Session(profile_name="us-west-2")
route53 = session.client("route53")
cluster = session.client("route53-recovery-cluster")
tokyo = session.client("route53-recovery-cluster", region_name="ap-northeast-1", endpoint_url=sys.argv[2])
called = set()
for made in (route53, cluster, tokyo):
    made.meta.events.register(
        "before-call", lambda model, **_: called.add(f"{model.service_model.service_name}.{model.name}")
    )


def plain(answer):
    """An answer without what belongs to the transport."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def refused(call):
    """How a call failed: boto3's class for it, and what the service said."""
    try:
        return {"class": None, "answer": str(call())}
    except botocore.exceptions.ClientError as error:
        said = error.response
        return {
            "class": type(error).__name__,
            "message": said["Error"].get("Message"),
            "status": said["ResponseMetadata"]["HTTPStatusCode"],
        }


def record():
    sets = route53.list_resource_record_sets(HostedZoneId=ZONE)["ResourceRecordSets"]
    return next(one for one in sets if one.get("Region") == "us-east-1")


def change(action, **members):
    made = {"Action": action, "ResourceRecordSet": {**record(), **members}}
    return route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Comment": "evac", "Changes": [made]})


def records():
    submitted = change("UPSERT", ResourceRecords=[{"Value": "192.0.2.55"}])["ChangeInfo"]
    waiter = route53.get_waiter("resource_record_sets_changed")
    waiter.wait(Id=submitted["Id"], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return {
        "submitted": submitted,
        "in_sync": route53.get_change(Id=submitted["Id"])["ChangeInfo"],
        "after": record(),
        "there": refused(lambda: change("CREATE")),
        "other": refused(lambda: change("DELETE", TTL=1)),
        "weighted": refused(lambda: change("UPSERT", Region="us-west-2")),
        "check": refused(lambda: change("UPSERT", HealthCheckId="00000000-0000-0000-0000-000000000000")),
    }


def checks():
    configured = {
        id: route53.get_health_check(HealthCheckId=id)["HealthCheck"]["HealthCheckConfig"]
        for id in (ENDPOINT, CALCULATED, CONTROL, STOP)
    }
    return {
        "types": [config["Type"] for config in configured.values()],
        "children": configured[CALCULATED]["ChildHealthChecks"],
        "control": configured[CONTROL]["RoutingControlArn"],
        "inverted": configured[STOP]["Inverted"],
        "version": refused(
            lambda: route53.update_health_check(HealthCheckId=CALCULATED, HealthCheckVersion=9, Inverted=True)
        ),
        "updated": route53.update_health_check(HealthCheckId=CALCULATED, HealthCheckVersion=1, Inverted=True)[
            "HealthCheck"
        ],
        "status": refused(lambda: route53.get_health_check_status(HealthCheckId=CALCULATED)),
    }


def set_states(made, states, **members):
    entries = [{"RoutingControlArn": arn, "RoutingControlState": state} for arn, state in states.items()]
    return made.update_routing_control_states(UpdateRoutingControlStateEntries=entries, **members)


def when_settled(call):
    """The safety rule takes no change for a few of the world's seconds after the last one."""
    while True:
        try:
            return call()
        except cluster.exceptions.ConflictException as error:
            if "wait period" not in str(error):
                raise
            time.sleep(0.1)


def controls():
    pages = cluster.get_paginator("list_routing_controls").paginate(PaginationConfig={"PageSize": 2})
    listed = [control for page in pages for control in page["RoutingControls"]]
    arns = [control["RoutingControlArn"] for control in listed]
    none_on = refused(lambda: set_states(cluster, dict.fromkeys(arns, "Off")))
    set_states(tokyo, {arns[0]: "Off", arns[1]: "On"})
    off = plain(cluster.get_routing_control_state(RoutingControlArn=arns[0]))
    when_settled(lambda: cluster.update_routing_control_state(RoutingControlArn=arns[0], RoutingControlState="On"))
    on = plain(tokyo.get_routing_control_state(RoutingControlArn=arns[0]))
    rule = none_on["message"].split("safety rule ")[1].split(": ")[0]
    set_states(cluster, dict.fromkeys(arns, "Off"), SafetyRulesToOverride=[rule])
    return {
        "listed": listed,
        "none_on": none_on,
        "off": off,
        "on": on,
        "overridden": [plain(cluster.get_routing_control_state(RoutingControlArn=arn)) for arn in arns],
        "unknown": refused(lambda: cluster.get_routing_control_state(RoutingControlArn=arns[0] + "0")),
    }


answers = {"records": records(), "checks": checks(), "controls": controls(), "called": sorted(called)}
print(json.dumps(answers, default=str))
