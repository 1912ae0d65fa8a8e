"""Discharge rights: grants, reserves, thirty trades, notices, projects, prices; energy-use rights: simulated.

Every posting is first made on balances kept here, so that no account is asked for what it does not hold."""
from base import *
from enterprise import *

HELD = {}  # (credit code, kind, last day) -> thousandths of a tonne
UNIT = {"cod": "w01018", "nh3n": "w21003", "so2": "a21026", "nox": "a21002"}


def kind_of(e, short_kind):
    return f"{short_kind}_{e['basin']}" if short_kind in ("cod", "nh3n") else short_kind


def t(n):
    return f"{n / 1000:.3f}"


def move(e, kind, expires, n):
    key = (e["credit_code"], kind, expires)
    HELD[key] = HELD.get(key, 0) + n
    assert HELD[key] >= 0, key


GRANTS = []
for e in KEY:
    for k in ("cod", "nox"):
        n = e.get("_sums", {}).get(k)
        if n and len(GRANTS) < 44:
            GRANTS.append((e, k, n))
for i, (e, k, n) in enumerate(GRANTS, 1):
    day = between(D(2024, 1, 8), D(2024, 1, 31))
    kind, expires = kind_of(e, k), e["_to"]
    c = Case("rights/allocation", f"grant-{i}")
    c("apply", day, f"企业用户{i}", {"title": f"{e['name']}初始排污权核定", "division": e["division"], "kind": kind, "enterprise": e["credit_code"], "permit": e["_permit"], "by_permit": t(n), "by_eia": t(n + 500)})
    water = k == "cod"
    c("compute", plus(day, 5), "核定经办1", {"medium": "water" if water else "gas", "limit": "50" if water else "100", "volume": n * 20 if water else n * 10000, "amount": t(n)})
    if i > 40:
        continue
    c("publicize", plus(day, 8), "核定审核1", {"amount": t(n), "expires": expires, "publicity_to": plus(day, 15)})
    c("grant", plus(day, 17), "交易负责人", {"objections": "公示无异议（模拟）", "paper_no": f"模拟确认〔2024〕{i}号"})
    if not c.over:
        move(e, kind, expires, n)
OWN = [(e, kind_of(e, k)) for e, k, _ in GRANTS[:40]]

RES = {}
LEVELS = [("province", "340000"), ("city", "340100"), ("county", "340121"), ("city", "340200"), ("county", "341881"), ("city", "340300"), ("province", "340000"), ("city", "340500")]
for i, (level, place_code) in enumerate(LEVELS, 1):
    kind = ["nox", "cod_chaohu", "nox", "cod_yangtze", "so2", "cod_huai", "cod_yangtze", "nox"][i - 1]
    n = rnd.randint(60, 200) * 1000
    day = D(2024, 1, 20 + i)
    c = Case("rights/reserve", f"reserve-{i}")
    c("propose", day, "储备经办1", {"title": f"模拟·{NAME[place_code]}储备库预留", "division": place_code, "kind": kind, "amount": t(n), "source": "kept", "level": level, "reserve": place_code, "why": "建立三级储备库（模拟）"})
    c(f"keep_{level}", plus(day, 6), "交易负责人", {"paper_no": f"模拟储备〔2024〕{i}号"})
    RES[(level, place_code, kind)] = n
for i in (1, 2):
    e, kind = OWN[i * 3]
    n = HELD[(e["credit_code"], kind, e["_to"])] // 10
    day = D(2024, 8, 5 + i)
    c = Case("rights/reserve", f"reserve-{8 + i}")
    c("propose", day, "储备经办1", {"title": f"{e['name']}富余排污权{'回购' if i == 1 else '无偿收回'}", "division": e["division"], "kind": kind, "amount": t(n), "source": "buyback" if i == 1 else "withdrawn", "level": "city",
      "reserve": city_of(e["division"]), "why": "富余排污权（模拟）", "enterprise": e["credit_code"], "expires": e["_to"], "price": "1000.00"})
    c("buy_back_city" if i == 1 else "take_back_city", plus(day, 9), "交易负责人", {"enterprise": e["credit_code"], "expires": e["_to"], "paper_no": f"模拟储备〔2024〕{8 + i}号"} | ({"price": "1000.00"} if i == 1 else {}))
    move(e, kind, e["_to"], -n)


def buyer(kind, not_e=None):
    basin = kind.split("_")[1] if "_" in kind else None
    fits = [e for e in KEY if "_permit" in e and e is not not_e and (basin is None or e["basin"] == basin)]
    return rnd.choice(fits) if fits else None


