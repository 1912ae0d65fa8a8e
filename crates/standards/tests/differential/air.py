"""Air: the index, percentiles, means, ranks."""

import math
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import periodictable
import scipy.stats as st
from aqi_hub.aqi_cn.aqi import cal_aqi_cn, cal_iaqi_cn, get_aqi_level
from aqi_hub.aqi_cn.common import breakpoints

from tables import HALF, SEED, decimals, floats, join, table

AQI_ITEMS = {
    ("so2", "1h"): "SO2_1H",
    ("no2", "24h"): "NO2_24H",
    ("no2", "1h"): "NO2_1H",
    ("co", "24h"): "CO_24H",
    ("co", "1h"): "CO_1H",
    ("o3", "1h"): "O3_1H",
    ("o3", "8h"): "O3_8H",
    ("pm10", "24h"): "PM10_24H",
    ("pm2_5", "24h"): "PM25_24H",
}


def sound(item, c):
    """Whether the library's floating index is no whole number blurred upwards before it is rounded up."""
    for low, high, i, j in breakpoints[item]:
        if low <= c <= high:
            exact = Fraction(j - i, high - low) * (Fraction(str(c)) - low) + i
            return math.ceil(exact) == cal_iaqi_cn(item, float(c))
    return True


def air():
    rng = random.Random(SEED)
    rows, blurred = [], 0
    for (factor, period), item in AQI_ITEMS.items():
        places = 1 if factor == "co" else 0
        step = Decimal(1).scaleb(-places)
        edges = [Decimal(b[1]) for b in breakpoints[item]]
        cs = {Decimal(0)} | {e + d * step for e in edges for d in (-1, 0, 1)}
        while len(cs) < 60:
            cs.add(decimals(rng, 0, float(edges[-1]) * 1.1, places))
        for c in sorted(cs):
            if not sound(item, c):
                blurred += 1
                continue
            rows.append(({"factor": factor, "period": period, "c": c}, {"value": cal_iaqi_cn(item, float(c))}))
    wrong = [
        "so2 of 24 hours is left out: the library repeats the row of 1 hour (500, 650, 800) where table 3 of "
        "HJ 633 has 475, 800, 1600",
        f"{blurred} cases are left out in which the library's floating point lifts a whole index by one",
    ]
    table("air.iaqi", ["aqi-hub"], {"value": ("exact", "an index is a whole number")}, rows, notes=wrong)

    def day(kind):
        rows = []
        six = {
            "daily": [
                "pm2_5 PM25_24H 400",
                "pm10 PM10_24H 500",
                "so2 SO2_24H 0",
                "no2 NO2_24H 300",
                "co CO_24H 30",
                "o3_8h O3_8H 850",
            ],
            "hourly": [
                "pm2_5 PM25_1H 400",
                "pm10 PM10_1H 500",
                "so2 SO2_1H 900",
                "no2 NO2_1H 1500",
                "co CO_1H 70",
                "o3 O3_1H 900",
            ],
        }[kind]
        short = {"PM2.5": "pm2_5", "PM10": "pm10", "SO2": "so2", "NO2": "no2", "CO": "co", "O3": "o3"}
        while len(rows) < 250:
            given, good = {}, True
            for line in six:
                name, item, top = line.split()
                part = rng.choice([0.08, 0.2, 1])
                c = Decimal(0) if item == "SO2_24H" else decimals(rng, 0, float(top) * part, 1 if name == "co" else 0)
                good &= sound(item, c)
                given[name] = c
            if not good:
                continue
            values = [float(given[line.split()[0]]) for line in six]
            aqi, parts = cal_aqi_cn(*values, data_type=kind)
            result = {"value": aqi, "grade": get_aqi_level(aqi)}
            for k, v in parts.items():
                key = "iaqi_" + short[k]
                result[key + "_8h" if kind == "daily" and k == "O3" else key] = v
            rows.append((given, result))
        return rows

    for kind in ("daily", "hourly"):
        rows = day(kind)
        note = (
            []
            if kind == "hourly"
            else ["so2 is 0 throughout: the library's row of 24 hours is that of 1 hour, see air.iaqi.csv"]
        )
        table(f"air.aqi.{kind}", ["aqi-hub"], {k: ("exact", "whole numbers") for k in rows[0][1]}, rows, notes=note)

    rows = []
    for i in range(220):
        n = [1, 2, 3, 365, 366][i] if i < 5 else rng.randint(1, 120)
        values = [decimals(rng, 0, rng.choice([5, 300]), rng.choice([0, 0, 1])) for _ in range(n)]
        p = rng.choice([0, 25, 50, 75, 90, 95, 98, 100])
        exact = np.percentile(floats(values), p, method="linear")
        rows.append(({"values": join(values), "p": p}, {"value": exact, "exact": exact}))
    table(
        "air.percentile",
        ["numpy"],
        {"value": ("rounded", HALF), "exact": ("within 0.000001", "printed with 6 decimals")},
        rows,
        notes=["numpy's method `linear` is k = 1 + (n - 1) p"],
    )

    rows = []
    for i in range(220):
        values = [decimals(rng, 0, 300, 0) for _ in range([1, 2, 366][i] if i < 3 else rng.randint(1, 150))]
        rows.append(
            (
                {"factor": rng.choice(["pm2_5", "pm10", "so2", "no2"]), "values": join(values)},
                {"value": np.mean(floats(values)), "days": len(values)},
            )
        )
    table("air.period_mean", ["numpy"], {"value": ("rounded", HALF), "days": ("exact", "a count")}, rows)

    rows = []
    for i in range(220):
        n = rng.randint(4, 40)
        values = [decimals(rng, 0, 100, 1) for _ in range(n)]
        values = list(dict.fromkeys(values))
        if i == 0:
            values = [Decimal(k) for k in range(1, 11)]
        if i == 1:
            values = [Decimal(k) for k in range(10, 0, -1)]
        r = st.spearmanr(range(len(values)), floats(values)).statistic
        rows.append(({"values": join(values)}, {"value": r}))
    table(
        "air.trend",
        ["scipy"],
        {"value": ("rounded", HALF)},
        rows,
        notes=[
            "without ties: the formula of the standard, 1 - 6 sum(d^2)/(n^3 - n), has no correction for them, scipy's has"
        ],
    )

    rows = []
    for _ in range(220):
        n = rng.randint(1, 40)
        values = [
            rng.choice([decimals(rng, 0, 5, 1), "-"]) if rng.random() < 0.3 else decimals(rng, 0, 5, 1)
            for _ in range(n)
        ]
        order = rng.choice(["asc", "desc"])
        known = [float(v) for v in values if v != "-"]
        ranks = iter(st.rankdata([-v for v in known] if order == "desc" else known, method="min"))
        rows.append(
            (
                {"values": join(values), "order": order},
                {"value": join("-" if v == "-" else int(next(ranks)) for v in values), "ranked": len(known)},
            )
        )
    table("air.ranking", ["scipy"], {"value": ("exact", "ranks"), "ranked": ("exact", "a count")}, rows)

    rows = []
    for _ in range(300):
        gaps = rng.choice([0, 0.05, 0.2])
        hours = [None if rng.random() < gaps else decimals(rng, 0, rng.choice([120, 320]), 0) for _ in range(24)]
        series = pd.Series([np.nan if h is None else float(h) for h in hours])
        windows = series.rolling(8, min_periods=6).mean()[7:]
        if windows.notna().sum() < 14:
            continue
        rows.append(
            (
                {"hours": join("-" if h is None else h for h in hours)},
                {"value": windows.max(), "windows": windows.notna().sum()},
            )
        )
    table(
        "air.o3_8h",
        ["pandas"],
        {"value": ("rounded", HALF), "windows": ("exact", "a count")},
        rows,
        notes=["days with fewer than 14 windows are judged by the limit and left out"],
    )

    rows = []
    mass = {"so2": "SO2", "no2": "NO2", "o3": "O3", "co": "CO"}
    for i in range(200):
        factor = rng.choice(list(mass))
        ratio = Decimal(0) if i == 0 else decimals(rng, 0, 400, 1)
        molar = periodictable.formula(mass[factor]).mass
        volume = 8.314462618 * 298.15 / 101.325  # litres, the reference state of GB 3095
        rows.append(({"factor": factor, "ratio": ratio}, {"value": float(ratio) * molar / volume}))
    table(
        "air.volume_ratio",
        ["periodictable"],
        {"value": ("relative 0.0002", "the law's factors have five digits")},
        rows,
    )
