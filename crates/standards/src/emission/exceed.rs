//! `emission.exceed`: whether a value exceeds its limit, by how much, and whether it may be judged at all.

use super::limit::{Bound, Limit, Oxygen, find};
use super::query::{BUILT, CASE, CLASS, ITEM, Query, SECTOR, SOURCE, STATISTIC};
use super::rules::{Cut, Verdict, measured};
use super::select::{all, options};
use crate::cell::{decimal, rounding_in};
use crate::reading::{Reading, within};
use crate::unit::label;
use crate::validity::mark::{Judged, condition, monitor};
use crate::word::unknown;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Certainty, Decimal, Explanation, Interval, Mode, NumberError, Ratio, Rounding};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "emission.exceed",
    title: ("排放超标判定", "Judgement against an emission limit"),
    args: &[
        SECTOR,
        ITEM,
        Arg::number(
            "value",
            "",
            (
                "浓度（与限值同单位、已折算；给出o2时为标干实测值），可写<0.01或ND",
                "concentration in the unit of the limit, converted; dry at standard state if o2 is given; <0.01 or ND",
            ),
        ),
        SOURCE,
        CLASS,
        CASE,
        BUILT,
        STATISTIC,
        Arg::number("o2", "%", ("实测干基氧含量", "measured dry oxygen")).optional(),
        Arg::number(
            "permit",
            "",
            (
                "许可排放浓度限值，优先于标准",
                "the permit's limit, comes before the standard",
            ),
        )
        .optional(),
        Arg::text(
            "origin",
            (
                "数据来源：auto自动（默认） manual手工",
                "origin: auto (default) or manual",
            ),
        )
        .optional(),
        Arg::text(
            "mark",
            (
                "监测标记：HJ 212字母N F M S D C T B，或校准 维护 故障 通讯中断 超量程 标样核查 其他",
                "monitor mark: an HJ 212 letter, or calibration maintenance fault communication over_range \
                 standard_check other",
            ),
        )
        .optional(),
        Arg::text(
            "condition",
            (
                "工况标记：正常运行normal 启炉start 停炉stop 故障fault 事故accident 烘炉preheat 停炉降温cooling 停运idle",
                "condition mark: normal start stop fault accident preheat cooling idle connect disconnect",
            ),
        )
        .optional(),
        Arg::number(
            "hours_used",
            "h",
            (
                "本年已累计的启停炉、故障、事故小时（含本小时）",
                "hours of start, stop, fault and accident so far this year, this one included",
            ),
        )
        .optional(),
    ],
    results: &[
        Column::text("exceeds"),
        Column::number("limit"),
        Column::number("c_judged"),
        Column::text("unit"),
        Column::text("role"),
        Column::text("by_rounded"),
        Column::text("standard"),
        Column::text("unrecorded"),
    ],
    keys: super::keys::EXCEED,
    eval: exceed,
}];

/// How the value was judged.
struct Judgement {
    exceeds: Option<bool>,
    judged: Option<Ratio>,
    multiple: Option<Ratio>,
    formula: Option<String>,
}

