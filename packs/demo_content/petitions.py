"""Petitions, look-backs, rewards, old cases, receptions: simulated."""
from base import *
from enterprise import *

# ---- petitions ------------------------------------------------------------------------------------------------------
backlogs = []
for i in range(1, 9):
    e = rnd.choice(ANY)
    first = between(D(2019, 1, 1), D(2022, 12, 31))
    state = rnd.choice(["open", "open", "resolved"])
    backlogs.append({"_ref": f"ja-{i}", "title": f"模拟·{short(NAME[e['division']])}{rnd.choice(['化工异味', '养殖场臭气', '道路噪声', '垃圾转运站扰民'])}积案", "division": e["division"],
                     "kind": rnd.choice(["odour", "noise", "air"]), "first": first, "times": rnd.randint(4, 30), "people": rnd.randint(1, 60),
                     "petitioner": f"模拟信访人积{i}", "enterprise": e["credit_code"], "demand": "搬迁或彻底治理（模拟）", "why": "历史规划与诉求差距大（模拟）",
                     "leader_post": "市局负责人（模拟）", "measures": "领导包案、专家会诊、公开听证（模拟）", "due": D(2026, 12, 31) if state == "open" else D(2024, 12, 31),
                     "state": state, "resolved": between(D(2024, 5, 1), D(2024, 11, 30)) if state == "resolved" else "",
                     "result": "达成一致并签署息诉书（模拟）" if state == "resolved" else ""})
put("petitions", "backlogs", backlogs)
closed = []
KINDS_ZH = {"odour": "异味", "fume": "餐饮油烟", "dust": "施工扬尘", "water": "污水直排", "noise": "夜间噪声", "waste": "垃圾倾倒", "air": "废气排放"}
for i in range(1, 81):
    e = rnd.choice(ANY)
    kind = rnd.choice(list(KINDS_ZH))
    day = some_day(late=.18, back=50)
    city = city_of(e["division"])
    desk, hand = f"信访专办{city[2:4]}", f"信访经办{city[2:4]}"
    channel = rnd.choices(["12345", "12369", "net", "letter", "visit", "wechat", "transfer", "media"], [8, 4, 5, 3, 2, 3, 2, 1])[0]
    word = f"petition-{i}"
    c = Case("petitions/petition", word)
    c("register", day, desk, {"title": f"模拟·{short(NAME[e['division']])}群众反映{KINDS_ZH[kind]}", "channel": channel, "order_no": f"模拟GD{day:%Y%m%d}{i:03d}" if channel == "12345" else "",
      "received": day, "purpose": rnd.choices(["appeal", "report", "advice"], [6, 3, 1])[0], "kind": kind, "division": e["division"], "place": e["address"],
      "content": f"反映{KINDS_ZH[kind]}影响生活，请求处理（模拟文字）", "petitioner": f"模拟信访人{i:03d}" if i % 3 else "", "real_name": bool(i % 3), "people": rnd.choice([1, 1, 1, 3, 8]),
      "secret": i % 9 == 0, "enterprise": e["credit_code"], "promised": plus(day, 5) if channel == "12345" else "",
      "repeat_of": next((f"@{w}" for w, last, *_ in closed if last < day), "") if i % 14 == 0 else "", "backlog": f"@ja-{i % 8 + 1}" if i % 20 == 0 else ""})
    if i % 13 == 0:
        c("refuse", plus(day, rnd.randint(3, 12)), desk, {"refusal": "已进入诉讼程序（模拟）"}, files={"notice": f"模拟不予受理告知书 {i}"})
        continue
    if i % 17 == 0:
        c("forward", plus(day, 4), desk, {"forwarded_to": "模拟·住建部门", "forwarded_on": plus(day, 4)})
        c("taken_elsewhere", plus(day, 9), desk)
        continue
    c("accept", plus(day, rnd.randint(2, 14)), desk, {"unit": f"{NAME[e['division']]}生态环境分局"})
    start = c.last or day
    c("pass_to", plus(start, 1), desk, {"officer": f"模拟承办{i % 9 + 1}"})
    c("report", plus(start, rnd.randint(6, 20)), hand, {"checked": "已现场核查（模拟）"})
    if i % 11 == 0:
        c("extend", plus(start, 50), f"信访负责{city[2:4]}", reason="需委托监测（模拟）", files={"approval": f"模拟延期审批 {i}"})
        start = plus(start, 25)
    true = rnd.choices(["true", "part", "false"], [5, 3, 2])[0]
    answered = plus(start, rnd.randint(22, 58))
    c("reply", answered, hand, {"checked": "经查，情况如下（模拟）", "true": true, "handled": "责令改正并加强监管（模拟）", "reply": "处理情况答复（模拟）", "reply_served": answered},
      files={"answer": f"模拟信访处理意见书 {i}"})
    if i % 15 == 0:
        c("ask_review", plus(answered, 20), desk)
        c("review", plus(answered, 45), f"复查人员{i % 2 + 1}", {"review_opinion": "维持处理意见（模拟）", "review_served": plus(answered, 45)})
        answered = plus(answered, 50)
    satisfied = rnd.choices(["yes", "basic", "no", "none"], [6, 3, 2, 1])[0]
    c("close", plus(answered, rnd.randint(7, 30)), desk, {"satisfied": satisfied, "call_back": "电话回访（模拟）"})
    if not c.over:
        closed.append((word, c.last, e, satisfied))
