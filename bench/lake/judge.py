"""Holds what was printed against the goals of this bench; ends with an error if one is missed.

usage: judge.py FOLDER
"""
import re
import sys

folder = sys.argv[1]
daily, ask, fill = (open(f"{folder}/{n}.txt").read() for n in ("daily", "ask", "fill"))
missed = []


def goal(what, value, limit, unit):
    met = value <= limit
    print(f"{'met   ' if met else 'MISSED'} {what}: {value:g} {unit}, goal at most {limit:g}")
    if not met:
        missed.append(what)


sums = set(re.findall(r"AQI sum (\d+)", daily))
if len(sums) != 1:
    # A faster answer that is another answer is none.
    print(f"MISSED checksums differ: {sorted(sums)}")
    missed.append("checksum")
cpu = {n: min(map(float, re.findall(rf"^{n}.*cpu ([\d.]+)", daily, re.M))) for n in ("lake", "polars", "duckdb")}
goal("daily AQI, CPU beside Polars", cpu["lake"] / cpu["polars"], 1.0, "of its CPU time")
goal("daily AQI, CPU beside DuckDB", cpu["lake"] / cpu["duckdb"], 1.0, "of its CPU time")


def median(text, what):
    return float(re.search(rf"{re.escape(what)}: median ([\d.]+)", text).group(1))


goal("latest of every series", median(ask, "latest of every series (SQL)"), 50, "ms")
goal("one series over the year", median(ask, "one series, the year"), 50, "ms")
month = "daily means of all series, May"
ours, theirs = re.findall(rf"{re.escape(month)}: median ([\d.]+)", ask)
goal("a month's daily means beside DuckDB", float(ours) / float(theirs), 1.5, "of its time")
goal("size", float(re.search(r"([\d.]+) bytes an observation", fill).group(1)), 1.6, "bytes an observation")
sys.exit(1 if missed else 0)
