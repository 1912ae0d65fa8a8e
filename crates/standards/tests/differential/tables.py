"""What every table has in common: its first lines, its numbers as text."""

import csv
import os
import sys
from decimal import Decimal
from importlib.metadata import version

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20261124
LICENCE = {
    "aqi-hub": "MIT",
    "acoustica": "MIT",
    "chinese-days": "MIT",
    "chinesecalendar": "MIT",
    "globalwarmingpotentials": "CC0-1.0",
    "gsw": "BSD-3-Clause",
    "holidays": "MIT",
    "numpy": "BSD-3-Clause",
    "pandas": "BSD-3-Clause",
    "periodictable": "public domain",
    "pvlib": "BSD-3-Clause",
    "python-stdnum": "LGPL-2.1-or-later",
    "radioactivedecay": "MIT",
    "scikit-bio": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "uncertainties": "BSD-3-Clause",
    "vininfo": "BSD-3-Clause",
}
HALF = "last digit: the function rounds once, the library does not"


def table(name, libraries, compare, rows, date="2026-06-01", notes=(), file=None):
    """Writes one table. `rows` are (args, results) or (date, args, results); `compare` is {result: (how, why)}."""
    path = os.path.join(HERE, (file or name) + ".csv")
    rows = [r if len(r) == 3 else (date, *r) for r in rows]
    args = sorted({k for _, a, _ in rows for k in a})
    results = list(compare)
    named = (
        ", ".join(f"{p} {version(p)} ({LICENCE[p]})" for p in libraries)
        or f"Python {sys.version.split()[0]} decimal, libmpdec (PSF-2.0, BSD-2-Clause)"
    )
    with open(path, "w", newline="", encoding="utf-8") as f:
        f.write(f"# {named}; seed {SEED}\n# function {name}\n")
        f.writelines(f"# compare {column} {how}: {why}\n" for column, (how, why) in compare.items())
        f.writelines(f"# note: {note}\n" for note in notes)
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["date"] + ["arg:" + a for a in args] + results)
        for day, a, r in rows:
            w.writerow([day] + [a.get(k, "") for k in args] + [text(r[k]) for k in results])
    print(f"{os.path.basename(path)}: {len(rows)} cases")


def text(x):
    if x is None:
        return ""
    if isinstance(x, str):
        return x
    if isinstance(x, (int, np.integer)):
        return str(int(x))
    return repr(float(x))


def join(values):
    return " ".join(str(v) for v in values)


def decimals(rng, low, high, places):
    return Decimal(rng.randint(int(low * 10**places), int(high * 10**places))).scaleb(-places)


def floats(values):
    return np.array([float(v) for v in values])
