"""Seeds moto: `seed_moto.py URL`.

moto's Cost Explorer knows no costs. It answers each new question with the next of the answers that were queued at its
own endpoint, so what is asked first gets these.
"""

import datetime
import json
import sys
import urllib.request

import seed

COSTS = {
    ("us-east-1", "Amazon Relational Database Service"): "214.50",
    ("us-east-1", "Amazon Simple Storage Service"): "74.25",
    ("us-west-2", "Amazon Relational Database Service"): "139.00",
    ("eu-west-1", "Amazon Relational Database Service"): "141.75",
}


def costs(url):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    month = {"Start": today.replace(day=1).isoformat(), "End": (today + datetime.timedelta(days=1)).isoformat()}
    groups = [
        {"Keys": list(keys), "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}
        for keys, amount in COSTS.items()
    ]
    by_time = {"TimePeriod": month, "Total": {}, "Groups": groups, "Estimated": True}
    answer = {"ResultsByTime": [by_time], "DimensionValueAttributes": []}
    request = urllib.request.Request(
        f"{url}/moto-api/static/ce/cost-and-usage-results",
        data=json.dumps({"results": [answer]}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.status == 201, reply.status


seeder = seed.Seeder(sys.argv[1])
seeder.aurora()
seeder.snapshot()
seeder.buckets()
traffic = seeder.traffic()
seeder.alarms()
seeder.metrics(traffic["health_checks"])
costs(sys.argv[1])
seed.report(traffic)