for i, (word, day, e, satisfied) in enumerate([x for x in closed if x[3] == "no"][:9] + [x for x in closed if x[3] != "no"][:9], 1):
    begun = plus(day, rnd.randint(30, 60))
    c = Case("petitions/look_back", f"look-{i}")
    c("pick", begun, "信访督办1", {"title": f"模拟·{short(NAME[e['division']])}信访事项回头看", "petition": f"@{word}", "pick": "unsatisfied" if satisfied == "no" else "random",
      "division": e["division"], "by": plus(begun, 30), "round": "2024年下半年（模拟）"})
    if i % 7 == 0:
        continue
    back = i % 5 == 0
    c("visit", plus(begun, rnd.randint(5, 28)), f"复核人员{i % 3 + 1}", {"visited": plus(begun, 4), "visitors": "模拟复核组两人", "seen": "现场复核情况（模拟）", "back": back, "opinion": "群众意见（模拟）"})
    if back:
        c("again", plus(begun, 30), "信访督办1", {"request": "重新整改（模拟）", "due": plus(begun, 60)})
        c("rectified", plus(begun, 55), f"复核人员{i % 3 + 1}", {"rectified": "已完成（模拟）"})
    c("finish", plus(begun, 65), "信访督办2", {"satisfied": rnd.choice(["yes", "basic"])})
for i in range(1, 15):
    way = rnd.choice(["fixed", "down", "case"])
    county = rnd.choice(COUNTIES[CITIES[(i * 5) % 16]["code"]])["code"]
    day = between(D(2024, 1, 15), D(2024, 12, 10))
    MOVES.setdefault("_receptions", []).append({
        "title": f"模拟·{short(NAME[county])}接访 {i:02d}", "way": way, "day": day, "division": county, "place": "模拟接访场所", "leader_post": "局领导（模拟）",
        "announced": plus(day, -7), "batches": rnd.randint(1, 9), "people": rnd.randint(2, 30), "petitions": [f"@{closed[i][0]}"] if i % 3 == 0 else [],
        "backlog": f"@ja-{i % 8 + 1}" if way == "case" else "", "solved": rnd.randint(0, 3), "assigned": rnd.randint(0, 4), "result": "情况记录（模拟）"})
put("petitions", "receptions", MOVES.pop("_receptions"))
funds = sorted({e["division"][:4] + "00" for e in ANY})
for f in funds:
    post("petitions/rewards", "allot", D(2024, 1, 3), "奖励资金专管", {"fund": f, "amount": "50000.00"}, {"budget_document": f"模拟财资〔2024〕{f}号"})
for i in range(1, 15):
    e = rnd.choice(ANY)
    day = some_day(late=.2, end=D(2024, 9, 30), back=30)
    level = rnd.choices(["third", "second", "first"], [6, 3, 1])[0]
    amount = {"third": "1500.00", "second": "5000.00", "first": "12000.00"}[level]
    c = Case("petitions/reward", f"reward-{i}")
    c("take", day, "举报专管1", {"title": f"模拟·举报{short(NAME[e['division']])}某处违法行为", "received": day, "division": e["division"], "content": "举报内容（模拟）",
      "reporter": f"模拟举报人{i:02d}" if i % 2 else "", "code": f"MN{i:06d}", "enterprise": e["credit_code"], "insider": i == 5})
    if i % 6 == 0:
        c("refuse", plus(day, 20), "奖励负责人", reason="举报内容不属实（模拟）")
        continue
    c("verify", plus(day, rnd.randint(20, 55)), f"执法人员{i % 5 + 1}", {"checked": "查证属实（模拟）", "true": "true", "closed_on": plus(day, 18), "fine": "120000.00"})
    c("propose", plus(day, 58), "举报专管1", {"level": level, "amount": amount, "fund": city_of(e["division"])})
    if i % 5 == 0:
        continue
    c("approve", plus(day, 62), "奖励负责人")
    c("tell", plus(day, 64), "举报专管1", {"account": "模拟账户（密封）"})
    if i % 4 == 0:
        continue
    c("pay", plus(day, 70), "举报专管2", files={"receipt": f"模拟领取凭证（密封） {i}"})
