//! `validity.hour`, `validity.minutes`: which hours remain valid when marks take minutes out of them.

use super::rules::{Gas, Rules};
use crate::emission::total::medium;
use crate::list::parts;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "validity.hour",
        title: ("小时数据是否有效", "Whether an hour is valid"),
        args: &[
            crate::emission::total::MEDIUM,
            Arg::number("minutes", "min", ("有效分钟数（废气）", "valid minutes (gas)")).optional(),
            Arg::text(
                "flags",
                (
                    "时段内各数据的HJ 212标记，空格分隔，如 N N D N",
                    "the HJ 212 marks of the values in the period, parted by spaces, such as N N D N",
                ),
            )
            .optional(),
            Arg::number(
                "flow",
                "",
                ("流量（废水），为零则无效", "flow (water); zero makes it invalid"),
            )
            .optional(),
        ],
        results: &[Column::number("least"), Column::number("share"), Column::text("mark")],
        keys: &[
            "validity.gas.mean",
            "validity.water.invalid",
            "online.period_mark",
            "online.marks.data",
        ],
        eval: hour,
    },
    Function {
        name: "validity.minutes",
        title: ("标记后各小时的有效分钟", "Valid minutes of each hour after marks"),
        args: &[Arg::text(
            "marks",
            (
                "一天内无效时段（起止分钟都计入），空格分隔，如 14:43-16:30 20:00-20:10",
                "invalid stretches of a day, both end minutes included, parted by spaces, such as 14:43-16:30",
            ),
        )],
        results: &[
            Column::text("hours"),
            Column::text("left"),
            Column::number("minutes"),
            Column::number("valid_hours"),
            Column::text("day_valid"),
        ],
        keys: &["validity.gas.mean"],
        eval: minutes,
    },
];

/// The minutes of a day that marks have made invalid, one bit each. Overlapping marks count once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Minutes([u64; 24]);

impl Minutes {
    /// Takes out the minutes from `from` to `to`, both included, counted from midnight (0 to 1439); what
    /// lies outside the day is not counted.
    pub fn mark(&mut self, from: u32, to: u32) {
        for m in from..=to.min(1439) {
            if let Some(hour) = self.0.get_mut((m / 60) as usize) {
                *hour |= 1 << (m % 60);
            }
        }
    }

    /// Valid minutes left in an hour (0 to 23).
    pub fn left(&self, hour: usize) -> u32 {
        self.0.get(hour).map_or(0, |bits| 60 - bits.count_ones())
    }

    /// Minutes marked in the whole day.
    pub fn marked(&self) -> u32 {
        self.0.iter().map(|bits| bits.count_ones()).sum()
    }
}

fn hour(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let medium = medium(args.text("medium")?)?;
    let rules = Rules::at(c.law, c.date, c.division);
    let mut e = Explanation::new("小时有效性", "Validity of the hour");
    let (mut valid, mut asked) = (true, false);
    let (mut least, mut share, mut mark) = (Cell::Missing, Cell::Missing, Cell::Missing);
    if let Some(m) = args.number("minutes")? {
        let (gas, whole) = whole_minutes(medium, &rules, m)?;
        let p = c.law.at("validity.gas.mean", c.date, c.division)?;
        let ok = gas.hour(whole);
        (valid, asked) = (valid && ok, true);
        least = i64::from(gas.hour_minutes).into();
        let sign = if ok { "≥" } else { "<" };
        e = e.clause(p.clause_ref()).note(&p.note.zh, &p.note.en).input(
            Explanation::new("有效分钟", "Valid minutes")
                .value(whole)
                .unit("min")
                .formula(format!("{whole} {sign} {}", gas.hour_minutes))
                .clause(p.clause_ref()),
        );
    }
    if let Some(flags) = args.get("flags") {
        let (ok, normal, n) = flagged(medium, &rules, flags)?;
        let p = c.law.at("online.period_mark", c.date, c.division)?;
        (valid, asked) = (valid && ok, true);
        mark = if ok { "N" } else { "D" }.into();
        share = figure::Ratio::new(i128::from(normal) * 100, i128::from(n.max(1)))?
            .round(&crate::emission::select::SHOWN)?
            .normalized()
            .into();
        e = e.clause(p.clause_ref()).note(&p.note.zh, &p.note.en);
    }
    if let Some(flow) = args.number("flow")? {
        let p = c.law.at("validity.water.invalid", c.date, c.division)?;
        asked = true;
        if stands_still(medium, flow) {
            valid = false;
            e = e.note(
                "流量为零，数据无效，不替代",
                "flow is zero: invalid, and not substituted",
            );
        }
        e = e.clause(p.clause_ref());
    }
    if !asked {
        return Err(nothing_asked());
    }
    let value = word(valid);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("least", least), ("share", share), ("mark", mark)],
        explanation: e.value(value),
    })
}

