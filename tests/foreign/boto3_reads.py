"""Calls every operation that the simulator serves, with boto3: `boto3_reads.py AWS_CONFIG`.

Prints one JSON object with the parsed answers; the test judges them. Each region has a profile of its own, with its own
endpoints.
"""

import datetime
import email.utils
import json
import os
import sys
import time

os.environ["AWS_CONFIG_FILE"] = sys.argv[1]

import boto3
import botocore.exceptions

REGIONS = ["us-east-1", "us-west-2", "eu-west-1"]
SHORT = {"us-east-1": "use1", "us-west-2": "usw2", "eu-west-1": "euw1"}
GLOBAL_CLUSTER = "akidb-global"
CHECK = "5f1c1e0a-000{}-4a1d-9b7e-6d2f0a2c100{}"
CHECKS = {region: CHECK.format(number, number) for number, region in enumerate(REGIONS, start=1)}
NOW = datetime.datetime.now(datetime.timezone.utc)
RANGE = {"StartTime": NOW - datetime.timedelta(hours=3), "EndTime": NOW + datetime.timedelta(hours=3)}

called = set()
sessions = {region: boto3.Session(profile_name=region) for region in REGIONS}


def note(model, **_):
    called.add(f"{model.service_model.service_name}.{model.name}")


def client(service, region="us-east-1"):
    made = sessions[region].client(service)
    made.meta.events.register("before-call", note)
    return made


