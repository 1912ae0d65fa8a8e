"""Penalty cases, inspections, registers of the draw, the positive list: simulated."""
from base import *
from enterprise import *

officers = []
for i, city in enumerate(CITIES, 1):
    for k in range(1, 4):
        officers.append({"certificate": f"MN34{i:02d}{k:04d}", "name": f"模拟执法{i:02d}{k}", "division": city["code"],
                         "office": f"{city['zh']}生态环境保护综合行政执法支队", "post": rnd.choice(["支队执法员", "大队长"]),
                         "skills": rnd.choice(["大气", "水", "固废", "自动监控"]), "phone": f"0551-2000{i * 10 + k:04d}", "valid_to": D(2028, 12, 31),
                         "trained": between(D(2024, 3, 1), D(2024, 9, 30)), "state": "leave" if k == 3 and i % 5 == 0 else "active", "from": D(2024, 1, 2)})
put("enforcement", "officers", officers)
TEAM = {c["code"]: [o["certificate"] for o in officers if o["division"] == c["code"] and o["state"] == "active"] for c in CITIES}
TARGETS = [e for e in enterprises if e["management"] != "registration" and e["state"] == "running"]
put("enforcement", "units", [
    {"title": e["name"], "enterprise": e["credit_code"], "division": e["division"], "class": "key" if e["management"] == "key" else "general",
     "weight": "2" if e["management"] == "key" else "1", "grade": rnd.choice(["a", "b", "b", "c", "none"]), "positive": i % 6 == 0,
     "last": between(D(2023, 1, 1), D(2024, 6, 30)), "from": D(2024, 1, 2)} for i, e in enumerate(TARGETS)])
avoid = []
for i in range(1, 9):
    o = officers[i * 5 % len(officers)]
    e = rnd.choice([t for t in TARGETS if city_of(t["division"]) == o["division"]])
    avoid.append({"title": f"模拟回避 {i:02d}", "officer": o["certificate"], "enterprise": e["credit_code"], "division": o["division"],
                  "why": rnd.choice(["relative", "interest", "former"]), "declared": D(2024, 1, 10), "note": "模拟数据"})
put("enforcement", "avoid", avoid)

ITEMS = ["certificate", "outlets", "pollutants", "facilities", "self_monitoring", "automatic", "ledger", "reports", "disclosure", "special_periods",
         "fugitive", "solid_waste", "risk", "rectification"]
for i in range(1, 61):
    e = rnd.choice(TARGETS)
    city = city_of(e["division"])
    day = some_day(late=.15, back=30)
    team = rnd.sample(TEAM[city], 2)
    draw = i % 5 != 0
    c = Case("enforcement/inspection", f"inspection-{i}")
    c("assign", day, f"检查派发{city[2:4]}", {"title": f"模拟·{e['name'][3:]}{'双随机检查' if draw else '许可清单式检查'}", "way": "draw" if draw else "inspection",
      "enterprise": e["credit_code"], "division": e["division"], "officers": team, "due": plus(day, 30), "draw_no": f"模拟抽签-{day.year}-{(day.month + 2) // 3}" if draw else "",
      "permit": PERMIT.get(e["credit_code"])})
    if i % 10 == 0:
        continue
    faults = rnd.sample(ITEMS, rnd.choice([0, 0, 0, 1, 2]))
    result = {f"item_{n}": "fault" if n in faults else rnd.choice(["ok", "ok", "ok", "na"]) for n in ITEMS}
    finding = "none" if not faults else rnd.choice(["corrected", "filed"])
    seen = plus(day, rnd.randint(5, 28))
    c("check", seen, f"执法员{team[0][-4:]}", {"day": seen, "finding": finding, "faults": "不符合项说明（模拟）" if faults else "", **result}, files={"record": f"模拟现场检查笔录 {i}"})
    if finding == "corrected":
        c("correct", seen, f"执法员{team[0][-4:]}", {"faults": "不符合项说明（模拟）", "correct_by": plus(seen, 20)})
        if i % 4 == 0:
            continue
        c("corrected", plus(seen, 15), f"执法员{team[0][-4:]}", {"corrected_on": plus(seen, 14)})
    c("publish", plus(seen, 25), f"检查派发{city[2:4]}", {"published_on": plus(seen, 25)})

