"""Moves the database's writer and recovers beside it, with boto3: `boto3_database.py AWS_CONFIG`.

Prints one JSON object with the parsed answers; the test judges them.
"""

import datetime
import json
import os
import sys
import time

os.environ["AWS_CONFIG_FILE"] = sys.argv[1]

import boto3
import botocore.exceptions

EAST, WEST, EUROPE = "us-east-1", "us-west-2", "eu-west-1"
SHORT = {EAST: "use1", WEST: "usw2", EUROPE: "euw1"}
GLOBAL = {"GlobalClusterIdentifier": "akidb-global"}
WAIT = {"Delay": 1, "MaxAttempts": 60}

called = set()
rds = {region: boto3.Session(profile_name=region).client("rds") for region in SHORT}
for made in rds.values():
    made.meta.events.register("before-call", lambda model, **_: called.add(model.name))


def arn(region):
    return f"arn:aws:rds:{region}:123456789012:cluster:akidb-{SHORT[region]}"


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


def global_cluster(region):
    return rds[region].describe_global_clusters(**GLOBAL)["GlobalClusters"][0]


def settled(region, writer):
    """The states that the global cluster passes through, until the writer has moved and every member follows it."""
    states = []
    while True:
        seen = global_cluster(region)
        members = {member["DBClusterArn"]: member for member in seen["GlobalClusterMembers"]}
        statuses = {member.get("SynchronizationStatus", "connected") for member in members.values()}
        state = [seen["Status"], seen.get("FailoverState", {}).get("Status"), sorted(statuses)]
        if state not in states:
            states.append(state)
        if state == ["available", None, ["connected"]] and members[arn(writer)]["IsWriter"]:
            return states
        time.sleep(0.02)


def switchover():
    begin = rds[EAST].switchover_global_cluster
    refusals = {
        "name": refused(lambda: begin(TargetDbClusterIdentifier="akidb-usw2", **GLOBAL)),
        "elsewhere": refused(
            lambda: rds[WEST].switchover_global_cluster(TargetDbClusterIdentifier=arn(WEST), **GLOBAL)
        ),
        "writer": refused(lambda: begin(TargetDbClusterIdentifier=arn(EAST), **GLOBAL)),
        "unknown": refused(lambda: begin(TargetDbClusterIdentifier=arn(WEST) + "0", **GLOBAL)),
        "nothing": refused(lambda: begin(GlobalClusterIdentifier="nope", TargetDbClusterIdentifier=arn(WEST))),
    }
    begun = plain(begin(TargetDbClusterIdentifier=arn(WEST), **GLOBAL))
    refusals["twice"] = refused(lambda: begin(TargetDbClusterIdentifier=arn(WEST), **GLOBAL))
    states = settled(EUROPE, WEST)
    events = rds[EAST].describe_events(SourceType="db-instance", SourceIdentifier="akidb-use1-1", Duration=600)
    return {"begun": begun, "states": states, "refusals": refusals, "fence": events["Events"]}


def failover():
    both = refused(
        lambda: rds[EUROPE].failover_global_cluster(
            TargetDbClusterIdentifier=arn(EUROPE), AllowDataLoss=True, Switchover=True, **GLOBAL
        )
    )
    lossy = rds[EUROPE].failover_global_cluster(TargetDbClusterIdentifier=arn(EUROPE), AllowDataLoss=True, **GLOBAL)
    states = settled(EAST, EUROPE)
    snapshots = rds[WEST].describe_db_cluster_snapshots(DBClusterIdentifier="akidb-usw2", SnapshotType="automated")
    names = [snapshot["DBClusterSnapshotIdentifier"] for snapshot in snapshots["DBClusterSnapshots"]]
    left = [name for name in names if name.startswith("rds:unplanned-global-failover-")]
    copied = rds[WEST].copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier=left[0], TargetDBClusterSnapshotIdentifier="lost-writes"
    )["DBClusterSnapshot"]
    rds[WEST].get_waiter("db_cluster_snapshot_available").wait(
        DBClusterSnapshotIdentifier="lost-writes", WaiterConfig=WAIT
    )
    events = rds[EUROPE].describe_events(EventCategories=["global-failover"], SourceType="db-cluster", Duration=600)
    return {
        "both": both,
        "begun": plain(lossy),
        "states": states,
        "left": left,
        "copied": copied,
        "events": [event["Message"] for event in events["Events"]],
    }


def recovery():
    here = rds[EUROPE]
    window = here.describe_db_clusters(DBClusterIdentifier="akidb-euw1")["DBClusters"][0]
    point = window["LatestRestorableTime"] - datetime.timedelta(minutes=30)
    restore = {"DBClusterIdentifier": "recovery", "SourceDBClusterIdentifier": arn(EUROPE)}
    late = window["LatestRestorableTime"] + datetime.timedelta(days=1)
    beyond = refused(lambda: here.restore_db_cluster_to_point_in_time(RestoreToTime=late, **restore))
    restored = here.restore_db_cluster_to_point_in_time(RestoreToTime=point, **restore)["DBCluster"]
    here.get_waiter("db_cluster_available").wait(DBClusterIdentifier="recovery", WaiterConfig=WAIT)
    created = here.create_db_instance(
        DBInstanceIdentifier="recovery-1",
        DBInstanceClass="db.r6g.large",
        Engine="aurora-postgresql",
        DBClusterIdentifier="recovery",
    )["DBInstance"]
    here.get_waiter("db_instance_available").wait(DBInstanceIdentifier="recovery-1", WaiterConfig=WAIT)
    made = here.describe_db_clusters(DBClusterIdentifier="recovery")["DBClusters"][0]
    protected = here.modify_db_cluster(
        DBClusterIdentifier="recovery", DeletionProtection=True, BackupRetentionPeriod=2, ApplyImmediately=True
    )["DBCluster"]
    delete = {"DBClusterIdentifier": "recovery", "SkipFinalSnapshot": True}
    kept = refused(lambda: here.delete_db_cluster(**delete))
    here.modify_db_cluster(DBClusterIdentifier="recovery", DeletionProtection=False)
    full = refused(lambda: here.delete_db_cluster(**delete))
    here.delete_db_instance(DBInstanceIdentifier="recovery-1", SkipFinalSnapshot=True)
    here.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier="recovery-1", WaiterConfig=WAIT)
    here.delete_db_cluster(**delete)
    here.get_waiter("db_cluster_deleted").wait(DBClusterIdentifier="recovery", WaiterConfig=WAIT)
    return {
        "beyond": beyond,
        "restored": restored,
        "created": created,
        "made": made,
        "protected": protected,
        "kept": kept,
        "full": full,
    }


def detached():
    removed = rds[WEST].remove_from_global_cluster(DbClusterIdentifier=arn(WEST), **GLOBAL)
    while len(global_cluster(WEST)["GlobalClusterMembers"]) > 2:
        time.sleep(0.02)
    return {
        "removed": plain(removed),
        "cluster": rds[WEST].describe_db_clusters(DBClusterIdentifier="akidb-usw2")["DBClusters"][0],
    }


answers = {
    "switchover": switchover(),
    "failover": failover(),
    "recovery": recovery(),
    "detached": detached(),
    "called": sorted(called),
}
print(json.dumps(answers, default=str))