def plain(answer):
    """An answer without what belongs to the transport."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def pages(made, operation, key, size, **arguments):
    """All items of a list, and how many pages it took."""
    items, count = [], 0
    for page in made.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **arguments):
        items += page.get(key, [])
        count += 1
    return {"items": items, "pages": count}


def cluster(region):
    return f"akidb-{SHORT[region]}"


def bucket(region):
    return f"akidb-data-{SHORT[region]}"


def rds(region):
    made = client("rds", region)
    return {
        "global_cluster": made.describe_global_clusters(GlobalClusterIdentifier=GLOBAL_CLUSTER)["GlobalClusters"][0],
        "cluster": made.describe_db_clusters(DBClusterIdentifier=cluster(region))["DBClusters"][0],
        "instances": made.describe_db_instances(
            Filters=[{"Name": "db-cluster-id", "Values": [cluster(region)]}]
        )["DBInstances"],
        "events": pages(made, "describe_events", "Events", 20, Duration=14 * 24 * 60),
        "snapshots": pages(
            made, "describe_db_cluster_snapshots", "DBClusterSnapshots", 20, DBClusterIdentifier=cluster(region)
        ),
    }


def queries(region):
    """The same questions in every region: where a metric is not published, its answer has to be empty."""
    asked = {"rpo_lag": ("AWS/RDS", "AuroraGlobalDBRPOLag", {"DBClusterIdentifier": cluster(region)})}
    for other in REGIONS:
        if other == region:
            continue
        for direction, (source, to) in {"in": (other, region), "out": (region, other)}.items():
            of = {
                "SourceBucket": bucket(source),
                "DestinationBucket": bucket(to),
                "RuleId": f"{SHORT[source]}-to-{SHORT[to]}",
            }
            for name in (
                "ReplicationLatency",
                "BytesPendingReplication",
                "OperationsPendingReplication",
                "OperationsFailedReplication",
            ):
                asked[f"{name}_{direction}_{SHORT[other]}"] = ("AWS/S3", name, of)
    for other, check in CHECKS.items():
        for name in ("HealthCheckStatus", "HealthCheckPercentageHealthy"):
            asked[f"{name}_{SHORT[other]}"] = ("AWS/Route53", name, {"HealthCheckId": check})
    return asked


def dimensions(of):
    return [{"Name": name, "Value": value} for name, value in of.items()]


def cloudwatch(region):
    made = client("cloudwatch", region)
    ids = {f"q{number}": asked for number, asked in enumerate(queries(region).items())}
    metric_queries = [
        {
            "Id": id,
            "MetricStat": {
                "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions(of)},
                "Period": 60,
                "Stat": "Maximum",
            },
        }
        for id, (_, (namespace, name, of)) in ids.items()
    ]
    values, count = {}, 0
    # A page of so few points that there have to be more of them.
    paginator = made.get_paginator("get_metric_data")
    for page in paginator.paginate(MetricDataQueries=metric_queries, PaginationConfig={"PageSize": 1200}, **RANGE):
        count += 1
        for result in page["MetricDataResults"]:
            assert len(result["Timestamps"]) == len(result["Values"])
            values.setdefault(ids[result["Id"]][0], []).extend(result["Values"])
    whole = made.get_metric_data(MetricDataQueries=metric_queries, **RANGE)
    statistics = made.get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName="AuroraGlobalDBRPOLag",
        Dimensions=dimensions({"DBClusterIdentifier": cluster(region)}),
        Period=300,
        Statistics=["Average", "Maximum", "SampleCount"],
        **RANGE,
    )
    listed = {}
    for namespace in ("AWS/RDS", "AWS/S3", "AWS/Route53"):
        found = made.get_paginator("list_metrics").paginate(Namespace=namespace).build_full_result()
        listed[namespace] = sorted({metric["MetricName"] for metric in found["Metrics"]})
    alarms = pages(made, "describe_alarms", "MetricAlarms", 1)
    return {
        "values": values,
        "pages": count,
        "whole": {ids[result["Id"]][0]: len(result["Values"]) for result in whole["MetricDataResults"]},
        "newest": max((time for result in whole["MetricDataResults"] for time in result["Timestamps"]), default=None),
        "statistics": statistics["Datapoints"],
        "metrics": listed,
        "alarms": alarms,
    }


def s3(region):
    made = client("s3", region)
    name, key = bucket(region), f"foreign/boto3 in {region}"
    listed = pages(made, "list_objects_v2", "Contents", 7, Bucket=name)
    folders = made.list_objects_v2(Bucket=name, Delimiter="/")
    written = made.put_object(Bucket=name, Key=key, Body=b"written by boto3", Metadata={"origin": region})
    head = made.head_object(Bucket=name, Key=key)
    read = made.get_object(Bucket=name, Key=key)
    versioning = made.get_bucket_versioning(Bucket=name)
    return {
        "buckets": [entry["Name"] for entry in made.list_buckets()["Buckets"]],
        "location": made.get_bucket_location(Bucket=name)["LocationConstraint"],
        "home": made.head_bucket(Bucket=name)["BucketRegion"],
        "versioning": versioning["Status"],
        "replication": made.get_bucket_replication(Bucket=name)["ReplicationConfiguration"],
        "objects": listed,
        "folders": [entry["Prefix"] for entry in folders.get("CommonPrefixes", [])],
        "key": key,
        "written": plain(written),
        "head": plain(head),
        "body": read["Body"].read().decode(),
    }


def replicas(answers):
    """Waits until what was written in each region has arrived in the others, and deletes it."""
    found = {}
    for region in REGIONS:
        key = answers[region]["s3"]["key"]
        deadline = time.monotonic() + 60
        statuses = {}
        while time.monotonic() < deadline:
            for place in REGIONS:
                try:
                    head = client("s3", place).head_object(Bucket=bucket(place), Key=key)
                    statuses[place] = head.get("ReplicationStatus")
                except botocore.exceptions.ClientError as error:
                    statuses[place] = error.response["Error"]["Code"]
            if all(statuses[place] in ("COMPLETED", "REPLICA") for place in REGIONS):
                break
            time.sleep(0.2)
        found[region] = statuses
        client("s3", region).delete_object(Bucket=bucket(region), Key=key)
    return found


def route53():
    made = client("route53")
    zone = made.list_hosted_zones()["HostedZones"][0]
    health_checks = pages(made, "list_health_checks", "HealthChecks", "1")
    return {
        "zone": zone,
        "by_name": made.list_hosted_zones_by_name(DNSName="akidb.example")["HostedZones"],
        "get_zone": plain(made.get_hosted_zone(Id=zone["Id"])),
        "records": pages(made, "list_resource_record_sets", "ResourceRecordSets", "2", HostedZoneId=zone["Id"]),
        "health_checks": health_checks,
        "count": made.get_health_check_count()["HealthCheckCount"],
        "check": made.get_health_check(HealthCheckId=CHECKS["us-west-2"])["HealthCheck"],
        "status": {
            region: made.get_health_check_status(HealthCheckId=check)["HealthCheckObservations"]
            for region, check in CHECKS.items()
        },
        "failures": made.get_health_check_last_failure_reason(HealthCheckId=CHECKS["us-west-2"]),
        "change": made.get_change(Id="/change/C04AKIDB0RECORDS0001")["ChangeInfo"],
    }


def costs():
    made = client("ce")
    # The world runs ahead of this clock.
    date = client("sts").get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]["date"]
    today = email.utils.parsedate_to_datetime(date).date()
    month = {"Start": today.replace(day=1).isoformat(), "End": (today + datetime.timedelta(days=1)).isoformat()}
    usage = made.get_cost_and_usage(
        TimePeriod=month,
        Granularity="MONTHLY",
        Metrics=["UnblendedCost"],
        GroupBy=[{"Type": "DIMENSION", "Key": "REGION"}, {"Type": "DIMENSION", "Key": "SERVICE"}],
    )
    total = made.get_cost_and_usage(TimePeriod=month, Granularity="MONTHLY", Metrics=["UnblendedCost"])
    daily = made.get_cost_and_usage(TimePeriod=month, Granularity="DAILY", Metrics=["UnblendedCost"])
    ahead = {"Start": today.isoformat(), "End": (today + datetime.timedelta(days=10)).isoformat()}
    forecast = made.get_cost_forecast(TimePeriod=ahead, Granularity="DAILY", Metric="UNBLENDED_COST")
    return {"usage": plain(usage), "total": plain(total), "daily": plain(daily), "forecast": plain(forecast)}


def refused(call):
    """How a call failed: boto3's class for it, and what the service said."""
    try:
        return {"class": None, "answer": str(call())}
    except botocore.exceptions.ClientError as error:
        said = error.response
        return {
            "class": type(error).__name__,
            "code": said["Error"].get("Code"),
            "message": said["Error"].get("Message"),
            "status": said["ResponseMetadata"]["HTTPStatusCode"],
        }


