"""Diversity, outliers, uncertainty, baselines."""

import math
import random

import numpy as np
import scipy.stats as st
from skbio.diversity import alpha
from uncertainties import ufloat

from tables import HALF, SEED, decimals, floats, join, table


def statistics():
    rng = random.Random(SEED + 3)
    rows = []
    for i in range(260):
        n = rng.randint(1, 40)
        counts = [rng.choice([0, 1, 1, 2, 3, rng.randint(1, 60), rng.randint(1, 5000)]) for _ in range(n)]
        counts = [[7], [1, 1], [0, 5, 0], [1] * 30, [10000, 1], [2, 2, 2]][i] if i < 6 else counts
        if sum(counts) < 2:
            continue
        base = rng.choice(["e", "2", "10"])
        seen = np.array([c for c in counts if c])
        one = len(seen) == 1
        rows.append(
            (
                {"counts": join(counts), "base": base},
                {
                    "value": 0.0 if one else alpha.shannon(seen, base={"e": math.e, "2": 2, "10": 10}[base]),
                    "taxa": alpha.sobs(seen),
                    "simpson": alpha.simpson(seen),
                    "simpson_unbiased": alpha.simpson(seen, finite=True),
                    "pielou": None if one else alpha.pielou_e(seen),
                    "margalef": alpha.margalef(seen),
                    "berger_parker": alpha.berger_parker_d(seen),
                    "chao1": alpha.chao1(seen, bias_corrected=True),
                },
            )
        )
    table(
        "ecology.diversity",
        ["scikit-bio"],
        {k: ("exact", "a count") if k == "taxa" else ("rounded", HALF) for k in rows[0][1]},
        rows,
        notes=["for one taxon the evenness is left out: 0/0, ours says nothing"],
    )

    rows = []
    for i in range(220):
        history = [decimals(rng, 0.2, 0.9, 3) for _ in range(rng.randint(4, 12))]
        now = decimals(rng, 0.05, 0.9, 3)
        x = floats(history)
        sd = np.std(x, ddof=1)
        z = (float(now) - x.mean()) / max(sd, 0.03)
        rows.append(
            ({"history": join(history), "now": now}, {"z": z, "drop": (x.mean() - float(now)) / x.mean() * 100})
        )
    table(
        "ecology.change_spot",
        ["numpy"],
        {"z": ("rounded", HALF), "drop": ("rounded", HALF)},
        rows,
        notes=["the least deviation 0.03 is the law's"],
    )

    rows = []
    for i in range(300):
        n = rng.randint(3, 30)
        values = [decimals(rng, 9, 11, 2) for _ in range(n)]
        if i % 3 == 0:
            values[rng.randrange(n)] += rng.choice([-4, 4, 9])
        if len(set(values)) == 1:
            continue
        side = ["upper", "lower", "two"][i % 3]
        x = floats(values)
        s = np.std(x, ddof=1)
        high, low = (x.max() - x.mean()) / s, (x.mean() - x.min()) / s
        g = {"upper": high, "lower": low, "two": max(high, low)}[side]
        tails = 2 if side == "two" else 1

        def critical(a):
            t = st.t.ppf(1 - a / (tails * n), n - 2)
            return (n - 1) / math.sqrt(n) * math.sqrt(t * t / (n - 2 + t * t))

        close = min(abs(g - critical(0.01)), abs(g - critical(0.05))) < 0.001
        if close:
            continue
        word = "outlier" if g > critical(0.01) else "straggler" if g > critical(0.05) else "none"
        rows.append(
            (
                {"values": join(values), "side": side},
                {"value": word, "g": g, "detection": critical(0.05), "deletion": critical(0.01)},
            )
        )
    table(
        "quality.grubbs",
        ["scipy"],
        {
            "value": ("exact", "a word"),
            "g": ("rounded", HALF),
            "detection": ("rounded", "the table has three decimals"),
            "deletion": ("rounded", "the table has three decimals"),
        },
        rows,
        notes=[
            "outlier-utils 0.0.5 was tried too: it divides by the deviation with n where GB/T 4883 (and Grubbs) has n - 1, "
            "so it finds outliers that are none, even among three values, and is not used",
            "cases within 0.001 of a critical value are left out: the table of the standard has three decimals",
        ],
    )

    rows = []
    for _ in range(220):
        values = [decimals(rng, 0, 50, 1) for _ in range(rng.randint(3, 40))]
        x = floats(values)
        mad = st.median_abs_deviation(x)
        z = 0.6745 * (x - np.median(x)) / mad if mad else None
        if z is None or sorted(abs(z))[-1] - sorted(abs(z))[-2] < 1e-9:
            continue
        rows.append(({"values": join(values)}, {"value": z[np.argmax(abs(z))], "median": np.median(x), "mad": mad}))
    table(
        "quality.robust_z",
        ["scipy"],
        {
            "value": ("rounded", HALF),
            "median": ("within 0.0005", "printed with 3 decimals"),
            "mad": ("within 0.0005", "printed with 3 decimals"),
        },
        rows,
    )

    rows = []
    for i in range(220):
        n = rng.randint(1, 8)
        u = [decimals(rng, 0, 30, 1) for _ in range(n)]
        x = [decimals(rng, 1, 500, 1) for _ in range(n)]
        parts = [ufloat(float(v), float(v) * float(r) / 100) for v, r in zip(x, u)]
        how = ["sum", "product"][i % 2]
        whole = sum(parts) if how == "sum" else math.prod(parts)
        rows.append(
            (
                {"how": how, "uncertainties": join(u), "values": join(x)},
                {"value": whole.std_dev / abs(whole.nominal_value) * 100},
            )
        )
    table("carbon.uncertainty", ["uncertainties"], {"value": ("rounded", HALF)}, rows)

    rows = []
    for _ in range(220):
        values = [decimals(rng, 60, 200, 1) for _ in range(rng.randint(2, 100))]
        x = floats(values)
        sd = np.std(x, ddof=1)
        rows.append(
            (
                {"rates": join(values)},
                {"value": x.mean(), "sd": sd, "n": len(values), "notice_above": x.mean() + 3 * sd},
            )
        )
    table(
        "radiation.gamma_baseline",
        ["numpy"],
        {
            "value": ("rounded", HALF),
            "sd": ("rounded", HALF),
            "n": ("exact", "a count"),
            "notice_above": ("rounded", HALF),
        },
        rows,
    )


