"""What became of a seeded stack: `look.py URL ZONE`, as one JSON object."""

import sys

import seed
from botocore.exceptions import ClientError

url, zone = sys.argv[1:3]
seeder = seed.Seeder(url)


def code_of(call, **arguments):
    """The code with which a call is refused, if it is."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]


def writers():
    members = seeder.client("rds").describe_global_clusters()["GlobalClusters"][0]["GlobalClusterMembers"]
    return [member["DBClusterArn"].split(":")[3] for member in members if member["IsWriter"]]


def records():
    """Values and weight by name and set identifier."""
    found = seeder.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {
        f"{one['Name']} {one['SetIdentifier']}": [one["ResourceRecords"][0]["Value"], one.get("Weight")]
        for one in found
        if "SetIdentifier" in one
    }


def objects(region, name):
    """Every version and every delete marker of a bucket, the newest of each key first."""
    s3 = seeder.client("s3", region)
    listed = s3.list_object_versions(Bucket=name)
    versions = []
    for version in listed.get("Versions", []):
        where = {"Bucket": name, "Key": version["Key"], "VersionId": version["VersionId"]}
        head = s3.head_object(**where)
        versions.append(
            {
                "key": version["Key"],
                "latest": version["IsLatest"],
                "body": s3.get_object(**where)["Body"].read().decode(),
                "mode": head.get("ObjectLockMode"),
                "replication": head.get("ReplicationStatus"),
                "deleting": code_of(s3.delete_object, **where) if head.get("ObjectLockMode") else None,
            }
        )
    markers = [marker["Key"] for marker in listed.get("DeleteMarkers", []) if marker["IsLatest"]]
    return {"versions": versions, "markers": markers}


def lease():
    """The item of the lease as each replica has it, DynamoDB's types taken off."""

    def plain(value):
        (kind, inner), *_ = value.items()
        return {"M": lambda: {key: plain(one) for key, one in inner.items()}, "N": lambda: int(inner)}.get(
            kind, lambda: inner
        )()

    def item(region):
        key = {"stack": {"S": "shop"}}
        return seeder.client("dynamodb", region).get_item(TableName=seed.LEASE_TABLE, Key=key).get("Item", {})

    return {region: plain({"M": item(region)}) for region in seed.LEASE_REGIONS}


seed.report(
    {
        "writers": writers(),
        "records": records(),
        "data": {region: objects(region, seed.bucket(region)) for region in seed.REGIONS},
        "journals": {region: objects(region, seed.journal_bucket(region)) for region in seed.REGIONS[1:]},
        "terraform": objects("us-west-2", seed.TERRAFORM_BUCKET),
        "lease": lease(),
        "consistency": seeder.client("dynamodb", seed.LEASE_REGIONS[0])
        .describe_table(TableName=seed.LEASE_TABLE)["Table"]
        .get("MultiRegionConsistency"),
    }
)