# where each case ends, and how
ENDS = (["archived"] * 10 + ["paid"] * 4 + ["published"] * 3 + ["reminded"] * 2 + ["served"] * 1 + ["exempt"] * 6 + ["hearing"] * 2 + ["notified"] * 2
        + ["review"] * 2 + ["ordered"] * 2 + ["investigation"] * 1 + ["appraisal"] * 1 + ["lead"] * 1 + ["not_filed"] * 1 + ["transferred"] * 2)
OPEN = {"hearing", "notified", "review", "ordered", "investigation", "appraisal", "lead", "served", "published"}
VIOLATIONS = [("over_standard", "超标排放"), ("over_permit", "超许可排放"), ("self_monitoring", "未按规定自行监测"), ("three_simultaneous", "未验先投"),
              ("hazardous_ledger", "危险废物台账不规范"), ("evasion", "不正常运行治理设施"), ("no_permit", "无证排污")]
for i, end in enumerate(ENDS, 1):
    e = TARGETS[(i * 7) % len(TARGETS)]
    city = city_of(e["division"])
    act, zh = VIOLATIONS[3 if end == "exempt" and i % 2 else 2 if end == "exempt" else i % len(VIOLATIONS)]
    found = plus(TODAY, -rnd.randint(12, 60)) if end in OPEN and i % 2 else between(D(2024, 1, 10), D(2024, 8, 20))
    team = rnd.sample(TEAM[city], 2)
    lead, hand, legal, boss = (f"线索{city[2:4]}", f"办案{team[0][-4:]}", f"法制{city[2:4]}", f"分管{city[2:4]}")
    fine = {"over_standard": "180000", "over_permit": "260000", "self_monitoring": "30000", "three_simultaneous": "230000", "hazardous_ledger": "120000",
            "evasion": "320000", "no_permit": "240000"}[act] + ".00"
    c = Case("enforcement/penalty", f"penalty-{i}")
    c("lead", plus(found, 1), lead, {"title": f"模拟·{e['name'][3:]}涉嫌{zh}", "subject": "entity", "division": e["division"],
      "lead": rnd.choice(["inspection", "draw", "auto", "petition", "monitoring"]), "found_on": found, "enterprise": e["credit_code"], "place": e["address"],
      "violation": act, "act_day": found})
    if end == "lead":
        continue
    if end == "not_filed":
        c("do_not_file", plus(found, 10), boss, reason="线索不实（模拟）")
        continue
    filed = plus(found, rnd.randint(3, 14))
    c("file", filed, boss, {"file_no": f"模拟环立〔{filed.year}〕{i}号", "violation": act, "act_day": found, "officers": team}, files={"approval": f"模拟立案审批表 {i}"})
    c("investigate", plus(filed, 2), hand, {"facts": "现场检查（勘察）笔录、监测报告等（模拟）"})
    if end == "investigation":
        continue
    if i % 9 == 0 or end == "appraisal":
        c("appraise", plus(filed, 5), hand, reason="委托监测（模拟）")
        if end == "appraisal":
            continue
        c("appraised", plus(filed, 19), hand, {"facts": "监测报告（模拟）"})
    if i % 7 == 0:
        c("preserve", plus(filed, 20), hand, {"preserved_on": plus(filed, 20)}, files={"list": f"模拟登记保存清单 {i}"})
        c("release", plus(filed, 26), hand, {"preserved": "解除登记保存（模拟）"})
    served = plus(filed, rnd.randint(8, 20))
    c("order", served, hand, {"ordered_on": served, "correct_by": plus(served, 15)}, files={"order": f"模拟责令改正决定书 {i}"})
    if end == "ordered":
        continue
    if end == "transferred":
        c("transfer", plus(served, 10), boss, {"transfer_to": "模拟·公安机关"}, reason="涉嫌犯罪，移送审查（模拟）", files={"letter": f"模拟移送书 {i}"})
        c("archive", plus(served, 40), hand)
        continue
    c("find_law", plus(served, 14), hand, {"violation": act, "act_day": found})
    c("hand_over", plus(served, 16), hand, {"facts": "违法事实清楚、证据确凿（模拟）", "violation": act, "act_day": found, "officers": team, "corrected_on": plus(served, 12),
      "proposed": fine}, files={"report": f"模拟调查报告 {i}"})
    if end == "review":
        continue
    told = plus(served, 22)
    if end == "exempt":
        c("exempt", told, boss, {"waiver": "anhui-2-1" if act == "three_simultaneous" else "law33-first", "first_time": True, "minor": True, "no_harm": True, "minor_harm": True,
          "corrected_on": plus(served, 12), "not_sensitive": True, "waiver_reasons": "首次、及时改正、未造成危害后果，约谈教育（模拟）", "decision_no": f"模拟环不罚〔{told.year}〕{i}号"},
          files={"decision": f"模拟不予行政处罚决定书 {i}"})
        c("serve", plus(told, 4), hand, {"served_on": plus(told, 4)}, files={"receipt": f"模拟送达回证 {i}"})
        c("publish", plus(told, 7), lead, {"published_at": f"https://example.invalid/penalty/{i}"})
        c("close_exempt", plus(told, 20), boss)
        continue
    c("notify", told, legal, {"legal_opinion": "事实清楚、程序合法（模拟）", "proposed": fine, "notice_served": told, "factor_reasons": "影响程度一般、积极改正（模拟）"},
      files={"notice": f"模拟事先（听证）告知书 {i}"})
    if end == "notified":
        continue
    decided = plus(told, 14)
    if end == "hearing" or i % 8 == 0:
        c("ask_hearing", plus(told, 5), legal, {"hearing_day": plus(told, 20)}, files={"announcement": f"模拟听证通知书 {i}"})
        if end == "hearing":
            continue
        c("heard", plus(told, 20), legal, {"hearing_record": "听证意见（模拟）"})
        decided = plus(told, 26)
    else:
        if i % 3 == 0:
            c("defend", plus(told, 4), hand, {"defence": "当事人陈述申辩，复核不予采纳（模拟）"})
        c("discuss", plus(told, 9), hand)
    c("decide", decided, boss, {"kinds": ["fine"], "decision_no": f"模拟环罚〔{decided.year}〕{i}号", "fine": fine, "discussion": "集体讨论同意（模拟）"}, files={"decision": f"模拟行政处罚决定书 {i}"})
    got = plus(decided, rnd.randint(2, 6))
    c("serve", got, hand, {"served_on": got}, files={"receipt": f"模拟送达回证 {i}"})
    if end == "served":
        continue
    c("publish", plus(decided, 7), lead, {"published_at": f"https://example.invalid/penalty/{i}"})
    if end == "published":
        continue
    if end == "reminded":
        c("remind", plus(got, 60), hand, {"reminder_served": plus(got, 60), "late_days": 20}, files={"reminder": f"模拟催告书 {i}"})
        continue
    c("perform", plus(got, rnd.randint(5, 14)), hand, {"paid": "full", "paid_on": plus(got, 5)})
    if end == "paid":
        continue
    c("close", plus(got, 25), boss)
    c("archive", plus(got, 40), hand)

positive = []
for i, e in enumerate(TARGETS[::5], 1):
    applied = between(D(2024, 1, 5), D(2024, 3, 31))
    state = ["in", "in", "in", "out", "proposed"][i % 5]
    listed = plus(applied, 30)
    positive.append({"title": e["name"], "enterprise": e["credit_code"], "division": e["division"], "kind": rnd.choice(["livelihood", "strategic", "low", "clean"]),
                     "permit_ok": True, "automatic_ok": True, "no_penalty": True, "applied": applied, "in_day": listed if state != "proposed" else "",
                     "valid_to": D(listed.year + 3 if state == "in" else listed.year + 1, listed.month, min(listed.day, 28)) if state != "proposed" else "",
                     "incentives": "以非现场方式监管为主（模拟）", "state": state, "out_day": plus(listed, 150) if state == "out" else "",
                     "out_reason": rnd.choice(["violation", "condition", "asked"]) if state == "out" else "",
                     "back_not_before": plus(listed, 515) if state == "out" else "", "document": "模拟公布〔2024〕1号"})
put("enforcement", "positive", positive)
