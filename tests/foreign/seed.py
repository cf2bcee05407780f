"""A three-region stack, put into a server that nobody here wrote.

What the servers have in common is here; `seed_moto.py` and `seed_ministack.py` add what each needs. The names made up
by the server (the hosted zone's, the health checks') are printed as one JSON object for the test.
"""

import datetime
import json
import sys

import boto3
from botocore.config import Config

REGIONS = ["us-east-1", "us-west-2", "eu-west-1"]
PRIMARY = "us-east-1"
GLOBAL_CLUSTER = "shop-global"
ENGINE = {"Engine": "aurora-postgresql", "EngineVersion": "16.8"}
ZONE = "shop.example"
ADDRESSES = {"us-east-1": "192.0.2.10", "us-west-2": "198.51.100.10", "eu-west-1": "203.0.113.10"}
WEIGHTS = {"us-east-1": 100, "us-west-2": 0}
LEASE_TABLE = "shop-lease"
LEASE_REGIONS = ["us-west-2", "us-east-2"]
TERRAFORM_BUCKET = "shop-terraform"
LAG_MILLISECONDS = {"us-east-1": 310.0, "us-west-2": 420.0, "eu-west-1": 730.0}


def cluster(region):
    return f"shop-{region}"


def bucket(region):
    return f"shop-data-{region}"


def rule(source, destination):
    return f"{source}-to-{destination}"


def links():
    """The replication rules: from the primary to each other region, and back."""
    for region in REGIONS[1:]:
        yield PRIMARY, region
        yield region, PRIMARY


def journal_bucket(region):
    return f"shop-journal-{region}"


