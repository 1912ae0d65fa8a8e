"""Makes the demo content of the packs: packs/*/demo/*.csv and *.jsonl. Everything in it is SIMULATED.

    python3 packs/demo_content [--today 2026-11-28]

The same seed and day give the same files, byte for byte. No real enterprise, person or case is meant: every name begins
with 模拟, and the organisation part of every credit code begins with 0000, which no register gives out; the codes are
well formed all the same, because the registers check them. Divisions, boundaries and the 28 loggers that outlets are
linked to are the shipped ones (data/regions, data/sites/loggers.csv).

Formats, read by `books::demo`:
- CSV: one record a line; the header holds field names, and `_ref`, a word by which other files name the record where the
  system numbers it. Lists are parted by `|`.
- JSONL: one move a line, by day: case (a word for it), move, day, actor, fields, reason, files (paper -> texts, which
  become files). A value `@word` is the id of what `word` names. Of a ledger (its name): one posting a line:
  template, day, actor, params, papers.

Most things happen in 2024, the year of the plan; about a tenth in the weeks before --today, so that terms are running.
"""
import argparse
import csv
import datetime as dt
import gzip
import hashlib
import io
import json
import pathlib
import random

SEED = 20240501
ROOT = pathlib.Path(__file__).resolve().parents[2]
ap = argparse.ArgumentParser()
ap.add_argument("--today", default="2026-11-28")
TODAY = dt.date.fromisoformat(ap.parse_args().today)
rnd = random.Random(SEED)


def D(y, m, d):
    return dt.date(y, m, d)


def plus(day, n):
    return day + dt.timedelta(days=n)


def between(a, b):
    return plus(a, rnd.randint(0, max(0, (b - a).days)))


# ---- divisions and places -------------------------------------------------------------------------------------------
with open(ROOT / "packs/enterprise/codes/divisions.csv", encoding="utf-8") as f:
    DIV = list(csv.DictReader(line for line in f if not line.startswith("#")))
CITIES = [r for r in DIV if r["code"].endswith("00") and r["code"] != "340000"]
COUNTIES = {c["code"]: [r for r in DIV if r["parent"] == c["code"]] for c in CITIES}
NAME = {r["code"]: r["zh"] for r in DIV}
with gzip.open(ROOT / "data/regions/anhui_counties.geojson.gz", "rt", encoding="utf-8") as f:
    SHAPES = {x["properties"]["code"]: x["geometry"] for x in json.load(f)["features"]}


def inside(ring, x, y):
    hit = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:]):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            hit = not hit
    return hit


def place(code):
    """A point in the largest ring of a county."""
    geometry = SHAPES[code]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    ring = max((p[0] for p in polygons), key=len)
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    while True:
        x, y = rnd.uniform(min(xs), max(xs)), rnd.uniform(min(ys), max(ys))
        if inside(ring, x, y):
            return f"{x:.6f}", f"{y:.6f}"


def city_of(code):
    return code[:4] + "00"


def short(name):
    return name[:-1] if len(name) > 2 and name[-1] in "市县区" else name


# ---- codes ----------------------------------------------------------------------------------------------------------
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(division, serial, kind="91"):
    body = f"0000{serial:04d}"
    r = 11 - sum(w * int(c) for w, c in zip((3, 7, 9, 10, 5, 8, 4, 2), body)) % 11
    organisation = body + ("X" if r == 10 else "0" if r == 11 else str(r))
    first = kind + division + organisation
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first))
    return first + ALPHABET[(31 - total % 31) % 31]


def device(word):
    return hashlib.sha256(word.encode()).hexdigest()[:24].upper()


# ---- output ---------------------------------------------------------------------------------------------------------
def write(path, text):
    path = ROOT / "packs" / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def put(pack, name, rows):
    head = []
    for row in rows:
        head += [k for k in row if k not in head]
    out = io.StringIO()
    w = csv.DictWriter(out, head, lineterminator="\n")
    w.writeheader()
    for row in rows:
        w.writerow({k: "|".join(v) if isinstance(v, list) else "是" if v is True else "否" if v is False else
                    str(v) if v is not None else "" for k, v in row.items()})
    write(f"{pack}/demo/{name}.csv", out.getvalue())


MOVES = {}


def value(v):
    if isinstance(v, (bool, list)):
        return v
    return str(v)


class Case:
    """A case on its way. A move after the day of the files is left out, and all that follow."""

    def __init__(self, proc, word):
        self.proc, self.word, self.over, self.last = proc, word, False, None

    def __call__(self, move, day, actor, fields=None, reason="", files=None):
        if self.last:
            day = max(day, self.last)
        if self.over or day > TODAY:
            self.over = True
            return self
        self.last = day
        line = {"case": self.word, "move": move, "day": str(day), "actor": "模拟·" + actor}
        if fields:
            line["fields"] = {k: value(v) for k, v in fields.items() if v is not None and v != ""}
        if reason:
            line["reason"] = reason
        if files:
            line["files"] = {k: v if isinstance(v, list) else [v] for k, v in files.items()}
        MOVES.setdefault(self.proc, []).append(line)
        return self


def post(ledger, template, day, actor, params, papers=None):
    line = {"template": template, "day": str(day), "actor": "模拟·" + actor, "params": params}
    if papers:
        line["papers"] = papers
    MOVES.setdefault(ledger, []).append(line)


def flush():
    for name, lines in MOVES.items():
        lines.sort(key=lambda l: l["day"])  # stable: a case's moves of one day keep their order
        write(f"{name.replace('/', '/demo/')}.jsonl", "".join(json.dumps(l, ensure_ascii=False) + "\n" for l in lines))


def some_day(late=.1, early=D(2024, 1, 5), end=D(2024, 11, 30), back=45):
    """A day of the plan's year, or, for one in ten, of the last weeks."""
    return plus(TODAY, -rnd.randint(1, back)) if rnd.random() < late else between(early, end)
