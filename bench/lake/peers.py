"""The year's daily AQI of every station by DuckDB and Polars, under exactly the rules our side applies.

usage: peers.py HOURLY.parquet RULES.json [duckdb|polars ...]
RULES.json is written by the example `bench rules` from law/, so that no number of a standard stands here either.
Work: hours rounded (GB/T 8170) to the decimals they are kept with; day means with their least number of hours; ozone's
largest 8-hour mean with its least numbers of hours and windows; IAQI by straight lines, rounded up; the greatest is the
AQI, withheld where a pollutant is missing and the rest stay low. All in whole numbers, so that the checksum must be the same to the last digit. Prints station-days, sum of AQI,
CPU and wall seconds of the best of three.
"""
import json
import resource
import sys
import time

PATH, RULES = sys.argv[1], json.load(open(sys.argv[2]))
WANT = sys.argv[3:] or ["duckdb", "polars"]
# code -> decimals; breakpoints are scaled by 10^decimals there
DEC = {f["code"]: f["decimals"] for f in RULES["factors"]}
LEAST = {f["code"]: f["hours"] for f in RULES["factors"]}
BP = {f["code"]: f["breakpoints"] for f in RULES["factors"]}  # list of [concentration scaled, iaqi]
O3 = RULES["ozone"]  # code, hours, windows, first, limit (scaled), hour_breakpoints or null


def sql_even(num, den):
    q, r = f"(({num}) // ({den}))", f"(({num}) % ({den}))"
    return f"({q} + CASE WHEN 2*{r} > ({den}) OR (2*{r} = ({den}) AND {q} % 2 = 1) THEN 1 ELSE 0 END)"


def sql_iaqi(code, c, cuts):
    parts = []
    for (lo, a), (hi, b) in zip(cuts, cuts[1:]):
        parts.append(f"WHEN {c} <= {hi} THEN (({b}-{a})*({c}-{lo}) + ({hi}-{lo}) - 1) // ({hi}-{lo}) + {a}")
    top = RULES["above"]
    return f"CASE WHEN {c} IS NULL THEN NULL {' '.join(parts)} ELSE {top[code] if top[code] is not None else 'NULL'} END"


def run_duckdb():
    import duckdb
    con = duckdb.connect()
    con.execute("SET threads=1")
    step = "CASE code " + " ".join(f"WHEN '{c}' THEN {10 ** (3 - d)}" for c, d in DEC.items()) + " END"
    least = "CASE code " + " ".join(f"WHEN '{c}' THEN {n}" for c, n in LEAST.items() if n) + " END"
    iaqi = "CASE " + " ".join(f"WHEN code='{c}' THEN {sql_iaqi(c, 'c', BP[c])}" for c in BP) + " END"
    o = O3["code"]
    row = con.execute(f"""
    WITH r AS (
      SELECT station, hour, date_trunc('day', hour) d, code, {sql_even('k', 's')} v
      FROM (SELECT *, CAST(round(value*1000) AS BIGINT) k, {step} s FROM read_parquet('{PATH}') WHERE value IS NOT NULL)),
    day5 AS (
      SELECT station, d, code, CASE WHEN count(*) >= {least} THEN {sql_even('sum(v)::BIGINT', 'count(*)')} END c
      FROM r WHERE code <> '{o}' GROUP BY station, d, code),
    w AS (
      SELECT station, d, hour, sum(v) OVER x s, count(v) OVER x n
      FROM (SELECT station, hour, date_trunc('day', hour) d, v FROM (SELECT DISTINCT hour FROM r) CROSS JOIN
            (SELECT DISTINCT station FROM r) LEFT JOIN (SELECT station, hour, v FROM r WHERE code = '{o}') USING (station, hour))
      WINDOW x AS (PARTITION BY station, d ORDER BY hour ROWS BETWEEN {O3['window'] - 1} PRECEDING AND CURRENT ROW)),
    m AS (SELECT station, d, {sql_even('s::BIGINT', 'n')} e FROM w
          WHERE n >= {O3['hours']} AND extract(hour FROM hour) >= {O3['first'] - 1}),
    day8 AS (SELECT station, d, '{o}' AS code,
             CASE WHEN count(*) >= {O3['windows']} OR max(e) > {O3['limit']} THEN max(e) END c FROM m GROUP BY station, d),
    i AS (SELECT station, d, {iaqi} q FROM (SELECT * FROM day5 UNION ALL SELECT * FROM day8)),
    a AS (SELECT station, d, CASE WHEN count(q) = {len(BP)} OR max(q) > {RULES['stands_above']} THEN max(q) END aqi
             FROM i GROUP BY station, d)
    SELECT count(*), sum(aqi) FROM a""").fetchone()
    return duckdb.__version__, row[0], row[1]


def run_polars():
    import polars as pl

    def even(num, den):
        q, r = num // den, num % den
        up = (2 * r > den) | ((2 * r == den) & (q % 2 == 1))
        return q + up.cast(pl.Int64)

    def iaqi(code, c):
        e = pl.when(c.is_null()).then(None)
        for (lo, a), (hi, b) in zip(BP[code], BP[code][1:]):
            e = e.when(c <= hi).then(((b - a) * (c - lo) + (hi - lo) - 1) // (hi - lo) + a)
        return e.otherwise(RULES["above"][code])

    v = pl.col("v")
    base = pl.scan_parquet(PATH).with_columns(k=(pl.col("value") * 1000).round().cast(pl.Int64), d=pl.col("hour").dt.truncate("1d"))
    out = []
    for code, dec in DEC.items():
        f = base.filter(pl.col("code") == code).with_columns(v=even(pl.col("k"), pl.lit(10 ** (3 - dec), dtype=pl.Int64)))
        if code != O3["code"]:
            n = v.count().cast(pl.Int64)
            g = f.group_by("station", "d").agg(c=pl.when(n >= LEAST[code]).then(even(v.sum(), n)))
        else:
            f = f.sort("station", "hour").with_columns(
                s=v.fill_null(0).rolling_sum(O3["window"], min_samples=1).over("station", "d"),
                n=v.is_not_null().cast(pl.Int64).rolling_sum(O3["window"], min_samples=1).over("station", "d"))
            ok = (pl.col("n") >= O3["hours"]) & (pl.col("hour").dt.hour() >= O3["first"] - 1)
            f = f.filter(ok).with_columns(e=even(pl.col("s"), pl.col("n")))
            e = pl.col("e")
            g = f.group_by("station", "d").agg(c=pl.when((pl.len() >= O3["windows"]) | (e.max() > O3["limit"])).then(e.max()))
        out.append(g.select("station", "d", q=iaqi(code, pl.col("c"))))
    q = pl.col("q")
    given = (q.count() == len(BP)) | (q.max() > RULES["stands_above"])
    a = pl.concat(out).group_by("station", "d").agg(q=pl.when(given).then(q.max()))
    r = a.select(pl.len(), pl.col("q").sum()).collect()
    return pl.__version__, r.item(0, 0), r.item(0, 1)


for name in WANT:
    best = None
    for _ in range(3):
        c0, w0 = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        version, rows, total = globals()[f"run_{name}"]()
        wall, c1 = time.perf_counter() - w0, resource.getrusage(resource.RUSAGE_SELF)
        cpu = c1.ru_utime + c1.ru_stime - c0.ru_utime - c0.ru_stime
        if best is None or cpu < best[0]:
            best = (cpu, wall)
    print(f"{name} {version}: {rows} station-days, AQI sum {total}, cpu {best[0]:.2f} s, wall {best[1]:.2f} s", flush=True)