def errors():
    here = {service: client(service) for service in ("rds", "cloudwatch", "s3", "route53", "ce", "sts")}
    month = {"Start": "2026-01-01", "End": "2026-02-01"}
    calls = {
        "rds global cluster": lambda: here["rds"].describe_global_clusters(GlobalClusterIdentifier="nope"),
        "rds cluster": lambda: here["rds"].describe_db_clusters(DBClusterIdentifier="nope"),
        "rds cluster elsewhere": lambda: here["rds"].describe_db_clusters(DBClusterIdentifier="akidb-usw2"),
        "rds instance": lambda: here["rds"].describe_db_instances(DBInstanceIdentifier="nope"),
        "rds snapshot": lambda: here["rds"].describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="nope"),
        "rds page size": lambda: here["rds"].describe_events(MaxRecords=1),
        "rds marker": lambda: here["rds"].describe_events(Marker="mine"),
        "rds operation": lambda: here["rds"].describe_db_proxies(),
        "cloudwatch period": lambda: here["cloudwatch"].get_metric_statistics(
            Namespace="AWS/RDS", MetricName="X", Period=61, Statistics=["Average"], **RANGE
        ),
        "cloudwatch token": lambda: here["cloudwatch"].describe_alarms(NextToken="mine"),
        "cloudwatch operation": lambda: here["cloudwatch"].list_dashboards(),
        "s3 bucket": lambda: here["s3"].get_bucket_versioning(Bucket="nope-nope"),
        "s3 key": lambda: here["s3"].get_object(Bucket="akidb-data-use1", Key="nope"),
        "s3 head": lambda: here["s3"].head_object(Bucket="akidb-data-use1", Key="nope"),
        "s3 condition": lambda: here["s3"].put_object(
            Bucket="akidb-data-use1", Key="segments/000000.akidb", Body=b"", IfNoneMatch="*"
        ),
        "s3 operation": lambda: here["s3"].get_bucket_acl(Bucket="akidb-data-use1"),
        "route53 zone": lambda: here["route53"].list_resource_record_sets(HostedZoneId="ZNOPE"),
        "route53 check": lambda: here["route53"].get_health_check_status(
            HealthCheckId="00000000-0000-0000-0000-000000000000"
        ),
        "route53 change": lambda: here["route53"].get_change(Id="CNOPE"),
        "route53 operation": lambda: here["route53"].list_traffic_policies(),
        "ce period": lambda: here["ce"].get_cost_and_usage(
            TimePeriod={"Start": "2026-02-01", "End": "2026-01-01"}, Granularity="MONTHLY", Metrics=["UnblendedCost"]
        ),
        "ce operation": lambda: here["ce"].get_tags(TimePeriod=month),
        "sts operation": lambda: here["sts"].get_session_token(),
    }
    return {name: refused(call) for name, call in calls.items()}


def written(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no form in JSON")


answers = {}
for region in REGIONS:
    answers[region] = {
        "rds": rds(region),
        "cloudwatch": cloudwatch(region),
        "s3": s3(region),
        "identity": plain(client("sts", region).get_caller_identity()),
    }
document = {
    "regions": answers,
    "replicas": replicas(answers),
    "route53": route53(),
    "costs": costs(),
    # What was called up to here was answered; what follows is to be refused.
    "called": sorted(called),
    "errors": errors(),
}
json.dump(document, sys.stdout, default=written)
