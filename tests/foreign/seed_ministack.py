"""Seeds MiniStack: `seed_ministack.py URL`. With `switchover REGION` it moves the writer of what was seeded."""

import sys

import seed

seeder = seed.Seeder(sys.argv[1])
if sys.argv[2:3] == ["switchover"]:
    region = sys.argv[3]
    arn = seeder.client("rds", region).describe_db_clusters()["DBClusters"][0]["DBClusterArn"]
    answer = seeder.client("rds", seed.PRIMARY).switchover_global_cluster(
        GlobalClusterIdentifier=seed.GLOBAL_CLUSTER, TargetDbClusterIdentifier=arn
    )
    seed.report({"status": answer["GlobalCluster"]["Status"]})
else:
    seeder.aurora()
    seeder.snapshot()
    seeder.buckets()
    traffic = seeder.traffic()
    seeder.alarms()
    seeder.metrics(traffic["health_checks"])
    seed.report(traffic)
