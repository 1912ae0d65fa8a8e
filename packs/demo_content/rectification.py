"""Rectification tasks in all states, leaders, supervision, checks, items passed on, the public's voice: simulated."""
from base import *
from enterprise import *

# ---- rectification --------------------------------------------------------------------------------------------------
units = [{"code": c["code"], "name": c["zh"] + "人民政府", "kind": "city", "division": c["code"], "office": "突出问题整改办（模拟）",
          "contact": f"模拟联络{i:02d}", "phone": f"0551-1000{i:04d}", "note": "单位为真实行政区，其余内容模拟"} for i, c in enumerate(CITIES, 1)]
units += [{"code": f"BM{i:02d}", "name": f"模拟·省直部门{i}", "kind": "department", "division": "340000", "note": "模拟数据"} for i in range(1, 5)]
put("rectification", "units", units)
PROBLEMS = [("长江岸线非法码头清理", "shore"), ("城镇污水管网错接混接", "sewage"), ("矿山生态修复滞后", "mine"), ("畜禽养殖粪污直排", "livestock"),
            ("工业园区污水处理能力不足", "water"), ("固体废物非法堆存", "waste"), ("黑臭水体返黑返臭", "water"), ("散乱污企业整治不彻底", "air"),
            ("自然保护地违规开发", "ecology"), ("餐饮油烟扰民", "air"), ("垃圾填埋场渗滤液积存", "waste"), ("重点区域噪声超标", "noise")]
responsibilities = []
for i in range(1, 21):
    city = CITIES[(i * 3) % 16]
    title, _ = PROBLEMS[i % len(PROBLEMS)]
    ended = i % 7 == 0
    begun = between(D(2023, 2, 1), D(2024, 2, 20))
    responsibilities.append({
        "_ref": f"bb-{i}", "problem": f"模拟·{short(city['zh'])}{title}", "source": rnd.choice(["central", "film", "province"]),
        "division": city["code"], "leader_post": f"省级领导职务（模拟）{i % 6 + 1}", "department": f"模拟·省直部门{i % 4 + 1}",
        "city_leader_post": "市委（市政府）负责人（模拟）", "unit": city["code"], "duties": "牵头协调、现场督办、按期销号（模拟）",
        "visits": rnd.randint(1, 6), "last_visit": between(D(2024, 3, 1), D(2024, 11, 20)), "from": begun,
        "to": D(2024, 7, 1) if ended else "", "adjusted": "工作分工调整（模拟）" if ended else "", "state": "adjusted" if ended else "active"})
put("rectification", "responsibilities", responsibilities)

STAGES = (["assigned"] * 4 + ["plan"] * 4 + ["doing"] * 18 + ["self_check"] * 4 + ["city"] * 3 + ["publicity"] * 3 + ["returned"] * 4
          + ["closed"] * 14 + ["look_back"] * 2 + ["reopened"] * 2 + ["held"] * 2)