fn exceed(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let mut limit = find(c, &Query::read(args)?)?;
    let mut e = Explanation::new("超标倍数", "Exceedance multiple");
    if let Some(permit) = args.number("permit")? {
        if permit <= Decimal::ZERO {
            return Err(EvalError::argument("permit", "must be above zero"));
        }
        limit.bound = Bound::Most(permit);
        e = e.note("按许可证限值判定", "judged by the permit's limit");
    }
    let rule = c.law.at("emission.compare", c.date, "")?;
    if let Some(word) = args.get("statistic") {
        limit.statistic = word.to_string(); // what was measured; the standard's own is in the limit's node
    }
    let mut role = role(c, &limit, args.get("origin").unwrap_or("auto"), &mut e)?;
    if limit.clause.certainty == Certainty::Uncertain {
        role = "uncertain".to_string();
        e = e.note(
            "限值存疑，不单独作为超标依据",
            "the limit is in doubt: it raises no exceedance on its own",
        );
    }
    if let Some(word) = args.get("mark") {
        let m = monitor(c, word)?;
        e = e.clause(m.clause.clone());
        if !m.valid {
            role = "excluded".to_string();
            e = e.note(
                format!("标记“{}”为无效数据，不作为判定依据", m.text),
                format!("marked `{}`: invalid, not a basis for judging", m.text),
            );
        }
    }
    if let Some(word) = args.get("condition") {
        role = by_condition(c, &mut limit, word, args, role, &mut e)?;
    }
    let Some(value) = args.reading("value")? else {
        let e = e
            .input(limit.node())
            .note("没有数据，不能判定", "no data: nothing can be judged");
        return Ok(outcome(&limit, &Judgement::none(), "none", Cell::Missing, e));
    };
    let j = judge(c, &limit, value, args)?;
    let shown = by_rounded(&limit.bound, j.judged)?;
    if j.exceeds.is_some() && shown.is_some() && shown != j.exceeds {
        e = e.note(
            "全数值比较与修约值比较的结论不同，以全数值比较为准",
            "by the whole value and by the rounded value the verdicts differ; the whole value decides",
        );
    }
    let mut value_cell = Cell::Missing;
    if let Some(m) = j.multiple {
        let multiple = m.round(&rounding_in(rule, 0, "multiple_decimals")?)?;
        e = e.value(multiple);
        value_cell = multiple.into();
    }
    if let Some(f) = &j.formula {
        e = e.formula(f);
    }
    if let Some(o) = limit.oxygen.as_ref().filter(|_| args.get("o2").is_some()) {
        e = e.input(
            Explanation::new("基准氧含量", "Reference oxygen")
                .value(o.base)
                .unit("%")
                .clause(o.clause.clone()),
        );
    }
    e = e
        .clause(rule.clause_ref())
        .note(&rule.note.zh, &rule.note.en)
        .input(limit.node());
    let mut out = outcome(&limit, &j, &role, shown.into(), e);
    out.value = value_cell;
    Ok(out)
}

/// Which weight such data have.
pub(super) fn role(c: &Context<'_>, limit: &Limit, origin: &str, e: &mut Explanation) -> Result<String, EvalError> {
    if !matches!(origin, "auto" | "manual") {
        return Err(EvalError::argument(
            "origin",
            format!("`{origin}`: write auto or manual"),
        ));
    }
    let p = c.law.at("emission.judging", c.date, c.division)?;
    let rows = all(p);
    if !options(p, &rows, "statistic").contains(&limit.statistic) && !limit.statistic.is_empty() {
        return Err(unknown(p, &rows, "statistic", &limit.statistic, &["statistic"]));
    }
    let of = |scope: &str| {
        p.table
            .find(&[("scope", scope), ("statistic", &limit.statistic), ("origin", origin)])
    };
    let Some(row) = of(&limit.sector.name).or_else(|| of(&limit.sector.medium)) else {
        return Ok("unknown".to_string());
    };
    *e = std::mem::take(e)
        .clause(p.clause_ref_row(row))
        .note(&p.note.zh, &p.note.en);
    Ok(p.table.text(row, "role").to_string())
}

/// What the condition of production does to the judgement; it may put a cap in the limit's place.
fn by_condition(
    c: &Context<'_>,
    limit: &mut Limit,
    word: &str,
    args: &Args,
    role: String,
    e: &mut Explanation,
) -> Result<String, EvalError> {
    let m = condition(c, &limit.sector.name, word)?;
    let add =
        |e: &mut Explanation, zh: String, en: String| *e = std::mem::take(e).clause(m.clause.clone()).note(zh, en);
    Ok(match m.judged {
        Judged::Yes => role,
        Judged::No => {
            add(e, format!("{word}期间不判定"), format!("not judged during {word}"));
            "excluded".to_string()
        }
        Judged::Permit => {
            add(
                e,
                format!("{word}：豁免时段以许可证和行业规范为准"),
                format!("{word}: the exempt windows of the permit and the sector's specification decide"),
            );
            "permit".to_string()
        }
        Judged::Capped => {
            let p = c
                .law
                .at(&format!("emission.exempt.{}", limit.sector.name), c.date, c.division)?;
            let most = decimal(p, 0, "hours")?;
            let used = args.number("hours_used")?;
            *e = std::mem::take(e).clause(p.clause_ref()).note(&p.note.zh, &p.note.en);
            if used.is_some_and(|u| u > most) {
                add(
                    e,
                    format!("本年累计已超过{most}小时，照常判定"),
                    format!("more than {most} h this year already: judged as usual"),
                );
                role
            } else if let Some(cap) = cap(p, limit)? {
                limit.bound = Bound::Most(cap);
                limit.clause = p.clause_ref();
                add(
                    e,
                    format!("{word}期间颗粒物小时均值按{cap}控制"),
                    format!("during {word} particulates by the hour are held to {cap}"),
                );
                "judge".to_string()
            } else {
                add(
                    e,
                    format!("{word}期间且年累计不超过{most}小时，不判定"),
                    format!("not judged during {word} while within {most} h a year"),
                );
                "excluded".to_string()
            }
        }
    })
}

