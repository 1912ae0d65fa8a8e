"""Third parties, lists, points, reviews, appeals, repairs, uses of grades: simulated."""
from base import *
from enterprise import *

agencies = []
for i in range(1, 21):
    city = CITIES[(i * 3) % 16]
    county = rnd.choice(COUNTIES[city["code"]])["code"]
    kind = ["eia", "monitoring", "monitoring", "operation", "audit"][i % 5]
    agencies.append({"credit_code": credit_code(county, 5000 + i), "name": f"模拟·{short(city['zh'])}某{dict(eia='环评', monitoring='检测', operation='运维', audit='清洁生产')[kind]}机构 {i:02d}",
                     "kind": [kind], "division": county, "address": f"{city['zh']}模拟路{i}号", "legal_person": f"模拟丙{i:02d}",
                     "cma": f"模拟CMA{i:06d}" if kind == "monitoring" else "", "cma_to": D(2027, 6, 30) if kind == "monitoring" else "", "staff": rnd.randint(8, 60),
                     "file_opened": D(2023, 12, 1) if kind == "eia" else "", "filed": D(2024, 2, 1), "state": "active", "note": "模拟数据，不指任何真实机构"})
put("credit", "agencies", agencies)
EIA = [a for a in agencies if a["kind"] == ["eia"]]
put("credit", "lists", [
    {"title": f"{EIA[0]['name']} 重点监督检查", "agency": EIA[0]["credit_code"], "list": "watch", "division": EIA[0]["division"], "from": D(2024, 3, 2), "to": D(2026, 3, 1), "why": "累计达到警示分（模拟）", "document": "模拟公告1号"},
    {"title": f"{EIA[0]['name']} 限期整改", "agency": EIA[0]["credit_code"], "list": "rectify", "division": EIA[0]["division"], "from": D(2024, 11, 20), "to": D(2025, 5, 20), "why": "累计达到限制分（模拟）", "document": "模拟公告2号"},
    {"title": f"{EIA[1]['name']} 守信", "agency": EIA[1]["credit_code"], "list": "good", "division": EIA[1]["division"], "from": D(2024, 1, 10), "to": D(2025, 12, 31), "why": "连续两个记分周期未记分（模拟）", "document": "模拟公告3号"}])
put("credit", "uses", [
    {"title": f"模拟·{use_zh} {i:02d}", "use": use, "enterprise": e["credit_code"], "division": e["division"], "period": "2023", "grade": rnd.choice(["环保诚信", "环保良好", "环保警示"]),
     "day": between(D(2024, 3, 1), D(2024, 11, 30)), "user": rnd.choice(["模拟·执法支队", "模拟·金融部门", "模拟·财政部门"]), "effect": "应用结果（模拟）"}
    for i, e in enumerate(rnd.sample(KEY, 12), 1) for use, use_zh in [rnd.choice([("inspection", "调整检查频次"), ("finance", "环保担资格"), ("subsidy", "专项资金"), ("share", "推送信用平台")])]])
events = {}
for i, (k, day, points) in enumerate([(0, D(2024, 1, 10), 5), (0, D(2024, 3, 2), 5), (0, D(2024, 11, 20), 10), (1, D(2024, 6, 3), 2), (2, D(2024, 8, 12), 5), (3, D(2024, 9, 9), 3)], 1):
    a = EIA[k % len(EIA)]
    county = a["division"]
    said = events.setdefault(a["credit_code"], [])
    c = Case("credit/eia_points", f"points-{i}")
    c("find", plus(day, -30), "环评监管1", {"title": f"{a['name']}失信行为记分", "agency": a["credit_code"], "project": f"模拟建设项目{i}", "document": "report" if i % 2 else "form",
      "division": county, "act": "32-9", "facts": "复核发现质量问题（模拟）", "faults": [f"26-{i}"], "opened": a["file_opened"]})
    c("tell", plus(day, -20), "环评监管1", files={"notice": f"模拟记分告知书 {i}"})
    if i == 6:
        continue
    c("hear", plus(day, -12), "法制审核1", {"defence": "陈述申辩情况（模拟）"})
    said.append(f"{day}={points}")
    c("decide", day, "环评负责人", {"points": points, "document_no": f"模拟记分〔2024〕{i}号", "opened": a["file_opened"], "events": " ".join(said)})
    if i != 5:
        c("upload", plus(day, 4), "环评监管2")
for i in range(1, 17):
    a, e = EIA[i % len(EIA)], rnd.choice(KEY)
    q = (i - 1) // 4 + 1
    day = between(D(2024, q * 3 - 2, 8), D(2024, q * 3 - 2, 28))
    c = Case("credit/review", f"review-{i}")
    c("draw", day, "环评监管1", {"title": f"模拟·{e['name'][3:]}技改项目环境影响报告{'书' if i % 2 else '表'}", "quarter": f"2024-Q{q}", "document": "report" if i % 2 else "form",
      "division": e["division"], "approved": plus(day, -40), "agency": a["credit_code"], "due": plus(day, 60), "enterprise": e["credit_code"], "approval_no": f"模拟环建〔2024〕{i}号"})
    if i == 16:
        continue
    faulty = i % 4 == 0
    c("review", plus(day, 30), f"复核专家{i % 3 + 1}", {"opinion": "复核意见（模拟）", "faults": [f"26-{i % 10 + 1}"] if faulty else None, "similar": f"{rnd.randint(5, 40)}.0"})
    c("finish", plus(day, 50), "环评负责人", {"verdict": "26" if faulty else rnd.choice(["ok", "minor"])})
for i, e in enumerate(rnd.sample(KEY, 4), 1):
    day = D(2024, 6, 3 + i)
    c = Case("credit/appeal", f"appeal-{i}")
    c("make", day, f"企业用户{i}", {"title": f"{e['name']}对初评等级的异议", "enterprise": e["credit_code"], "period": "2023", "division": e["division"], "grade": "环保警示", "items": "行政处罚与行政命令",
      "grounds": "处罚已撤销（模拟）", "by": plus(day, 15)})
    c("check", plus(day, 6), "信用经办1", {"checked": "核查情况（模拟）"})
    if i < 4:
        c("correct" if i == 1 else "keep", plus(day, 12), "信用负责人", {"result": "答复（模拟）"} | ({"new_grade": "环保良好"} if i == 1 else {}))
for i, e in enumerate(rnd.sample(KEY, 5), 1):
    day = D(2024, 7, 1)
    c = Case("credit/repair", f"repair-{i}")
    c("tell", day, "信用经办1", {"title": f"{e['name']}信用修复", "enterprise": e["credit_code"], "period": "2023", "division": e["division"], "published_on": day, "grade": "环保不良"})
    if i == 5:
        continue
    c("apply", plus(day, 20 + i), f"企业用户{i}", {"corrected": "整改完成（模拟）", "applied_on": plus(day, 20 + i)})
    c("check", plus(day, 40 + i), "信用核查1", {"seen": "现场核查情况（模拟）"})
    if i < 4:
        c("repair", plus(day, 45 + i), "信用负责人", {"new_grade": "环保警示"})