RANK = ["assigned", "plan", "doing", "self_check", "city", "publicity", "closed", "look_back"]
tasks = []
for i, stage in enumerate(STAGES, 1):
    city = CITIES[i % 16]
    county = rnd.choice(COUNTIES[city["code"]])["code"]
    title, area = PROBLEMS[i % len(PROBLEMS)]
    source = rnd.choices(["central", "film", "province", "province_film", "special", "self", "public"], [4, 3, 3, 2, 1, 2, 1])[0]
    word, begun = f"task-{i}", between(D(2024, 1, 8), D(2024, 3, 15))
    long = stage in ("doing", "returned", "assigned", "plan") and i % 3
    due = between(plus(TODAY, 20), plus(TODAY, 500)) if long else between(D(2024, 6, 30), D(2024, 12, 28))
    who = f"整改经办{city['code'][2:4]}"
    checker, prov = f"市级审核{city['code'][2:4]}", f"省级审核{i % 3 + 1}"
    c = Case("rectification/task", word)
    tasks.append((word, county, city, title, stage))
    c("assign", begun, prov, {
        "title": f"模拟·{short(NAME[county])}{title}", "list_no": f"2024-{i:03d}", "year": 2024, "source": source,
        "batch": f"模拟反馈〔2023〕{i % 5 + 1}号", "found": "self" if source == "self" else "other", "field_of": area,
        "level": rnd.choice(["province", "city"]), "facts": f"反馈指出：{short(NAME[county])}存在“{title}”问题（模拟文字）。", "division": county,
        "unit": city["code"], "responsibility": f"@bb-{i % 20 + 1}", "due": due, "next_report": D(2024, 4, 5),
        "enterprise": rnd.choice(ANY)["credit_code"] if i % 4 == 0 else None})
    if stage == "assigned":
        continue
    span = (due - begun).days
    points = [plus(begun, span * k // 4) for k in (1, 2, 3)] + [due]
    c("hand_plan", plus(begun, rnd.randint(10, 25)), who, {
        "goal": f"全面解决“{title}”问题，群众满意（模拟）", "measures": "一、查清底数；二、工程治理；三、建立长效机制（模拟）",
        "milestones": "\n".join(f"{d} {w} {t}" for d, w, t in zip(points, (20, 30, 30, 20), ("完成排查", "工程开工", "工程完工", "验收销号"))),
        "responsible": f"模拟责任人{i:02d}", "acceptor": f"{city['zh']}生态环境局"}, files={"plan": f"模拟整改方案 {word}"})
    if stage == "plan":
        continue
    c("approve_plan", plus(begun, rnd.randint(28, 40)), checker)
    rank = RANK.index("doing" if stage == "returned" else "look_back" if stage in ("reopened", "held") else stage)
    proven = 4 if rank > 2 else rnd.choice([0, 1, 1, 2, 2, 3])
    end = min(due, TODAY)
    month, done = D(2024, 4, 3), 0
    while month <= min(end, D(2024, 12, 31)):
        while done < proven and points[done] <= plus(month, 20) and month > plus(begun, 45):
            done += 1
            c("hand_evidence", month, who, {"milestone": done}, files={"proof": f"模拟佐证 {word} 节点{done}"})
            c("accept_evidence", plus(month, 1), checker, {"milestone": done})
        nxt = D(month.year + month.month // 12, month.month % 12 + 1, 5)
        c("report", plus(month, 1), who, {"progress": f"截至{month.month}月，完成节点{done}项（模拟）",
                                 "progress_state": "on_time" if done else rnd.choice(["not_started", "behind"]),
                                 "next_report": nxt, "difficulty": rnd.choice(["", "资金尚有缺口（模拟）", "用地手续未完成（模拟）"]),
                                 "invested": f"{rnd.randint(10, 900)}.00"})
        month = D(nxt.year, nxt.month, 3)
    if rank <= 2 and stage != "returned":
        continue
    step = min(plus(due, -rnd.randint(0, 12)), plus(TODAY, -30))
    while done < proven:
        done += 1
        c("hand_evidence", step, who, {"milestone": done}, files={"proof": f"模拟佐证 {word} 节点{done}"})
        c("accept_evidence", step, checker, {"milestone": done})
    c("self_check", step, who, {"progress": "任务全部完成（模拟）", "task_done": True, "progress_state": "done"}, files={"self_report": f"模拟自查报告 {word}"})
    if stage == "returned":
        c("city_return", plus(step, 9), checker, reason="现场仍有遗留问题（模拟）")
        continue
    if rank < 4:
        continue
    c("city_accept", plus(step, 12), checker, {"target_met": True, "materials_complete": True, "site_checked": plus(step, 10)}, files={"acceptance": f"模拟验收意见 {word}"})
    if rank < 5:
        continue
    c("publicize", plus(step, 15), checker, {"publicity_from": plus(step, 15), "publicity_to": plus(step, 22)})
    if rank < 6:
        continue
    c("close", plus(step, 25), prov, {"objections": "公示期间无异议（模拟）"})
    if rank < 7:
        continue
    c("look_back", plus(step, 90), prov, {"look_back_on": plus(step, 90)})
    if stage == "held":
        c("holds", plus(step, 92), prov, {"look_back_result": "现场复核未见反弹（模拟）"})
    if stage == "reopened":
        c("reopen", plus(step, 92), prov, {"look_back_result": "问题反弹（模拟）", "due": plus(TODAY, 120), "next_report": plus(TODAY, 10)}, reason="现场复核发现反弹（模拟）")

supervisions = []
for i in range(1, 41):
    word, county, city, title, stage = tasks[(i * 7) % len(tasks)]
    q = i % 4 + 1
    day = between(D(2024, q * 3 - 2, 5), D(2024, q * 3, 25))
    rating = rnd.choices(["good", "part", "poor", "false"], [5, 4, 1, 0])[0] if i != 13 else "false"
    bad = rating != "good"
    supervisions.append({"title": f"模拟·{short(NAME[county])}{title}整改督导", "task": f"@{word}", "quarter": f"2024-Q{q}", "division": county,
                         "day": day, "team": f"模拟督导组{i % 5 + 1}", "way": "四不两直", "seen": "现场情况（模拟）", "rating": rating,
                         "problems": "治理设施运行不稳定（模拟）" if bad else "", "request": "限期完善并反馈（模拟）" if bad else "",
                         "reply_by": plus(day, 30) if bad else "", "reply": "已完成（模拟）" if bad and i % 3 else "",
                         "replied": plus(day, rnd.randint(12, 40)) if bad and i % 3 else ""})
put("rectification", "supervisions", supervisions)
checks = []
for i in range(1, 41):
    e = rnd.choice(ANY)
    day = some_day()
    done = day < D(2024, 10, 1) and rnd.random() < .8
    found = rnd.choices(["self", "other"], [7, 3])[0]
    treat = {"self": rnd.choice(["lenient", "normal"]), "other": rnd.choice(["normal", "strict"])}[found]
    checks.append({"problem": f"模拟·{e['name'][3:]}{rnd.choice(['台账记录不全', '危废标签缺失', '雨污管网混接', '活性炭未及时更换', '排口标志牌缺失'])}",
                   "found": found, "found_by": e["name"] if found == "self" else "模拟·检查组", "day": day, "division": e["division"],
                   "place": e["address"], "longitude": e["longitude"], "latitude": e["latitude"],
                   "field_of": rnd.choice(["air", "water", "waste", "soil"]), "enterprise": e["credit_code"], "measures": "立行立改，举一反三（模拟）",
                   "unit": e["name"], "due": plus(day, rnd.choice([15, 30, 60])), "done": plus(day, rnd.randint(3, 14)) if done else "",
                   "treat": treat, "treat_note": "" if treat == "normal" else "按“自查从宽、被查从严”处理（模拟）", "state": "done" if done else "open"})
put("rectification", "self_checks", checks)
for i in range(1, 21):
    e = ANY[(i * 11) % len(ANY)]
    city = NAME[city_of(e["division"])]
    day = D(2024, 5, 10) + dt.timedelta(days=i * 2)
    who, chk = f"转办经办{i % 6 + 1}", f"市级审核{e['division'][2:4]}"
    c = Case("rectification/transferred", f"transferred-{i}")
    c("take", day, f"督察联络{i % 2 + 1}", {"title": f"模拟·反映{e['name'][3:]}{rnd.choice(['异味扰民', '夜间偷排', '粉尘污染', '噪声扰民'])}", "item_no": f"模拟AH2024{i:04d}",
      "batch": (i - 1) // 4 + 1, "item_kind": "key" if i % 5 == 0 else "normal", "received": day, "due": plus(day, 10), "division": e["division"],
      "field_of": rnd.choice(["air", "water", "noise", "waste"]), "unit": f"{city}生态环境局", "enterprise": e["credit_code"], "place": e["address"]})
    c("start", plus(day, 1), chk)
    if i > 18:
        continue
    c("hand_in", plus(day, rnd.randint(5, 11)), who, {"checked": "现场核查情况（模拟）", "true": rnd.choice(["true", "part", "false"]), "handled": "责令整改并回访（模拟）",
      "penalised": rnd.randint(0, 1), "fine": "0.00", "accountable": 0, "phase": "后续工程治理（模拟）" if i % 6 == 0 else ""}, files={"report": f"模拟调查处理报告 {i}"})
    if i > 16:
        continue
    c("close_part" if i % 6 == 0 else "close", plus(day, 12), chk, {"published_on": plus(day, 12)})
    if i % 6:
        c("archive", plus(day, 20), who, {"satisfied": rnd.choice(["yes", "yes", "basic", "no"])})
for i in range(1, 13):
    county = rnd.choice(COUNTIES[CITIES[i % 16]["code"]])["code"]
    day = some_day(late=.25, back=20)
    c = Case("rectification/voice", f"voice-{i}")
    c("take", day, "民声专办1", {"title": f"模拟·{short(NAME[county])}居民反映{rnd.choice(['夜间施工噪声', '餐饮油烟', '河道异味'])}", "issue": f"模拟第{i}期", "received": day,
      "division": county, "field_of": rnd.choice(["air", "water", "noise"]), "content": "节目反映的情况（模拟）", "caller": f"模拟反映人{i:02d}"})
    c("pass_on", plus(day, 1), "民声专办1", {"unit": f"{NAME[county]}生态环境分局", "promised": plus(day, 7)})
    if i % 6 == 0:
        continue
    c("reply", plus(day, rnd.randint(3, 9)), f"民声经办{i % 4 + 1}", {"handled": "现场处置（模拟）", "reply": "已答复反映人（模拟）"})
    c("close", plus(day, 14), "民声专办2", {"satisfied": rnd.choice(["yes", "yes", "basic"])})