/// What hour values of particulates are held to while a sector's yearly hours of start, stop and fault last.
pub(super) fn cap(exempt: &Provision, limit: &Limit) -> Result<Option<Decimal>, EvalError> {
    let holds = limit.item == "颗粒物" && limit.statistic == "1h";
    holds.then(|| decimal(exempt, 0, "pm_cap")).transpose()
}

impl Judgement {
    const fn none() -> Self {
        Self {
            exceeds: None,
            judged: None,
            multiple: None,
            formula: None,
        }
    }
}

fn judge(c: &Context<'_>, limit: &Limit, value: Reading, args: &Args) -> Result<Judgement, EvalError> {
    let value = match value {
        Reading::Value(d) => d,
        Reading::Below(dl) => {
            // Not detected is within any limit that is not itself below what could have been seen.
            let most = match &limit.bound {
                Bound::Most(d) => Some(*d),
                _ => None,
            };
            let exceeds = match (dl, most) {
                (Some(dl), Some(most)) if dl > most => None,
                _ => Some(false),
            };
            let formula = Some(dl.map_or_else(|| "ND".to_string(), |d| format!("< {d}")));
            return Ok(Judgement {
                exceeds,
                formula,
                ..Judgement::none()
            });
        }
    };
    if let Some((low, high, clause)) = ph_range(c, limit)? {
        within("value", value, low, high, &clause)?;
    }
    if let Some(w) = in_words(&limit.bound) {
        return Ok(Judgement {
            formula: Some(format!("{value} ? {w}")),
            ..Judgement::none()
        });
    }
    let o2 = args.number("o2")?;
    let held = Held::of(limit, &limit.bound, value, o2)?;
    let judged = held.judged()?;
    let formula = match (judged, o2, &limit.oxygen) {
        (Some(x), Some(o2), Some(Oxygen { air, base, .. })) => {
            Some(format!("{value} × ({air} − {base}) ÷ ({air} − {o2}) = {}", x.shown(6)))
        }
        _ => None,
    };
    let exceeds = match held.verdict() {
        Verdict::Within => Some(false),
        Verdict::Exceeds => Some(true),
        Verdict::Undefined => None,
    };
    let multiple = judged.map(|x| held.cut.multiple(x)).transpose()?.flatten();
    Ok(Judgement {
        exceeds,
        judged,
        multiple,
        formula,
    })
}

/// The range a value of pH can have, with the clause; nothing for other items.
pub(super) fn ph_range(c: &Context<'_>, limit: &Limit) -> Result<Option<(Decimal, Decimal, String)>, EvalError> {
    if limit.item != "pH" {
        return Ok(None);
    }
    let rule = c.law.at("emission.compare", c.date, "")?;
    let (low, high) = (decimal(rule, 0, "ph_low")?, decimal(rule, 0, "ph_high")?);
    Ok(Some((low, high, format!("{} {}", rule.standard.number, rule.clause))))
}

/// The words of a limit that no number can be held against.
pub(super) fn in_words(bound: &Bound) -> Option<&str> {
    match bound {
        Bound::Words(w) if !w.contains("不得检出") => Some(w),
        _ => None,
    }
}

/// A number and its oxygen held against a limit, all as integers.
pub(super) struct Held {
    pub cut: Cut,
    pub value: i64,
    pub oxygen: Option<i64>,
}

