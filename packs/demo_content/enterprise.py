"""Enterprises, outlets, facilities, permits, limits: simulated."""
import csv

from base import *

# ---- enterprises, outlets, facilities, permits, limits --------------------------------------------------------------
A, W = "air", "water"
STACK = ("a21026", "a21002", "a34013")
SEWER = ("w01018", "w21003", "w21001", "w21011")
# kind: industry, key/simple/registration, basin of air rights?, outlets (name, medium, kind, pollutants, process, standard)
KINDS = {
    "热电": ("4412", "key", [("锅炉烟气排放口", A, "main", STACK, ["wet_desulph", "scr", "bag"], "GB 13223-2011"),
                             ("全厂废水排放口", W, "general", SEWER[:2], ["coagulation"], "GB 8978-1996")]),
    "污水处理厂": ("4620", "key", [("总排口", W, "main", SEWER, ["a2o", "mbr"], "GB 18918-2002一级A"),
                                 ("臭气排放口", A, "general", ("a21001", "a21028"), ["bio_gas"], "GB 14554-93")]),
    "水泥厂": ("3011", "key", [("窑尾排放口", A, "main", STACK, ["sncr", "bag"], "GB 4915-2013"),
                              ("窑头排放口", A, "main", STACK[2:], ["bag"], "GB 4915-2013"),
                              ("水泥磨排放口", A, "general", STACK[2:], ["bag"], "GB 4915-2013")]),
    "化工厂": ("2614", "key", [("工艺废气排放口", A, "main", ("a24088", "a25002"), ["rto"], "GB 31571-2015"),
                              ("污水总排口", W, "main", SEWER, ["oxidation", "a2o"], "GB 31571-2015"),
                              ("雨水排放口", "rain", "other", ("w01018",), [], "")]),
    "钢铁厂": ("3120", "key", [("转炉二次烟气排放口", A, "main", STACK[2:], ["bag"], "GB 28664-2012"),
                              ("烧结机头排放口", A, "main", STACK, ["semi_dry_desulph", "scr", "bag"], "GB 28662-2012"),
                              ("总排口", W, "main", SEWER[:2], ["coagulation"], "GB 13456-2012")]),
    "电镀厂": ("3360", "key", [("车间排放口", W, "special", ("w20117", "w20116", "w20121"), ["coagulation", "neutral"], "GB 21900-2008"),
                              ("总排口", W, "main", SEWER[:2], ["coagulation"], "GB 21900-2008"),
                              ("酸雾排放口", A, "general", ("a21024",), ["spray"], "GB 21900-2008")]),
    "造纸厂": ("2221", "key", [("总排口", W, "main", SEWER, ["coagulation", "a2o"], "GB 3544-2008"),
                              ("锅炉排放口", A, "general", STACK, ["bag"], "GB 13271-2014")]),
    "包装印刷厂": ("2319", "simple", [("印刷废气排放口", A, "general", ("a24088",), ["carbon"], "GB 41616-2022"),
                                    ("复合废气排放口", A, "general", ("a24088",), ["rco"], "GB 41616-2022")]),
    "家具厂": ("2110", "simple", [("喷漆废气排放口", A, "general", ("a24088", "a34013"), ["photo_oxidation", "carbon"], "GB 16297-1996")]),
    "砖瓦厂": ("3031", "simple", [("隧道窑排放口", A, "general", STACK, ["wet_desulph"], "GB 29620-2013")]),
    "食品厂": ("1391", "simple", [("总排口", W, "general", SEWER[:2], ["sbr"], "GB 8978-1996"),
                                 ("锅炉排放口", A, "general", STACK, ["bag"], "GB 13271-2014")]),
    "养殖场": ("0313", "registration", [("粪污处理排放口", W, "general", SEWER[:2], ["sbr"], "GB 18596-2001")]),
    "机械厂": ("3484", "registration", [("焊接烟尘排放口", A, "other", ("a34013",), ["bag"], "GB 16297-1996")]),
}
LIMIT = {"a21026": ("35", "mg/m3"), "a21002": ("50", "mg/m3"), "a34013": ("10", "mg/m3"), "a24088": ("60", "mg/m3"),
         "a25002": ("4", "mg/m3"), "a21001": ("1.5", "kg/h"), "a21028": ("0.06", "kg/h"), "a21024": ("30", "mg/m3"),
         "w01018": ("50", "mg/L"), "w21003": ("5", "mg/L"), "w21001": ("15", "mg/L"), "w21011": ("0.5", "mg/L"),
         "w20117": ("0.2", "mg/L"), "w20116": ("1.0", "mg/L"), "w20121": ("0.5", "mg/L")}
AMOUNT = {"w01018": "cod", "w21003": "nh3n", "w21001": "tn", "w21011": "tp", "a21026": "so2", "a21002": "nox",
          "a34013": "pm", "a24088": "voc"}
