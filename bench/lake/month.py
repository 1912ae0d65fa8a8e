"""Daily means of all series over May by DuckDB, from the lake's own files (clean ones only; a compacted lake has no others).

usage: month.py LAKE_DIR
"""
import glob
import sys
import time

import duckdb

files = sorted(glob.glob(f"{sys.argv[1]}/obs/month=*/state=1/*.parquet"))
con = duckdb.connect()
con.execute("SET threads=2")
con.execute("SET TimeZone='Asia/Shanghai'")


def timed(what, sql, times=5):
    all_ms = []
    for _ in range(times):
        at = time.perf_counter()
        row = con.execute(sql).fetchone()
        all_ms.append((time.perf_counter() - at) * 1000)
    all_ms.sort()
    print(f"duckdb {duckdb.__version__}, {what}: median {all_ms[len(all_ms) // 2]:.1f} ms, best {all_ms[0]:.1f} ms | {row}")


table = f"read_parquet({files!r}, hive_partitioning=false)"
day = "CAST(t AS TIMESTAMPTZ)::DATE"
span = "t >= TIMESTAMPTZ '2024-05-01 00:00:00+08' AND t < TIMESTAMPTZ '2024-06-01 00:00:00+08'"
timed("daily means of all series, May", f"""SELECT count(*), sum(m) FROM (SELECT series, {day} d, avg(v / 10.0) m
    FROM {table} WHERE {span} AND mark = 0 GROUP BY series, d) x""")
timed("one series, the year", f"SELECT count(*), sum(v), max(t) FROM {table} WHERE series = 603")
timed("sum of everything", f"SELECT count(*), sum(v) FROM {table}", 3)