impl Held {
    /// `bound` is that of the limit, or the permit's in its place.
    pub fn of(limit: &Limit, bound: &Bound, value: Decimal, o2: Option<Decimal>) -> Result<Self, EvalError> {
        let oxygen = limit.oxygen.as_ref();
        let (scale, oxygen_scale) = Self::scales(limit, bound, value.scale(), o2.map_or(0, |o| o.scale()));
        let cut = Cut::of(bound, oxygen, &limit.item, scale, oxygen_scale)
            .map_err(|_| EvalError::argument("value", format!("{value} is too large or has too many digits")))?;
        let value = measured("value", value, scale)?;
        let oxygen = match o2 {
            None => None,
            Some(_) if oxygen.is_none() => {
                let reason = format!(
                    "{} has no reference oxygen for such a source: leave it out, a value is not converted then",
                    limit.clause.standard
                );
                return Err(EvalError::argument("o2", reason));
            }
            Some(o2) if o2.is_negative() => return Err(EvalError::argument("o2", format!("{o2} is below 0 %"))),
            Some(o2) => Some(measured("o2", o2, oxygen_scale)?),
        };
        Ok(Self { cut, value, oxygen })
    }

    /// The decimals at which a limit and a value, and both kinds of oxygen, are integers.
    pub fn scales(limit: &Limit, bound: &Bound, scale: u32, oxygen_scale: u32) -> (u32, u32) {
        let limit_scale = match bound {
            Bound::Most(d) => d.scale(),
            Bound::Between(a, b) => a.scale().max(b.scale()),
            Bound::Words(_) => 0,
        };
        let base_scale = limit.oxygen.as_ref().map_or(0, |o| o.base.scale().max(o.air.scale()));
        (limit_scale.max(scale), base_scale.max(oxygen_scale))
    }

    /// By a limit compiled before; none where a number does not fit it.
    pub fn by(cut: Cut, value: Decimal, o2: Option<Decimal>) -> Option<Self> {
        let value = measured("value", value, cut.scale).ok()?;
        let oxygen = match o2 {
            None => None,
            Some(o2) if cut.oxygen.is_none() || o2.is_negative() => return None,
            Some(o2) => Some(measured("o2", o2, cut.oxygen_scale).ok()?),
        };
        Some(Self { cut, value, oxygen })
    }

    pub fn verdict(&self) -> Verdict {
        match self.oxygen {
            None => self.cut.judge(self.value),
            Some(o) => self.cut.judge_at(self.value, o),
        }
    }

    /// The value that is judged: at reference oxygen, where one was measured.
    pub fn judged(&self) -> Result<Option<Ratio>, NumberError> {
        match self.oxygen {
            None => self.cut.own(self.value).map(Some),
            Some(o) => self.cut.converted(self.value, o),
        }
    }
}

/// The verdict by the rounded value, to be shown beside that by the whole one.
pub(super) fn by_rounded(bound: &Bound, judged: Option<Ratio>) -> Result<Option<bool>, EvalError> {
    let (Some(judged), Bound::Most(most)) = (judged, bound) else {
        return Ok(None);
    };
    let decimals = i32::try_from(most.scale()).unwrap_or(0); // at most 38
    let rounded = judged.round(&Rounding {
        mode: Mode::HalfEven,
        interval: Interval::Decimals(decimals),
    })?;
    Ok(Some(rounded > *most))
}

fn outcome(limit: &Limit, j: &Judgement, role: &str, rounded: Cell, e: Explanation) -> Outcome {
    let most = match &limit.bound {
        Bound::Most(d) | Bound::Between(_, d) => Some(*d),
        Bound::Words(_) => None,
    };
    let judged = j
        .judged
        .and_then(|r| r.round(&super::select::SHOWN).ok())
        .map(Decimal::normalized);
    let e = match judged {
        Some(d) => e.input(
            Explanation::new("判定浓度", "Value judged")
                .value(d)
                .unit(label(&limit.unit)),
        ),
        None if role != "none" && j.exceeds.is_none() => e.note(
            "不能判定：检出限高于限值、氧含量无法折算或限值为文字",
            "cannot be judged: detection limit above the limit, no conversion at this oxygen, or a limit in words",
        ),
        None => e,
    };
    let columns = vec![
        ("exceeds", j.exceeds.into()),
        ("limit", most.into()),
        ("c_judged", judged.into()),
        ("unit", limit.unit.as_str().into()),
        ("role", role.into()),
        ("by_rounded", rounded),
        ("standard", limit.clause.standard.as_str().into()),
        ("unrecorded", limit.unrecorded.as_str().into()),
    ];
    Outcome {
        value: Cell::Missing,
        columns,
        explanation: e,
    }
}
