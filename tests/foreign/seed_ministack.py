"""Seeds MiniStack: `seed_ministack.py URL [COMMAND]`.

Without a command, what is read. `acting` adds what runs need. `switchover REGION` moves the writer of what was seeded;
`metrics WRITER CHECKS` publishes newer minutes, and of other regions once another one writes.
"""

import json
import sys

import seed

seeder = seed.Seeder(sys.argv[1])
match sys.argv[2:]:
    case ["switchover", region]:
        arn = seeder.client("rds", region).describe_db_clusters()["DBClusters"][0]["DBClusterArn"]
        answer = seeder.client("rds", seed.PRIMARY).switchover_global_cluster(
            GlobalClusterIdentifier=seed.GLOBAL_CLUSTER, TargetDbClusterIdentifier=arn
        )
        seed.report({"status": answer["GlobalCluster"]["Status"]})
    case ["metrics", writer, checks]:
        seeder.metrics(json.loads(checks), writer)
        seed.report({})
    case command:
        seeder.aurora()
        seeder.snapshot()
        seeder.buckets()
        traffic = seeder.traffic()
        seeder.alarms()
        seeder.metrics(traffic["health_checks"])
        if command == ["acting"]:
            seeder.what_runs_need()
        seed.report(traffic)
