"""Races for objects and leases, and keeps what is locked, with boto3: `boto3_stores.py AWS_CONFIG CONTROL_ADDRESS`.

Prints one JSON object with what came of it; the test judges it.
"""

import concurrent.futures
import datetime
import hashlib
import json
import os
import sys
import urllib.request

os.environ["AWS_CONFIG_FILE"] = sys.argv[1]

import boto3
import botocore.exceptions
from boto3.dynamodb.conditions import Attr, Key

EAST, WEST, EUROPE = "us-east-1", "us-west-2", "eu-west-1"
JOURNAL, TERRAFORM, STATE = "akidb-evac-journal-usw2", "akidb-terraform", "akidb/terraform.tfstate"
LEASE = "evac-lease"
# The world runs ahead of this clock, but not by days.
LATER = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=2)

sessions = {region: boto3.Session(profile_name=region) for region in (EAST, WEST, EUROPE)}
called = set()


def client(service, region):
    made = sessions[region].client(service)
    made.meta.events.register(
        "before-call", lambda model, **_: called.add(f"{model.service_model.service_name}.{model.name}")
    )
    return made


s3 = client("s3", WEST)
dynamodb = {region: client("dynamodb", region) for region in (EAST, WEST, EUROPE)}


def refused(call):
    """How a call failed: boto3's class for it, and what the service said."""
    try:
        return {"class": None, "answer": str(call())}
    except botocore.exceptions.ClientError as error:
        said = error.response
        return {
            "class": type(error).__name__,
            "code": said["Error"]["Code"],
            "status": said["ResponseMetadata"]["HTTPStatusCode"],
            "item": said.get("Item"),
        }


def race(calls):
    """The calls at the same time: how each ended, winners as `None`."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return sorted(str(ended.get("code")) for ended in pool.map(refused, calls))


def perform(action):
    request = urllib.request.Request(f"http://{sys.argv[2]}/perform", json.dumps(action).encode())
    urllib.request.urlopen(request).read()


def conditions():
    key = {"Bucket": JOURNAL, "Key": "foreign/condition"}
    created = race([lambda number=number: s3.put_object(**key, Body=str(number), IfNoneMatch="*") for number in range(8)])
    tag = s3.head_object(**key)["ETag"]
    replaced = race([lambda number=number: s3.put_object(**key, Body=f"b{number}", IfMatch=tag) for number in range(4)])
    answers = {
        "created": created,
        "replaced": replaced,
        "stale delete": refused(lambda: s3.delete_object(**key, IfMatch=tag)),
        "absent": refused(lambda: s3.put_object(Bucket=JOURNAL, Key="foreign/never", Body="", IfMatch=tag)),
    }
    perform({"write-conflicts": {"services": ["s3"], "writes": 4}})
    answers["conflict"] = refused(lambda: s3.put_object(Bucket=JOURNAL, Key="foreign/never", Body="", IfNoneMatch="*"))
    perform({"write-conflicts": {}})
    tag = s3.head_object(**key)["ETag"]
    s3.delete_object(**key, IfMatch=tag)
    return answers


def versions():
    key = {"Bucket": JOURNAL, "Key": "foreign/versions"}
    ids = [s3.put_object(**key, Body=f"version {number}")["VersionId"] for number in range(3)]
    marker = s3.delete_object(**key)
    gone = refused(lambda: s3.get_object(**key))
    # A paginator can be gone through once.
    pages = list(
        s3.get_paginator("list_object_versions").paginate(
            Bucket=JOURNAL, Prefix=key["Key"], PaginationConfig={"PageSize": 2}
        )
    )
    listed = [(entry["VersionId"], entry["IsLatest"]) for page in pages for entry in page.get("Versions", [])]
    markers = [entry["VersionId"] for page in pages for entry in page.get("DeleteMarkers", [])]
    middle = s3.get_object(**key, VersionId=ids[1])["Body"].read().decode()
    s3.delete_object(**key, VersionId=marker["VersionId"])
    back = s3.get_object(**key)
    body = back["Body"].read()
    copied = s3.copy_object(Bucket=JOURNAL, Key="foreign/copy", CopySource={**key, "VersionId": ids[0]})
    return {
        "written": ids,
        "listed": listed,
        "markers": [markers, [marker["VersionId"]], marker["DeleteMarker"]],
        "gone": gone,
        "middle": middle,
        "back": body.decode(),
        "digest": back["ETag"] == f'"{hashlib.md5(body).hexdigest()}"',
        "copy": s3.get_object(Bucket=JOURNAL, Key="foreign/copy")["Body"].read().decode(),
        "copied": copied["CopySourceVersionId"] == ids[0],
    }


def locks():
    key = {"Bucket": JOURNAL, "Key": "foreign/lock"}
    written = s3.put_object(**key, Body="evidence", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=LATER)
    version = {**key, "VersionId": written["VersionId"]}
    longer = LATER + datetime.timedelta(days=1)
    answers = {
        "configuration": s3.get_object_lock_configuration(Bucket=JOURNAL)["ObjectLockConfiguration"],
        "no configuration": refused(lambda: s3.get_object_lock_configuration(Bucket=TERRAFORM)),
        "delete": refused(lambda: s3.delete_object(**version, BypassGovernanceRetention=True)),
        "shorten": refused(
            lambda: s3.put_object_retention(
                **version, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": LATER - datetime.timedelta(days=1)}
            )
        ),
        "no hold": refused(lambda: s3.get_object_legal_hold(**version)),
    }
    s3.put_object_retention(**version, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": longer})
    answers["longer"] = s3.get_object_retention(**version)["Retention"]["RetainUntilDate"] == longer
    s3.put_object_legal_hold(**version, LegalHold={"Status": "ON"})
    answers["hold"] = s3.get_object_legal_hold(**version)["LegalHold"]["Status"]
    head = s3.head_object(**version)
    answers["head"] = [head["ObjectLockMode"], head["ObjectLockLegalHoldStatus"]]
    soft = s3.put_object(**key, Body="draft", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=LATER)
    soft = {**key, "VersionId": soft["VersionId"]}
    answers["governed"] = refused(lambda: s3.delete_object(**soft))
    s3.delete_object(**soft, BypassGovernanceRetention=True)
    answers["still there"] = s3.get_object(**key)["Body"].read().decode()
    return answers


def terraform():
    """Terraform's own way: the lock object is created, or it says who has it."""
    lock = {"Bucket": TERRAFORM, "Key": f"{STATE}.tflock"}
    state = json.loads(s3.get_object(Bucket=TERRAFORM, Key=STATE)["Body"].read())
    won = race(
        [lambda who=who: s3.put_object(**lock, Body=json.dumps({"ID": who, "Who": who}), IfNoneMatch="*") for who in "ab"]
    )
    holder = json.loads(s3.get_object(**lock)["Body"].read())
    s3.delete_object(**lock)
    again = refused(lambda: s3.put_object(**lock, Body="{}", IfNoneMatch="*"))
    s3.delete_object(**lock)
    return {"version": state["version"], "won": won, "holder": holder["Who"] in ("a", "b"), "again": again["class"]}