/// The rules of flue gas, and the minutes as a whole number.
pub(super) fn whole_minutes(medium: &str, rules: &Rules, m: Decimal) -> Result<(Gas, u32), EvalError> {
    let gas = match medium {
        "gas" => rules.gas.clone()?,
        _ => {
            return Err(EvalError::argument(
                "minutes",
                "valid minutes count for gas only; give `flags`",
            ));
        }
    };
    let whole = m.at_scale(0).and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= 60);
    let whole = whole.ok_or_else(|| EvalError::argument("minutes", format!("{m}: write 0 to 60 whole minutes")))?;
    Ok((gas, whole))
}

/// Whether marks make a normal period, how many of them are normal, and how many there are.
pub(super) fn flagged(medium: &str, rules: &Rules, flags: &str) -> Result<(bool, u32, u32), EvalError> {
    let (mut normal, mut n) = (0u32, 0u32);
    for f in parts(flags) {
        let byte = match f.as_bytes() {
            [b] => *b,
            _ => return Err(EvalError::argument("flags", format!("`{f}` is not one HJ 212 letter"))),
        };
        normal += u32::from(rules.normal(byte)?);
        n = n.saturating_add(1);
    }
    let ok = match medium {
        "gas" => rules.gas.clone()?.period(normal, n),
        _ => rules.water.clone()?.period(normal, n),
    };
    Ok((ok, normal, n))
}

/// Whether no water flows.
pub(super) fn stands_still(medium: &str, flow: Decimal) -> bool {
    flow.is_zero() && medium == "water"
}

pub(super) fn nothing_asked() -> EvalError {
    EvalError::argument("minutes", "give minutes, flags or flow: without data nothing is valid")
}

/// `valid`, `invalid`.
pub(super) const fn word(valid: bool) -> &'static str {
    if valid { "valid" } else { "invalid" }
}

/// `14:43` as minutes from midnight; `24:00` is the end of the day.
fn minute_of(text: &str) -> Option<u32> {
    let (h, m) = text.split_once(':')?;
    let (h, m): (u32, u32) = (h.parse().ok()?, m.parse().ok()?);
    (h < 24 && m < 60 || h == 24 && m == 0).then_some(h * 60 + m)
}

fn minutes(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let gas = Rules::at(c.law, c.date, c.division).gas?;
    let p = c.law.at("validity.gas.mean", c.date, c.division)?;
    let mut day = Minutes::default();
    for stretch in parts(args.text("marks")?) {
        let ends = stretch.split_once(['-', '–', '~', '～']);
        let ends = ends
            .and_then(|(a, b)| minute_of(a).zip(minute_of(b)))
            .filter(|(a, b)| a <= b);
        let Some((from, to)) = ends else {
            return Err(EvalError::argument(
                "marks",
                format!("`{stretch}`: write HH:MM-HH:MM within one day"),
            ));
        };
        day.mark(from, to);
    }
    let lost: Vec<usize> = (0..24).filter(|h| !gas.hour(day.left(*h))).collect();
    let join = |items: Vec<String>| items.join(" ");
    let hours = join(lost.iter().map(usize::to_string).collect());
    let left = join(lost.iter().map(|h| day.left(*h).to_string()).collect());
    let valid_hours = 24 - lost.len() as i64;
    let day_valid = gas.day(u32::try_from(valid_hours).unwrap_or(0));
    let e = Explanation::new("无效小时数", "Hours made invalid")
        .value(lost.len())
        .unit("h")
        .formula(format!("{hours} ({left} min < {})", gas.hour_minutes))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    let columns = vec![
        ("hours", hours.into()),
        ("left", left.into()),
        ("minutes", i64::from(day.marked()).into()),
        ("valid_hours", valid_hours.into()),
        ("day_valid", day_valid.into()),
    ];
    Ok(Outcome {
        value: (lost.len() as i64).into(),
        columns,
        explanation: e,
    })
}
