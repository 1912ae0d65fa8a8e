#!/usr/bin/env python3
"""Time and weight of the home page and of explanations, asked of a running server.

    home.py URL [--wait SECONDS] [--settle SECONDS] [--rounds N]

Times are taken at the client over one kept connection on loopback: the server's time plus a fraction of a
millisecond, so a goal met here is met. Standard library only.
"""

import argparse
import gzip
import http.client
import json
import re
import socket
import statistics
import sys
import time
from urllib.parse import quote, urlsplit

HOME_MS, EXPLAIN_MS, PAGE_BYTES = 50.0, 10.0, 1_500_000


class Server:
    def __init__(self, url):
        self.host = urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def get(self, path, encoding="gzip"):
        """(status, bytes on the wire, body unpacked, milliseconds to the last byte)"""
        start = time.perf_counter()
        if self.connection.sock is None:
            self.connection.connect()
            # Else the kernel's wait for more bytes, 40 ms, would be taken for the server's time.
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.request("GET", path, headers={"Accept-Encoding": encoding})
        answer = self.connection.getresponse()
        wire = answer.read()
        took = (time.perf_counter() - start) * 1000
        body = gzip.decompress(wire) if answer.getheader("Content-Encoding") == "gzip" else wire
        return answer.status, len(wire), body, took

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while True:
            try:
                status, _, body, _ = self.get("/api/plan")
                # The plan is there before the data are; wait until a figure is.
                if status == 200 and json.loads(body).get("data", {}).get("mode") not in (None, "none"):
                    return
            except (OSError, http.client.HTTPException, ValueError):
                self.connection.close()
            if time.monotonic() > end:
                sys.exit(f"http://{self.host}/api/plan gave no figures within {seconds} s")
            time.sleep(0.5)


def timed(server, path, rounds):
    times = []
    for i in range(rounds + 2):
        status, wire, _, took = server.get(path)
        if status != 200:
            sys.exit(f"{path}: status {status}")
        # The first two warm the connection and the caches of the files.
        if i >= 2:
            times.append(took)
    times.sort()
    return statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.99))], wire


def references(node, found):
    """REFs in an explanation tree."""
    for key in ("reference", "evidence"):
        if isinstance(node.get(key), str) and node[key] not in found:
            found.append(node[key])
    for child in node.get("inputs", []):
        references(child, found)


def walk(server, start, limit):
    """Explanations from figures down to single observations, breadth first."""
    queue, done, times = list(start), set(), []
    while queue and len(times) < limit:
        # From both ends in turn: depth and breadth.
        ref = queue.pop(0 if len(times) % 2 else -1)
        if ref in done or ref.startswith(("file:", "packet:")):
            continue
        done.add(ref)
        status, _, body, took = server.get("/api/explain?ref=" + quote(ref, safe=""))
        if status != 200:
            print(f"  {ref}: status {status} {body[:200].decode('utf-8', 'replace')}")
            continue
        times.append((took, ref))
        below = []
        references(json.loads(body), below)
        queue.extend(r for r in below if r not in done)
    return times


def weight(server, home_data):
    """Bytes on the wire until the home page can be read: the page, what it names, and its data."""
    status, total, body, _ = server.get("/")
    if status != 200:
        sys.exit(f"/: status {status}")
    parts = [("/", total)]
    for path in re.findall(rb'(?:src|href)="(/[^"]+\.(?:js|css|svg|woff2?))"', body):
        path = path.decode()
        status, wire, _, _ = server.get(path)
        if status == 200:
            parts.append((path, wire))
    parts.append(("/api/plan", home_data))
    return parts


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("url")
    arguments.add_argument("--wait", type=float, default=5)
    arguments.add_argument("--settle", type=float, default=0, help="a server just started opens its files first")
    arguments.add_argument("--rounds", type=int, default=100)
    a = arguments.parse_args()
    server = Server(a.url)
    server.wait(a.wait)
    time.sleep(a.settle)
    missed = []

    def report(name, value, goal, unit):
        print(f"{name:48} {value:10.2f} {unit:3} goal {goal:g}  {'met' if value <= goal else 'MISSED'}")
        if value > goal:
            missed.append(name)

    median, p99, wire = timed(server, "/api/plan", a.rounds)
    report("home data, median", median, HOME_MS, "ms")
    report("home data, 99 of 100", p99, HOME_MS, "ms")
    for date in ("2015-12-31", "2023-12-31"):
        _, _, _, first = server.get(f"/api/plan?date={date}")
        report(f"home data at another date ({date}), first time", first, HOME_MS, "ms")
    _, _, plan, _ = server.get("/api/plan")
    start = []
    for card in json.loads(plan)["cards"]:
        status, _, stand, _ = server.get("/api/stand/" + quote(card["measure"], safe=""))
        reference = json.loads(stand).get("reference") if status == 200 else None
        if reference:
            start.append(reference)
    times = walk(server, start, 300)
    if times:
        took = sorted(t for t, _ in times)
        report(f"explanation, median of {len(took)}", statistics.median(took), EXPLAIN_MS, "ms")
        report("explanation, 99 of 100", took[int(len(took) * 0.99)] if len(took) > 1 else took[0], EXPLAIN_MS, "ms")
        print(f"  slowest: {max(times)[1]}")
        # A first explanation of a day reads its hours; the kinds differ by how much lies under them.
        for kind in sorted({ref.split(":")[0] for _, ref in times}):
            of = sorted(t for t, ref in times if ref.split(":")[0] == kind)
            print(f"  {kind:12} {len(of):4}  median {statistics.median(of):7.2f} ms  longest {of[-1]:7.2f} ms")
    else:
        missed.append("explanation")
        print("no stand gave a reference to explain")
    parts = weight(server, wire)
    total = sum(n for _, n in parts)
    report("first page, kB compressed", total / 1000, PAGE_BYTES / 1000, "kB")
    for path, n in sorted(parts, key=lambda p: -p[1])[:5]:
        print(f"  {n:9} {path}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