def simulated():
    """Dixon's statistics straight from sorted arrays, and its critical values from many normal samples."""
    rng = random.Random(SEED + 7)
    draw = np.random.default_rng(SEED)
    kinds = {n: (1, 0) if n <= 7 else (1, 1) if n <= 10 else (2, 1) if n <= 13 else (2, 2) for n in range(3, 31)}

    def statistic(x, i, j):
        """How far the largest stands from its neighbour, by the range without `j` at the far end."""
        return (x[..., -1] - x[..., -1 - i]) / (x[..., -1] - x[..., j])

    critical = {}
    for n, (i, j) in kinds.items():
        parts = [statistic(np.sort(draw.standard_normal((250_000, n)), axis=1), i, j) for _ in range(4)]
        critical[n] = np.quantile(np.concatenate(parts), [0.95, 0.99])
    rows = []
    while len(rows) < 252:
        n = 3 + len(rows) % 28
        values = [decimals(rng, 9, 11, 2) for _ in range(n)]
        if rng.random() < 0.3:
            values[rng.randrange(n)] += rng.choice([-4, 4, 9])
        side = rng.choice(["upper", "lower"])
        i, j = kinds[n]
        x = np.sort(floats(values)) if side == "upper" else np.sort(-floats(values))
        if x[-1] == x[j]:
            continue
        result = {"r": statistic(x, i, j), "stat": f"r{i}{j}"}
        result["detection"], result["deletion"] = critical[n]
        rows.append(({"values": join(values), "side": side}, result))
    table(
        "quality.dixon",
        ["numpy"],
        {
            "r": ("rounded", HALF),
            "stat": ("exact", "its name"),
            "detection": ("within 0.004", "simulated with a million samples of each size"),
            "deletion": ("within 0.008", "simulated; the table of 1953, followed at n = 11, is 0.005 higher than that"),
        },
        rows,
        notes=["no library has these critical values: the samples and the sorting are numpy's"],
    )
