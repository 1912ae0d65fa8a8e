"""Decay, rounding, days and terms, the sun, a plume, molar masses."""

import datetime
import math
import random
from decimal import ROUND_HALF_EVEN, Context, Decimal

import chinese_calendar
import chinesedays
import globalwarmingpotentials
import holidays
import numpy as np
import periodictable
import pvlib
import radioactivedecay
import scipy.stats as st
from stdnum.cn import uscc
from vininfo import Vin

from tables import HALF, SEED, decimals, table

NUCLIDES = [
    "Am-241",
    "Co-60",
    "Cs-137",
    "Ir-192",
    "I-131",
    "I-125",
    "Se-75",
    "Sr-90",
    "H-3",
    "C-14",
    "Kr-85",
    "Ra-226",
    "Po-210",
    "Pm-147",
    "Tc-99m",
    "F-18",
    "Cd-109",
    "Cf-252",
    "Ni-63",
    "Fe-55",
    "Mo-99",
    "Au-198",
    "Ru-106",
    "Tl-204",
    "Yb-169",
]


def rest():
    rng = random.Random(SEED + 4)
    rows = []
    for i in range(260):
        nuclide = NUCLIDES[i % len(NUCLIDES)]
        activity = Decimal(rng.randint(1, 9999)) * 10 ** rng.randint(0, 9)
        half = radioactivedecay.Nuclide(nuclide).half_life("d")
        made = datetime.date(2000, 1, 1) + datetime.timedelta(days=rng.randint(0, 8000))
        days = 0 if i % 25 == 24 else rng.randint(0, max(1, min(9000, int(half * 15))))
        left = radioactivedecay.Inventory({nuclide: float(activity)}, "Bq").decay(days, "d").activities("Bq")[nuclide]
        rows.append(
            (
                {"nuclide": nuclide, "activity": activity, "made": made, "on": made + datetime.timedelta(days=days)},
                {"value": left, "becquerel": left, "days": days, "half_life": half},
            )
        )
    table(
        "radiation.decay",
        ["radioactivedecay"],
        {
            "value": ("relative 0.0051", "three significant digits"),
            "becquerel": ("relative 0.00053", "four significant digits, and half-lives with six"),
            "days": ("exact", "a count"),
            "half_life": ("relative 0.000005", "six digits"),
        },
        rows,
        notes=[
            "the law's half-lives are of the same evaluation, ICRP 107, so this checks the copy and the formula, not the evaluation"
        ],
    )

    rows = []
    for i in range(600):
        places = rng.randint(0, 8)
        value = decimals(rng, -1000, 1000, places)
        digits = rng.randint(-2, 6)
        if i % 2:  # exact halves, the case the rule is about
            digits = rng.randint(0, 4)
            value = Decimal(rng.randint(-9999, 9999)).scaleb(-digits) + Decimal(5).scaleb(-digits - 1)
        shown = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN, Context(prec=60))
        rows.append(({"value": format(value, "f"), "digits": digits}, {"value": shown}))
    for i in range(300):
        step = Decimal(rng.choice(["0.5", "0.2", "20", "5", "0.05", "25"]))
        value = step * rng.randint(-400, 400) + (step / 2 if i % 2 else decimals(rng, 0, 1, 3) * step)
        shown = (value / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step
        rows.append(({"value": format(value, "f"), "step": step}, {"value": shown}))
    table("round.gbt8170", [], {"value": ("within 0", "a rounded number is exact")}, rows)

    china = holidays.China(years=range(2022, 2027))
    swapped = {d for d in chinese_calendar.constants.workdays if 2022 <= d.year <= 2026 and d.weekday() > 4}
    rows, disagree = [], []
    day, end = datetime.date(2022, 1, 2), datetime.date(2026, 12, 31)
    one = datetime.timedelta(days=1)
    while day <= end:
        votes = [
            int(china.is_working_day(day)),
            int(chinese_calendar.is_workday(day)),
            int(chinesedays.is_workday(day)),
        ]
        if len(set(votes)) > 1:
            disagree.append((day, votes))
        else:
            rows.append(({"from": day - one, "to": day}, {"value": votes[0], "natural": 1}))
        day += one
    print("calendars disagree:", disagree)
    for _ in range(250):
        a = datetime.date(2022, 1, 1) + datetime.timedelta(days=rng.randint(0, 1700))
        b = min(end, a + datetime.timedelta(days=rng.randint(0, 200)))
        off = [d for d in china if 2022 <= d.year <= 2026]
        count = np.busday_count(a + one, b + one, holidays=off)
        count += sum(a < d <= b for d in swapped)
        rows.append(({"from": a, "to": b}, {"value": count, "natural": (b - a).days}))
    table(
        "deadline.between",
        ["holidays", "chinesecalendar", "chinese-days", "numpy"],
        {"value": ("exact", "a count"), "natural": ("exact", "a count")},
        rows,
        notes=[
            "every day of 2022 to 2026 in which the three calendars agree, then spans",
            "the law's days are from chinesecalendar: holidays is the independent one",
        ]
        + [f"left out: {d} (holidays, chinesecalendar, chinese-days say {v})" for d, v in disagree],
    )

    rows = []
    for i in range(365):
        latitude, longitude = decimals(rng, 18, 53, 2), decimals(rng, 74, 134, 2)
        hour = decimals(rng, 0, 24, 1)
        tilt = pvlib.solarposition.declination_spencer71(i + 1)
        angle = 15 * float(hour) + float(longitude) - 300
        zenith = pvlib.solarposition.solar_zenith_analytical(math.radians(float(latitude)), math.radians(angle), tilt)
        rows.append(
            (
                {
                    "latitude": latitude,
                    "longitude": longitude,
                    "day": i,
                    "hour": hour,
                    "cloud": 5,
                    "low_cloud": 3,
                    "wind": 2,
                },
                {"declination": math.degrees(tilt), "sun": 90 - math.degrees(zenith)},
            )
        )
    table(
        "risk.stability",
        ["pvlib"],
        {
            "declination": (
                "within 0.05",
                "the standard prints Spencer's first coefficient as 0.39912 "
                "where the library has 0.399912: up to 0.045 degree",
            ),
            "sun": ("within 0.05", "as the declination"),
        },
        rows,
    )

    rows = []
    for i in range(240):
        rate, wind = decimals(rng, 0.1, 500, 1), decimals(rng, 1, 12, 1)
        y, z, h = decimals(rng, -80, 80, 1), decimals(rng, 0, 60, 1), decimals(rng, 0, 90, 1)
        if i % 4 == 0:
            y, z, h = Decimal(0), Decimal(0), Decimal(0)
        sy, sz = decimals(rng, 20, 400, 1), decimals(rng, 20, 200, 1)
        up = st.norm.pdf(float(z - h), 0, float(sz)) + st.norm.pdf(float(z + h), 0, float(sz))
        c = float(rate) / float(wind) * st.norm.pdf(float(y), 0, float(sy)) * up
        rows.append(
            (
                {"rate": rate, "wind": wind, "y": y, "z": z, "height": h, "sigma_y": sy, "sigma_z": sz},
                {"value": c * 1e3, "ug_m3": c * 1e6},
            )
        )
    table(
        "risk.plume",
        ["scipy"],
        {"value": ("rounded", HALF), "ug_m3": ("rounded", HALF)},
        rows,
        notes=["the plume as the product of normal densities, the ground as a mirror"],
    )


def terms():
    rng = random.Random(SEED + 5)
    china = holidays.China(years=range(2021, 2028))
    rows = []
    while len(rows) < 260:
        start = datetime.date(2022, 1, 1) + datetime.timedelta(days=rng.randint(0, 1650))
        days = rng.randint(1, 90)
        count = rng.choice(["working", "natural"])
        if count == "working":
            last = china.get_nth_working_day(start, days)
        else:
            last = start + datetime.timedelta(days=days)
            while not china.is_working_day(last):  # a term that ends on a holiday ends on the day after it
                last += datetime.timedelta(days=1)
        if last.year < 2027:
            rows.append(({"start": start, "days": days, "count": count}, {"value": last.isoformat()}))
    table("deadline.day", ["holidays"], {"value": ("exact", "a day")}, rows)

    rows = []
    mass = {"SO2": "SO2", "NO": "NO", "NO2": "NO2", "CO": "CO"}
    for i in range(200):
        gas = rng.choice(list(mass))
        ppm = Decimal(0) if i == 0 else decimals(rng, 20, 2000, 1)
        molar = periodictable.formula(mass[gas]).mass
        volume = 8.314462618 * 273.15 / 101.325  # litres, the standard state
        rows.append(({"gas": gas, "ppm": ppm}, {"value": float(ppm) * molar / volume}))
    table(
        "emission.ppm",
        ["periodictable"],
        {
            "value": (
                "relative 0.003",
                "HJ 212 rounds the molar masses to whole grams (64 for 64.06) and the molar volume to 22.4 L",
            )
        },
        rows,
    )


def codes():
    rng = random.Random(SEED + 6)
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    rows = []
    for i in range(300):
        head = rng.choice(["91", "92", "12", "51", "93"]) + rng.choice(
            ["340100", "110000", "320500", "310000", "650000"]
        )
        code = head + "".join(rng.choice(letters) for _ in range(9))
        code += uscc.calc_check_digit(code)
        if i % 2:  # one character mistyped, or two neighbours swapped
            at = rng.randint(8, 16)
            if i % 4 == 1:
                code = code[:at] + rng.choice(letters + "IOSVZ") + code[at + 1 :]
            else:
                code = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        rows.append(({"code": code}, {"value": "yes" if uscc.is_valid(code) else "no"}))
    table("code.credit", ["python-stdnum"], {"value": ("exact", "yes or no")}, rows)

    letters = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
    rows = []
    while len(rows) < 300:
        code = "".join(rng.choice(letters) for _ in range(8))
        code += (
            rng.choice("0123456789X") + rng.choice("RSTPN") + "A" + "".join(rng.choice("0123456789") for _ in range(6))
        )
        right = Vin(code).verify_checksum()
        if right or rng.random() < 0.06:
            rows.append(({"code": code}, {"value": "yes" if right else "no"}))
    table("code.vin", ["vininfo"], {"value": ("exact", "yes or no")}, rows)


def warming():
    rng = random.Random(SEED + 8)
    gases = {"CH4": "CH4", "N2O": "N2O", "SF6": "SF6", "CF4": "CF4", "C2F6": "C2F6", "NF3": "NF3"}
    gases |= {f"HFC-{k}": f"HFC{k}" for k in ("23", "134a", "125", "32")}
    rows = []
    while len(rows) < 220:
        gas, report = rng.choice(list(gases)), rng.choice(["SAR", "AR4", "AR5", "AR6"])
        potential = globalwarmingpotentials.data[report + "GWP100"].get(gases[gas])
        if potential is None:
            continue
        mass = decimals(rng, 0, 5000, 2)
        rows.append(({"gas": gas, "gwp": report, "mass": mass}, {"value": float(mass) * potential, "potential": potential}))
    table(
        "carbon.gwp",
        ["globalwarmingpotentials"],
        {"value": ("rounded", HALF), "potential": ("within 0", "a number of the report")},
        rows,
    )