def take(region, who):
    return lambda: dynamodb[region].put_item(
        TableName=LEASE,
        Item={"stack": {"S": "foreign"}, "holder": {"S": who}, "epoch": {"N": "1"}},
        ConditionExpression="attribute_not_exists(#stack)",
        ExpressionAttributeNames={"#stack": "stack"},
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


def take_over(region, who, epoch):
    return lambda: dynamodb[region].update_item(
        TableName=LEASE,
        Key={"stack": {"S": "foreign"}},
        UpdateExpression="SET holder = :who, epoch = epoch + :one",
        ConditionExpression="epoch = :seen",
        ExpressionAttributeValues={":who": {"S": who}, ":one": {"N": "1"}, ":seen": {"N": str(epoch)}},
        ReturnValues="UPDATED_NEW",
    )


def held(region):
    key = {"TableName": LEASE, "Key": {"stack": {"S": "foreign"}}, "ConsistentRead": True}
    return dynamodb[region].get_item(**key).get("Item")


def lease():
    taken, overtaken, views = [], [], []
    for _ in range(10):
        taken.append(race([take(EAST, "east"), take(WEST, "west")]))
        views.append(held(EAST) == held(WEST))
        overtaken.append(race([take_over(EAST, "east", 1), take_over(WEST, "west", 1)]))
        views.append(held(EAST) == held(WEST) and held(EAST)["epoch"]["N"] == "2")
        last = refused(take(WEST, "late"))
        dynamodb[EAST].delete_item(TableName=LEASE, Key={"stack": {"S": "foreign"}})
    perform({"write-conflicts": {"services": ["dynamodb"], "writes": 4}})
    conflict = refused(take(WEST, "west"))
    perform({"write-conflicts": {}})
    return {
        "taken": taken,
        "overtaken": overtaken,
        "views": views,
        "late": last,
        "conflict": conflict,
        "table": dynamodb[WEST].describe_table(TableName=LEASE)["Table"],
        "europe": refused(lambda: dynamodb[EUROPE].describe_table(TableName=LEASE)),
    }


def table():
    """boto3's own layer writes the expressions here."""
    made = dynamodb[EUROPE].create_table(
        TableName="foreign",
        AttributeDefinitions=[
            {"AttributeName": "run", "AttributeType": "S"},
            {"AttributeName": "step", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "run", "KeyType": "HASH"}, {"AttributeName": "step", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb[EUROPE].get_waiter("table_exists").wait(TableName="foreign")
    names = dynamodb[EUROPE].list_tables()["TableNames"]
    high = sessions[EUROPE].resource("dynamodb").Table("foreign")
    for step in range(1, 13):
        tags = {"odd"} if step % 2 else {"even", "late" if step > 6 else "early"}
        high.put_item(Item={"run": "a", "step": step, "state": "done", "tags": tags})
    condition = Key("run").eq("a") & Key("step").between(2, 11)
    wanted = Attr("tags").contains("even") & (Attr("step").gt(4) | Attr("state").ne("done")) & ~Attr("absent").exists()
    pages = dynamodb[EUROPE].get_paginator("query").paginate(
        TableName="foreign",
        KeyConditionExpression="run = :run",
        ExpressionAttributeValues={":run": {"S": "a"}},
        PaginationConfig={"PageSize": 5},
    )
    counts = [page["Count"] for page in pages]
    changed = refused(
        lambda: high.put_item(
            Item={"run": "a", "step": 1}, ConditionExpression=Attr("state").is_in(["new", "running"])
        )
    )
    scanned = dynamodb[EUROPE].scan(TableName="foreign", Select="COUNT")
    answers = {
        "status": made["TableDescription"]["TableStatus"],
        "names": names,
        "query": [int(item["step"]) for item in high.query(KeyConditionExpression=condition, FilterExpression=wanted)["Items"]],
        "newest": int(high.query(KeyConditionExpression=Key("run").eq("a"), ScanIndexForward=False, Limit=1)["Items"][0]["step"]),
        "pages": counts,
        "changed": changed,
        "count": scanned["Count"],
    }
    dynamodb[EUROPE].delete_table(TableName="foreign")
    return answers


json.dump(
    {
        "conditions": conditions(),
        "versions": versions(),
        "locks": locks(),
        "terraform": terraform(),
        "lease": lease(),
        "table": table(),
        "called": sorted(called),
    },
    sys.stdout,
    default=str,
)