notices, trade = [], 0
for i, (key, stock) in enumerate(list(RES.items()), 1):
    level, place_code, kind = key
    b = buyer(kind)
    if not b:
        continue
    n = stock // 5
    day = D(2024, 3, 4 + i)
    price = 1500 + 100 * i
    trade += 1
    notices.append({"_ref": f"gg-{i}", "title": f"模拟·{NAME[place_code]}储备排污权出让公告", "project_no": f"MNCR2024{i:03d}", "kind": kind, "amount": t(n), "years": "5", "offeror": "模拟·排污权储备管理机构", "division": place_code,
                    "start_price": "1500.00", "step": "50.00", "deposit": "10000.00", "conditions": "达标排放、区域和流域符合规则（模拟）", "way": "bid", "signup_to": plus(day, 10), "bid_day": plus(day, 15),
                    "published_on": day, "state": "stopped" if i == 8 else "done", "buyer": b["name"] if i != 8 else "", "price": f"{price}.00" if i != 8 else "", "sum": f"{price * 5 * n / 1000:.2f}" if i != 8 else "",
                    "why": "不足两家报名，流拍（模拟）" if i == 8 else ""})
    c = Case("rights/sale", f"sale-{i}")
    c("plan", plus(day, -10), "储备经办1", {"title": f"模拟·{NAME[place_code]}储备排污权出让", "division": place_code, "kind": kind, "amount": t(n), "level": level, "reserve": place_code, "way": "bid"})
    c(f"offer_{level}", day, "交易员1", {"start_price": "1500.00", "price_basis": "t.a", "bid_day": plus(day, 15), "notice": f"@gg-{i}"})
    if i == 8:
        c("fail_city", plus(day, 16), "交易员1", reason="不足两家报名，流拍（模拟）")
        continue
    c("bid", plus(day, 15), "交易员1", {"bids": f"甲={t(n)}@{price} 乙={t(n)}@{price - 100}"})
    c("deal", plus(day, 17), "交易员2", {"buyer": b["credit_code"], "price": f"{price}.00", "years": "5", "price_basis": "t.a", "pay_by": plus(day, 32), "expires": b["_to"], "paper_no": f"模拟成交〔2024〕{i}号"})
    c("pay", plus(day, 25), "交易员1", {"paid_on": plus(day, 24)})
    move(b, kind, b["_to"], n)
    if i % 2:
        c("permit", plus(day, 50), "许可经办1", {"permit": b["_permit"]})
for i in range(1, 15):
    e, kind = OWN[(i * 2 + 5) % len(OWN)]
    expires = e["_to"]
    b = buyer(kind, e)
    n = HELD.get((e["credit_code"], kind, expires), 0) // 8
    if not b or n < 100:
        continue
    trade += 1
    day = some_day(late=.2, early=D(2024, 4, 1), end=D(2024, 10, 31), back=20)
    price = 1600 + 30 * i
    c = Case("rights/transfer", f"transfer-{i}")
    c("list", day, f"企业用户{i}", {"title": f"{short(NAME[city_of(e['division'])])}·{e['name'][3:]}排污权转让", "division": e["division"], "kind": kind, "amount": t(n), "seller": e["credit_code"], "expires": expires,
      "surplus": "核实的减排工程（模拟）", "way": rnd.choice(["list", "agreement"])})
    move(e, kind, expires, -n)  # frozen
    if i == 13:
        continue
    if i == 12:
        c("withdraw", plus(day, 20), f"企业用户{i}", reason="企业自用（模拟）")
        move(e, kind, expires, 0 if c.over else n)
        continue
    c("agree", plus(day, 8), "交易员1", {"buyer": b["credit_code"], "price": f"{price}.00", "price_basis": "t.a", "years": "3", "area": rnd.choice(["equal", "missed"])})
    c("check", plus(day, 14), "核定审核1", {"no_case": True})
    c("deal", plus(day, 18), "交易员2", {"paper_no": f"模拟合同〔2024〕{i}号"}, files={"contract": f"模拟交易合同 {i}"})
    if i % 3 and i < 12:
        c("permits", plus(day, 45), "许可经办1", {"seller_permit": e["_permit"], "buyer_permit": b["_permit"]})
for i in range(1, 6):
    e, kind = OWN[(i * 5 + 2) % len(OWN)]
    b = buyer(kind, e)
    n = HELD.get((e["credit_code"], kind, e["_to"]), 0) // 10
    if not b or n < 100:
        continue
    trade += 1
    day = D(2024, 4, 1 + i) if i < 4 else plus(TODAY, -60 + i)
    c = Case("rights/lease", f"lease-{i}")
    c("apply", day, f"企业用户{i}", {"title": f"{e['name']}排污权租赁", "division": e["division"], "kind": kind, "amount": t(n), "lessor": e["credit_code"], "lessee": b["credit_code"], "expires": e["_to"],
      "lease_from": plus(day, 10), "lease_to": D(2024, 12, 31) if i < 4 else plus(TODAY, 200)})
    c("start", plus(day, 9), "交易员1", {"price": "1500.00", "price_basis": "t.a", "years": "0.5", "paper_no": f"模拟租赁〔2024〕{i}号"})
    move(e, kind, e["_to"], -n)
    if i < 3:
        c("end", D(2025, 1, 2), "交易员1")