class Seeder:
    def __init__(self, url):
        self.url = url

    def client(self, service, region=PRIMARY):
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )

    def aurora(self):
        self.client("rds").create_global_cluster(GlobalClusterIdentifier=GLOBAL_CLUSTER, **ENGINE)
        for region in REGIONS:
            rds = self.client("rds", region)
            login = {"MasterUsername": "shop", "MasterUserPassword": "not-a-secret"} if region == PRIMARY else {}
            rds.create_db_cluster(
                DBClusterIdentifier=cluster(region), GlobalClusterIdentifier=GLOBAL_CLUSTER, **ENGINE, **login
            )
            rds.create_db_instance(
                DBInstanceIdentifier=f"{cluster(region)}-1",
                DBInstanceClass="db.r6g.large",
                DBClusterIdentifier=cluster(region),
                Engine=ENGINE["Engine"],
            )

    def snapshot(self):
        for region in REGIONS:
            self.client("rds", region).create_db_cluster_snapshot(
                DBClusterSnapshotIdentifier=f"{cluster(region)}-manual", DBClusterIdentifier=cluster(region)
            )

    def bucket(self, region, name, **settings):
        where = {} if region == PRIMARY else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.client("s3", region).create_bucket(Bucket=name, **where, **settings)

    def buckets(self):
        for region in REGIONS:
            self.bucket(region, bucket(region))
            self.client("s3", region).put_bucket_versioning(
                Bucket=bucket(region), VersioningConfiguration={"Status": "Enabled"}
            )
        for region in REGIONS:
            targets = [to for source, to in links() if source == region]
            rules = [
                {
                    "ID": rule(region, to),
                    "Priority": priority,
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "DeleteMarkerReplication": {"Status": "Disabled"},
                    "Destination": {"Bucket": f"arn:aws:s3:::{bucket(to)}"},
                }
                for priority, to in enumerate(targets, start=1)
            ]
            role = "arn:aws:iam::123456789012:role/shop-replication"
            self.client("s3", region).put_bucket_replication(
                Bucket=bucket(region), ReplicationConfiguration={"Role": role, "Rules": rules}
            )

    def traffic(self):
        """Latency records and weighted ones, each with its region's health check."""
        route53 = self.client("route53")
        checks = {}
        for region in REGIONS:
            answer = route53.create_health_check(
                CallerReference=f"check-{region}",
                HealthCheckConfig={
                    "Type": "HTTPS",
                    "FullyQualifiedDomainName": f"{region}.{ZONE}",
                    "ResourcePath": "/healthz",
                    "Port": 443,
                    "RequestInterval": 30,
                    "FailureThreshold": 3,
                },
            )
            checks[region] = answer["HealthCheck"]["Id"]
        zone = route53.create_hosted_zone(Name=ZONE, CallerReference="zone")["HostedZone"]["Id"]

        def record(name, region, **policy):
            return {
                "Action": "UPSERT",
                "ResourceRecordSet": {
                    "Name": name,
                    "Type": "A",
                    "SetIdentifier": region,
                    "TTL": 60,
                    "ResourceRecords": [{"Value": ADDRESSES[region]}],
                    "HealthCheckId": checks[region],
                    **policy,
                },
            }

        changes = [record(f"api.{ZONE}", region, Region=region) for region in REGIONS]
        changes += [record(f"www.{ZONE}", region, Weight=weight) for region, weight in WEIGHTS.items()]
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
        return {"zone": zone.removeprefix("/hostedzone/"), "health_checks": checks}

    def alarms(self):
        """One alarm a region. That of us-west-2 fires: by its threshold in a server that looks at the points, and by
        decree in one that does not."""
        for region in REGIONS:
            cloudwatch = self.client("cloudwatch", region)
            name = f"shop-lag-{region}"
            cloudwatch.put_metric_alarm(
                AlarmName=name,
                Namespace="AWS/RDS",
                MetricName="AuroraGlobalDBRPOLag",
                Dimensions=[{"Name": "DBClusterIdentifier", "Value": cluster(region)}],
                Statistic="Maximum",
                Period=60,
                EvaluationPeriods=3,
                Threshold=400.0 if region == "us-west-2" else 1000.0,
                ComparisonOperator="GreaterThanThreshold",
            )
            state = "ALARM" if region == "us-west-2" else "OK"
            cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="set by the test")

    def metrics(self, checks, writer=PRIMARY):
        """The newest minutes of what the stack publishes while a region writes. AWS keeps the AWS/ namespaces to itself; these servers
        take points for them."""
        this_minute = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)

        def put(region, namespace, name, unit, value, **dimensions):
            pairs = [{"Name": key, "Value": value} for key, value in dimensions.items()]
            points = [
                {
                    "MetricName": name,
                    "Dimensions": pairs,
                    "Timestamp": this_minute - datetime.timedelta(minutes=ago),
                    "Unit": unit,
                    "Value": value,
                }
                for ago in (3, 2, 1)
            ]
            self.client("cloudwatch", region).put_metric_data(Namespace=namespace, MetricData=points)

        for region in REGIONS:
            for name in ("AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag") if region != writer else ():
                lag = LAG_MILLISECONDS[region]
                put(region, "AWS/RDS", name, "Milliseconds", lag, DBClusterIdentifier=cluster(region))
        for source, to in links():
            of = {"SourceBucket": bucket(source), "DestinationBucket": bucket(to), "RuleId": rule(source, to)}
            put(to, "AWS/S3", "ReplicationLatency", "Seconds", 7.0, **of)
            put(to, "AWS/S3", "BytesPendingReplication", "Bytes", 4096.0, **of)
            put(to, "AWS/S3", "OperationsPendingReplication", "Count", 2.0, **of)
            put(source, "AWS/S3", "OperationsFailedReplication", "Count", 0.0, **of)
        for check in checks.values():
            put(PRIMARY, "AWS/Route53", "HealthCheckStatus", "None", 1.0, HealthCheckId=check)
            put(PRIMARY, "AWS/Route53", "HealthCheckPercentageHealthy", "Percent", 100.0, HealthCheckId=check)

    def what_runs_need(self):
        """The table of the lease, with a replica; buckets that keep the copies of journals; one for Terraform."""
        home, *others = LEASE_REGIONS
        dynamodb = self.client("dynamodb", home)
        dynamodb.create_table(
            TableName=LEASE_TABLE,
            KeySchema=[{"AttributeName": "stack", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "stack", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        replicas = [{"Create": {"RegionName": region}} for region in others]
        dynamodb.update_table(TableName=LEASE_TABLE, ReplicaUpdates=replicas)
        for region in REGIONS[1:]:
            self.bucket(region, journal_bucket(region), ObjectLockEnabledForBucket=True)
            self.client("s3", region).put_object_lock_configuration(
                Bucket=journal_bucket(region),
                ObjectLockConfiguration={
                    "ObjectLockEnabled": "Enabled",
                    "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}},
                },
            )
        self.bucket("us-west-2", TERRAFORM_BUCKET)


def report(document):
    json.dump(document, sys.stdout)
    sys.stdout.write("\n")
