"""The clusters of a region in moto: `look_moto.py URL REGION`. What stands beside the stack's own was recovered."""

import sys

import seed

url, region = sys.argv[1:3]
clusters = seed.Seeder(url).client("rds", region).describe_db_clusters()["DBClusters"]
kept = ["DBClusterIdentifier", "Status", "DBClusterMembers", "DeletionProtection", "GlobalClusterIdentifier"]
kept += ["Port", "DBSubnetGroup", "StorageType", "EngineVersion"]
shown = [{key: cluster.get(key) for key in kept} for cluster in clusters]
own = seed.cluster(region)
seed.report(
    {
        "old": next(cluster for cluster in shown if cluster["DBClusterIdentifier"] == own),
        "beside": [cluster for cluster in shown if cluster["DBClusterIdentifier"] != own],
    }
)
