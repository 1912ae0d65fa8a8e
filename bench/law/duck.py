"""The same figures by DuckDB, by CASE expressions written from the same tables of the law, in whole numbers.

usage: duck.py FILE.parquet RULES.json NAME ROUNDS
"""
import json
import resource
import sys
import time
from decimal import Decimal

import duckdb

PATH, RULES, NAME, ROUNDS = sys.argv[1], json.load(open(sys.argv[2]))["law"], sys.argv[3], int(sys.argv[4])


def scaled(text, digits):
    value = Decimal(text).scaleb(digits)
    assert value == int(value), text
    return int(value)


def even(num, den):
    q, r = f"(({num}) // ({den}))", f"(({num}) % ({den}))"
    return f"({q} + CASE WHEN 2*{r} > ({den}) OR (2*{r} = ({den}) AND {q} % 2 = 1) THEN 1 ELSE 0 END)"


def aqi():
    digits = {"so2": 1, "no2": 1, "co": 2, "o3_8h": 1, "pm10": 1, "pm2_5": 1}
    kept = {r["factor"]: int(r["decimals"]) for r in RULES["air.aqi.decimals"]}
    rounded, indices = [], []
    for column, have in digits.items():
        factor, period = ("o3", "8h") if column == "o3_8h" else (column, "24h")
        keep = kept[factor]
        whole = f"CAST({column} * {10 ** have} AS BIGINT)"
        rounded.append(f"{even(whole, 10 ** (have - keep))} AS {column}" if have > keep else f"{whole} AS {column}")
        row = next(r for r in RULES["air.iaqi.breakpoints"] if r["factor"] == factor and r["period"] == period)
        cuts = sorted((scaled(v, keep), int(k)) for k, v in row.items() if k.isdigit() and v)
        above = [r for r in RULES["air.iaqi.above"] if r["factor"] == factor and r["period"] == period]
        end = int(above[0]["iaqi"]) if above and above[0]["iaqi"] else 500
        steps = [f"WHEN {column} <= {hi} THEN (({b}-{a})*({column}-{lo}) + ({hi}-{lo}) - 1) // ({hi}-{lo}) + {a}"
                 for (lo, a), (hi, b) in zip(cuts, cuts[1:])]
        indices.append(f"CASE WHEN {column} IS NULL THEN NULL {' '.join(steps)} ELSE {end} END AS i_{column}")
    names = [f"i_{c}" for c in digits]
    stands = int(RULES["air.aqi.missing"][0]["stands_above"])
    missing = " OR ".join(f"{n} IS NULL" for n in names)
    return f"""SELECT CASE WHEN a IS NULL THEN NULL WHEN gap AND a <= {stands} THEN 'NA' ELSE a::VARCHAR END AS aqi, count(*) AS n
        FROM (SELECT greatest({', '.join(names)}) a, ({missing}) gap FROM (SELECT {', '.join(indices)}
        FROM (SELECT {', '.join(rounded)} FROM read_parquet('{PATH}')))) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12"""


def classes():
    digits = {"ph": 1, "do": 1, "codmn": 1, "cod": 1, "bod5": 1, "nh3n": 3, "tp": 3}
    words = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"]
    parts = []
    for item, have in digits.items():
        column = f'"{item}"'
        for row in RULES["water.limit"]:
            if row["item"] != item or row["body"] not in ("all", "river"):
                continue
            steps = " ".join(f"WHEN {column} {row['op']} {row[w]} THEN {i}" for i, w in enumerate(words[:5], 1))
            parts.append(f"CASE WHEN {column} IS NULL THEN NULL {steps} ELSE 6 END")
    names = " ".join(f"WHEN {i} THEN '{w}'" for i, w in enumerate(words, 1))
    return f"""SELECT CASE k {names} END AS class, count(*) AS n FROM (SELECT greatest({', '.join(parts)}) k
        FROM read_parquet('{PATH}')) GROUP BY 1 ORDER BY 2 DESC, 1"""


def emission():
    digits = 1  # of the concentration and of the oxygen alike
    coal = lambda key: next(r for r in RULES[key] if "coal" in r["source"].split() and r.get("item", "二氧化硫") == "二氧化硫")
    limit, oxygen, compare = coal("emission.limit.power"), coal("emission.oxygen.power"), RULES["emission.compare"][0]
    most, air, base = scaled(limit["special"], digits), scaled(oxygen["air"], digits), scaled(oxygen["o2"], digits)
    kept = int(compare["multiple_decimals"])
    least = next(int(r["minimum"]) for r in RULES["validity.gas.mean"] if r["period"] == "hour")
    normal = ", ".join(f"'{r['mark']}'" for r in RULES["online.marks.data"] if r["normal"] == "yes")
    over = even(f"({10 ** kept} * (c * {air - base} - {most} * left_o2))", f"({most} * left_o2)")
    return f"""SELECT valid, printf('%d.%0{kept}d', m // {10 ** kept}, m % {10 ** kept}) AS multiple, n FROM (
        SELECT CASE WHEN minutes >= {least} AND mark IN ({normal}) THEN 'valid' ELSE 'invalid' END AS valid,
            CASE WHEN left_o2 > 0 AND c * {air - base} > {most} * left_o2 THEN {over} END AS m, count(*) AS n
        FROM (SELECT minutes, mark, CAST(gas_so2 * {10 ** digits} AS BIGINT) AS c, {air} - CAST(o2 * {10 ** digits} AS BIGINT) AS left_o2
              FROM read_parquet('{PATH}'))
        GROUP BY 1, 2) ORDER BY 3 DESC, 1, 2 LIMIT 12"""


con = duckdb.connect()
sql = {"aqi": aqi, "class": classes, "emission": emission}[NAME]()
best = None
for _ in range(ROUNDS):
    c0, w0 = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    rows = con.execute(sql).fetchall()
    wall, c1 = time.perf_counter() - w0, resource.getrusage(resource.RUSAGE_SELF)
    cpu = c1.ru_utime + c1.ru_stime - c0.ru_utime - c0.ru_stime
    if best is None or cpu < best[0]:
        best = (cpu, wall)
shown = " ".join("=".join("" if v is None else str(v) for v in row) for row in rows)
print(f"duckdb {NAME}: cpu {best[0]:.2f} s, wall {best[1]:.2f} s | {shown}")