BASIN = {"340100": "chaohu", "341000": "xinan", "340300": "huai", "340400": "huai", "340600": "huai", "341200": "huai",
         "341300": "huai", "341600": "huai", "341500": "huai"}
WATERS = {"huai": "模拟·淮河支流", "chaohu": "模拟·入巢湖河流", "xinan": "模拟·新安江支流", "yangtze": "模拟·长江支流"}
with open(ROOT / "data/sites/loggers.csv", encoding="utf-8") as f:
    LOGGERS = {}
    for r in csv.DictReader(f):
        LOGGERS.setdefault((r["division"], r["st"]), []).append(r["mn"])

enterprises, outlets, facilities, permits, limits = [], [], [], [], []
ORDER = ["热电", "污水处理厂", "水泥厂", "化工厂", "包装印刷厂", "食品厂", "养殖场"]
EXTRA = ["家具厂", "砖瓦厂", "机械厂", "电镀厂", "造纸厂", "钢铁厂", "化工厂", "包装印刷厂"]


def add_enterprise(city, kind, n, serial):
    industry, management, plan = KINDS[kind]
    county = rnd.choice(COUNTIES[city["code"]])["code"]
    code = credit_code(county, serial)
    name = f"模拟·{short(city['zh'])}某{kind} {n:02d}"
    lon, lat = place(county)
    basin = BASIN.get(city["code"], "yangtze")
    opened = between(D(2003, 1, 1), D(2021, 12, 31))
    state = rnd.choices(["running", "stopped", "closed"], [94, 4, 2])[0]
    key = []
    if management == "key":
        key = sorted({"water" if m == W else "air" for _, m, k, *_ in plan if k in ("main", "special")})
        key += ["soil"] if kind in ("化工厂", "电镀厂", "钢铁厂") else []
        key += ["risk"] if kind in ("化工厂", "电镀厂") else []
    source = code + "001" + rnd.choice("PQRUVWXYZ")
    e = {"credit_code": code, "name": name, "division": county,
         "address": f"安徽省{city['zh']}{NAME[county]}模拟路{rnd.randint(1, 999)}号",
         "park": f"模拟·{short(NAME[county])}经济开发区" if management != "registration" else "",
         "longitude": lon, "latitude": lat, "industry": industry,
         "scale": {"key": "large", "simple": "medium", "registration": "small"}[management],
         "legal_person": f"模拟甲{serial:03d}", "contact": f"模拟乙{serial:03d}", "phone": f"0551-0000{serial:04d}",
         "opened": opened, "management": management, "key_unit": key, "basin": basin,
         "performance": rnd.choice(["A", "B", "C", "D"]) if industry in ("3011", "3120", "4412", "2614") else "",
         "risk_level": "major" if "risk" in key else rnd.choice(["general", "larger"]) if management == "key" else "general",
         "contingency_plan": f"{county}-模拟-{serial:03d}" if management == "key" else "",
         "hazardous_waste": management != "registration", "radiation": kind in ("水泥厂", "钢铁厂"),
         "automatic": management == "key", "employees": rnd.randint(20, 900), "output_value": f"{rnd.randint(200, 90000)}.00",
         "regulator": f"{city['zh']}{NAME[county]}生态环境分局", "state": state,
         "state_day": between(D(2023, 1, 1), D(2024, 6, 30)) if state != "running" else "",
         "note": "模拟数据，不指任何真实单位"}
    enterprises.append(e)
    sums, mine = {}, []
    numbers = {A: 0, W: 0, "rain": 0}
    for title, medium, what, pollutants, process, standard in plan:
        numbers[medium] += 1
        number = {A: "DA", W: "DW", "rain": "YS"}[medium] + f"{numbers[medium]:03d}"
        auto = management == "key" and what == "main"
        stock = LOGGERS.get((city["code"], "31" if medium == A else "32"), []) if auto else []
        mn = (stock.pop(0) if stock else device(source + number)) if auto else ""
        begun = plus(opened, rnd.randint(0, 90))
        accepted = plus(begun, rnd.randint(60, 200)) if auto else ""
        x, y = f"{float(lon) + rnd.uniform(-.002, .002):.6f}", f"{float(lat) + rnd.uniform(-.002, .002):.6f}"
        o = {"code": source + number, "enterprise": code, "number": number, "name": title, "medium": medium, "kind": what,
             "division": county, "longitude": x, "latitude": y, "height": rnd.choice([15, 25, 45, 80]) if medium == A else "",
             "diameter": rnd.choice(["0.60", "1.20", "2.50"]) if medium == A else "",
             "temperature": rnd.randint(40, 120) if medium == A else "", "pollutants": list(pollutants), "standard": standard,
             "destination": "G" if medium == A else "A" if kind == "污水处理厂" or medium == "rain" else rnd.choice("BCD"),
             "receiving": WATERS[basin] if medium != A else "", "flow": rnd.randint(5, 400) * (1000 if medium == A else 50),
             "sign": True, "sampling_port": medium != "rain", "automatic": auto, "mn": mn, "accepted": accepted,
             "connected": plus(accepted, rnd.randint(1, 30)) if auto else "",
             "operator": f"模拟·运维机构{rnd.randint(1, 3)}" if auto else "",
             "state": "idle" if state == "closed" else "in_use", "from": begun, "to": e["state_day"] if state == "closed" else "",
             "note": "模拟数据"}
        outlets.append(o)
        mine.append(o)
        for p in pollutants:
            if p in AMOUNT and what in ("main",) and management == "key":
                sums[AMOUNT[p]] = sums.get(AMOUNT[p], 0) + rnd.randint(2000, 90000)
        if process:
            tail = f"{('TA' if medium == A else 'TW')}{numbers[medium]:03d}"
            bad = "photo_oxidation" in process or rnd.random() < .04
            facilities.append({
                "code": source + tail, "enterprise": code, "number": tail, "name": title.replace("排放口", "").replace("总排口", "污水") + "治理设施",
                "kind": "treatment", "medium": medium, "division": county, "process": process, "pollutants": list(pollutants),
                "outlet": o["code"], "capacity": o["flow"], "capacity_unit": "Nm³/h" if medium == A else "m³/d",
                "efficiency": rnd.randint(80, 99), "measured": rnd.randint(30, 60) if bad else rnd.randint(78, 98),
                "power": rnd.randint(15, 400), "consumables": rnd.choice(["石灰石", "尿素", "活性炭", "聚合氯化铝", ""]),
                "installed": begun, "renewed": between(D(2022, 1, 1), D(2024, 6, 30)), "ineffective": bad,
                "remedy": "更换为高效治理工艺（模拟）" if bad else "", "state": o["state"],
                "ended": max(e["state_day"], D(2024, 7, 1)) if state == "closed" else "", "note": "模拟数据"})
    if management == "registration":
        return
    valid_from = between(D(2022, 7, 1), D(2023, 12, 20))
    valid_to = plus(D(valid_from.year + 5, valid_from.month, min(valid_from.day, 28)), -1)
    e["_permit"], e["_to"], e["_sums"] = source, valid_to, sums
    p = {"number": source, "enterprise": code, "management": management, "action": rnd.choice(["first", "renew", "again"]),
         "issuer": f"{city['zh']}生态环境局", "division": county, "issued": valid_from, "valid_from": valid_from,
         "valid_to": valid_to, "eia": f"模拟环审〔{opened.year}〕{serial}号",
         "main_outlets": sum(o["kind"] == "main" for o in mine), "general_outlets": sum(o["kind"] != "main" for o in mine)}
    p |= {a: f"{sums[a] / 1000:.3f}" if a in sums else "" for a in ("cod", "nh3n", "tn", "tp", "so2", "nox", "pm", "voc")}
    p |= {"reports": ["year", "quarter"] if management == "key" else ["year"],
          "special_periods": "重污染天气期间执行应急减排清单要求（模拟）" if management == "key" else "",
          "state": "cancelled" if state == "closed" else "valid", "ended": e["state_day"] if state == "closed" else "",
          "note": "模拟数据"}
    permits.append(p)
    for o in mine:
        for c in o["pollutants"]:
            limit, unit = LIMIT[c]
            auto = o["automatic"] and c in ("w01018", "w21003", "w21001", "w21011", "a21026", "a21002", "a34013", "a24088")
            limits.append({"name": f"{o['number']} {c}", "permit": source, "enterprise": code, "outlet": o["code"],
                           "division": county, "pollutant": c, "limit": limit, "unit": unit,
                           "amount": f"{sums[AMOUNT[c]] / 1000:.3f}" if o["kind"] == "main" and c in AMOUNT and AMOUNT[c] in sums else "",
                           "standard": o["standard"], "frequency": "auto" if auto else "quarter" if management == "key" else "year",
                           "method": "自动监测" if auto else "手工监测", "fallback": "day" if auto else "",
                           "last": between(D(2024, 1, 1), D(2024, 12, 31)), "note": "模拟数据"})


count = {}
serial = 0
for i, city in enumerate(CITIES):
    for kind in ORDER + [EXTRA[i % len(EXTRA)]]:
        serial += 1
        n = count[(city["code"], kind)] = count.get((city["code"], kind), 0) + 1
        add_enterprise(city, kind, n, serial)
KEY = [e for e in enterprises if e["management"] == "key" and e["state"] == "running"]
ANY = [e for e in enterprises if e["state"] == "running"]
for name, rows in (("outlets", outlets), ("facilities", facilities), ("permits", permits), ("limits", limits)):
    put("enterprise", name, rows)
put("enterprise", "enterprises", [{k: v for k, v in e.items() if not k.startswith("_")} for e in enterprises])
PERMIT = {e["credit_code"]: e["_permit"] for e in enterprises if "_permit" in e}
