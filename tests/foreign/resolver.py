"""A resolver of a region, for what a server's Route 53 holds: `resolver.py URL ZONE REGION`.

Neither server answers DNS. This one asks its Route 53 at each question: of records by weight it answers with the
heaviest, of records by latency with that of its region. It prints its port.
"""

import socket
import sys

import seed

A, NO_ERROR, NO_SUCH_NAME = b"\0\1", b"\x84\0", b"\x84\3"


def answer(route53, zone, region, name):
    """The address for a name, if there is one."""
    found = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    sets = [one for one in found if one["Name"].rstrip(".") == name and one["Type"] == "A"]
    sets.sort(key=lambda one: (one.get("Weight", 0), one.get("Region") == region))
    return sets[-1]["ResourceRecords"][0]["Value"] if sets else None


def question(query):
    """The name that is asked for, and the bytes of the question."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels), query[12 : at + 5]


url, zone, region = sys.argv[1:4]
route53 = seed.Seeder(url).client("route53")
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 0))
print(f"port {sock.getsockname()[1]}", flush=True)
while True:
    query, client = sock.recvfrom(1500)
    name, asked = question(query)
    address = answer(route53, zone, region, name)
    head = query[:2] + (NO_ERROR if address else NO_SUCH_NAME) + b"\0\1" + (b"\0\1" if address else b"\0\0") + b"\0" * 4
    # The name of the answer is that of the question, whose place is 12.
    record = b"\xc0\x0c" + A + b"\0\1" + b"\0\0\0\x3c" + b"\0\4" + socket.inet_aton(address) if address else b""
    sock.sendto(head + asked + record, client)