for i in range(1, 4):
    e, kind = OWN[(i * 7 + 1) % len(OWN)]
    n = HELD.get((e["credit_code"], kind, e["_to"]), 0) // 6
    trade += 1
    day = D(2024, 5, 6 + i)
    c = Case("rights/pledge", f"pledge-{i}")
    c("apply", day, f"企业用户{i}", {"title": f"{e['name']}排污权质押", "division": e["division"], "kind": kind, "amount": t(n), "enterprise": e["credit_code"], "expires": e["_to"], "bank": f"模拟银行{i}", "to": D(2027, 5, 1), "loan": "300.00"})
    c("pledge", plus(day, 5), "交易员1", {"paper_no": f"模拟质押〔2024〕{i}号"})
    move(e, kind, e["_to"], -n)
    if i == 1:
        c("release", plus(day, 180), "交易员2", {"release_no": "模拟解押〔2024〕1号"})
GUANGDE = next((e for e in KEY if e["division"] == "341882" and "_permit" in e), next(e for e in KEY if e["division"].startswith("3418") and "_permit" in e))
for i, (direction, e, kind) in enumerate([("in", GUANGDE, "nox"), ("out", OWN[9][0], OWN[9][1])], 1):
    n = 5000 if direction == "in" else HELD[(e["credit_code"], kind, e["_to"])] // 10
    trade += 1
    day = D(2024, 9, 2 + i)
    c = Case("rights/cross", f"cross-{i}")
    c("apply", day, f"企业用户{i}", {"title": f"{e['name']}跨省交易（长三角）", "division": e["division"], "kind": kind, "amount": t(n), "enterprise": e["credit_code"], "direction": direction, "other": "模拟·外省某企业", "expires": e["_to"], "price": "2000.00"})
    if direction == "in":
        c("in", plus(day, 20), "交易员1", {"platform_no": f"MNKS2024{i:04d}", "other_confirmed": plus(day, 18)})
        c("permit", plus(day, 60), "许可经办1", {"permit": e["_permit"]})
    else:
        c("freeze", plus(day, 3), "交易员1")
        c("out", plus(day, 22), "交易员1", {"platform_no": f"MNKS2024{i:04d}", "other_confirmed": plus(day, 20)})
        move(e, kind, e["_to"], -n)
assert trade >= 30, trade
put("rights", "notices", notices)
put("rights", "prices", [{"title": f"{z}有偿使用价（模拟）", "kind": k, "price": p, "basis": "t.a", "from": D(2024, 1, 1), "to": D(2025, 12, 31), "document": "模拟价格文件，不是真实价格"}
                         for k, z, p in (("cod_chaohu", "化学需氧量", "1000.00"), ("cod_yangtze", "化学需氧量", "1000.00"), ("cod_huai", "化学需氧量", "1000.00"), ("nox", "氮氧化物", "1000.00"), ("so2", "二氧化硫", "1000.00"))])
projects = []
for i, e in enumerate(rnd.sample(KEY, 12), 1):
    done = between(D(2024, 3, 1), D(2024, 11, 1)) if i % 4 else ""
    projects.append({"name": f"{e['name']}减排工程", "kind": rnd.choice(["sewage", "ultra_low", "process", "clean_energy"]), "enterprise": e["credit_code"], "division": e["division"], "planned": D(2024, 10, 31), "done": done,
                     "invested": f"{rnd.randint(100, 9000)}.00", "cod": t(rnd.randint(500, 9000)), "nh3n": t(rnd.randint(50, 900)), "nox": t(rnd.randint(500, 9000)), "voc": t(rnd.randint(0, 4000)),
                     "how": "物料衡算（模拟）", "verified": plus(done, 14) if done else "", "verifier": "模拟·核实单位" if done else ""})
put("rights", "projects", projects)
post("rights/energy", "keep", D(2024, 2, 1), "用能权经办1", {"division": "340100", "amount": "20000.00"}, {"approval": "模拟用能〔2024〕1号"})
for i, e in enumerate(KEY[:4], 1):
    post("rights/energy", "grant", D(2024, 2, 2), "用能权经办1", {"enterprise": e["credit_code"], "amount": f"{i * 5000}.00"}, {"confirmation": f"模拟用能确认{i}号"})
post("rights/energy", "sale", D(2024, 5, 8), "用能权经办1", {"buyer": KEY[4]["credit_code"], "division": "340100", "amount": "1500.00"}, {"deal": "模拟用能成交1号"})
post("rights/energy", "transfer", D(2024, 6, 12), "用能权经办1", {"seller": KEY[3]["credit_code"], "buyer": KEY[0]["credit_code"], "amount": "800.00"}, {"contract": "模拟用能合同1号"})
