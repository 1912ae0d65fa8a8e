"""Water: trends, means, oxygen. Noise: levels and their statistics."""

import math
import random
from decimal import Decimal

import acoustica
import gsw
import numpy as np
import scipy.stats as st

from tables import HALF, SEED, decimals, floats, join, table


def water():
    rng = random.Random(SEED + 1)
    rows = []
    for i in range(260):
        n = rng.randint(5, 40)
        spread = rng.choice([3, 100])  # few different values make ties
        values = [decimals(rng, 0, spread, rng.choice([0, 1]) if spread == 3 else 1) for _ in range(n)]
        if i == 0:
            values = [Decimal(k) for k in range(1, 9)]
        if i == 1:
            values = [Decimal(k) for k in range(8, 0, -1)]
        n = len(values)
        ties = len(set(values)) < n
        if len(set(values)) == 1:
            continue
        r = st.spearmanr(range(n), floats(values)).statistic
        rows.append(({"values": join(values)}, {"value": r, "n": n, "ties": "yes" if ties else "no"}))
    table(
        "water.trend",
        ["scipy"],
        {"value": ("rounded", HALF), "n": ("exact", "a count"), "ties": ("exact", "a word")},
        rows,
    )

    rows = []
    for i in range(220):
        values = [decimals(rng, 0.02, 8, 2) for _ in range(rng.randint(1, 60))]
        exact = np.mean(floats(values))
        rows.append(
            (
                {"item": rng.choice(["codmn", "bod5", "nh3n", "tp"]), "values": join(values)},
                {"exact": exact, "n": len(values)},
            )
        )
    table(
        "water.mean",
        ["numpy"],
        {"exact": ("within 0.000001", "printed with 6 decimals"), "n": ("exact", "a count")},
        rows,
    )

    rows = []
    for i in range(220):
        values = [decimals(rng, 5.5, 9.5, 2) for _ in range(rng.randint(1, 40))]
        exact = -np.log10(np.mean(10.0 ** -floats(values)))
        rows.append(({"item": "ph", "values": join(values)}, {"exact": exact, "n": len(values)}))
    table(
        "water.mean",
        ["numpy"],
        {"exact": ("within 0.000001", "printed with 6 decimals"), "n": ("exact", "a count")},
        rows,
        notes=["the mean of hydrogen ions"],
        file="water.mean.ph",
    )

    rows = []
    for i in range(401):
        t = Decimal(i) / 10
        density = gsw.rho(0.0, float(t), 0.0) / 1000.0
        rows.append(({"temp": t}, {"value": float(gsw.O2sol_SP_pt(0.0, float(t))) * 31.9988e-3 * density}))
    table(
        "water.do_saturation",
        ["gsw"],
        {
            "value": (
                "within 0.22",
                "468 / (31.6 + T) is an approximation of the solubility "
                "(Garcia and Gordon 1992 here), up to 0.22 mg/L away at 0 C and below 0.1 above 8 C",
            )
        },
        rows,
    )


def noise():
    rng = random.Random(SEED + 2)
    date = "2026-06-01"

    def some(n, low=20, high=110):
        return [decimals(rng, low, high, 1) for _ in range(n)]

    def mean(levels, weights=None):
        """The energy mean through the library's sum: a level for a share of the time is 10 lg(share) lower."""
        weights = weights or [1] * len(levels)
        total = float(sum(weights))
        return acoustica.combine_levels(
            [float(l) + 10 * math.log10(float(w) / total) for l, w in zip(levels, weights) if w]
        )

    rows, sums, percents = [], [], []
    for i in range(240):
        n = [1, 2, 200][i] if i < 3 else rng.randint(1, 60)
        levels = some(n, *rng.choice([(20, 110), (50, 52), (0, 160)]))
        args = {"levels": join(levels)}
        weights = None
        if i % 2:
            weights = [decimals(rng, 0, 60, 0) for _ in levels]
            weights[0] += 1
            args["durations"] = join(weights)
        rows.append((args, {"value": mean(levels, weights), "n": n, "lmax": max(levels), "lmin": min(levels)}))
        sums.append(({"levels": join(levels)}, {"value": acoustica.combine_levels([float(l) for l in levels]), "n": n}))
        x, p = floats(levels), rng.choice([1, 5, 10, 20, 50, 90, 95, 99, 100])
        q = {f"l{k}": -np.percentile(-x, k, method="inverted_cdf") for k in (5, 10, 50, 90, 95)}
        sd = np.std(x, ddof=1) if n > 1 else None
        percents.append(
            (
                {"levels": join(levels), "percent": p},
                {"value": -np.percentile(-x, p, method="inverted_cdf"), **q, "sd": sd, "n": n},
            )
        )
    table(
        "noise.leq",
        ["acoustica"],
        {
            "value": ("rounded", HALF),
            "n": ("exact", "a count"),
            "lmax": ("within 0", "one of the levels"),
            "lmin": ("within 0", "one of the levels"),
        },
        rows,
        date,
    )
    table("noise.sum", ["acoustica"], {"value": ("rounded", HALF), "n": ("exact", "a count")}, sums, date)
    how = {k: ("within 0", "one of the levels") for k in ("value", "l5", "l10", "l50", "l90", "l95")}
    table(
        "noise.percentile",
        ["numpy"],
        how | {"sd": ("rounded", HALF), "n": ("exact", "a count")},
        percents,
        date,
        notes=["numpy's `inverted_cdf` of the levels turned upside down: of n from high to low the ceil(n N/100)-th"],
    )

    rows, area, road = [], [], []
    for _ in range(220):
        hours = some(24, 30, 80)
        day, night = hours[6:22], hours[22:] + hours[:6]
        ld, ln = mean(day), mean(night)
        rows.append(({"hours": join(hours)}, {"value": mean([ld, ln + 10], [16, 8]), "ld": ld, "ln": ln}))
        levels = some(rng.randint(1, 120), 40, 80)
        area.append(
            ({"period": "day", "levels": join(levels)}, {"value": np.mean(floats(levels)), "points": len(levels)})
        )
        lengths = [decimals(rng, 1, 5000, 0) for _ in levels]
        road.append(
            (
                {"period": "day", "levels": join(levels), "lengths": join(lengths)},
                {"value": np.average(floats(levels), weights=floats(lengths)), "length": sum(lengths)},
            )
        )
    table("noise.ldn", ["acoustica"], {k: ("rounded", HALF) for k in ("value", "ld", "ln")}, rows, date)
    table("noise.area_mean", ["numpy"], {"value": ("rounded", HALF), "points": ("exact", "a count")}, area, date)
    table("noise.road_mean", ["numpy"], {"value": ("rounded", HALF), "length": ("within 0", "a sum")}, road, date)
