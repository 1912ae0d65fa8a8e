//! Structure-borne noise of fixed equipment indoors (GB 12348 and GB 22337, tables 2 and 3).

use super::area::{PERIOD, period};
use super::emission::{SOURCE, excess, key};
use super::level::{many, one};
use crate::cell::{at, decimal, row};
use crate::node::{Noted, nothing, taken};
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::Explanation;

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "noise.room",
    title: (
        "结构传播室内噪声达标判定",
        "Whether structure-borne noise indoors meets its limits",
    ),
    args: &[
        SOURCE,
        Arg::text("class", ("功能区类别：0 1 2 3 4", "functional area: 0 1 2 3 4")),
        PERIOD,
        Arg::text(
            "room",
            (
                "房间类型：A以睡眠为主、B主要在昼间使用",
                "room: A for sleep, B used by day",
            ),
        ),
        Arg::number("level", "dB(A)", ("室内等效声级", "equivalent level indoors")),
        Arg::text(
            "bands",
            (
                "倍频带声压级dB，依次31.5 63 125 250 500 Hz，空格分隔",
                "octave-band levels in dB at 31.5 63 125 250 500 Hz, parted by spaces",
            ),
        )
        .optional(),
        Arg::number(
            "lmax",
            "dB(A)",
            ("室内最大声级（非稳态）", "maximum indoors of non-steady noise"),
        )
        .optional(),
    ],
    results: &[
        Column::number("limit"),
        Column::text("exceeding"),
        Column::number("max_limit"),
        Column::text("max_ok"),
    ],
    keys: &[
        "noise.source",
        "noise.period",
        "noise.range",
        "noise.limit.industry.room",
        "noise.limit.industry.octave",
        "noise.limit.industry.room_max",
        "noise.limit.social.room",
        "noise.limit.social.octave",
        "noise.limit.social.room_max",
    ],
    eval: room,
}];

/// The columns of the table of octave bands, in order.
const BANDS: [&str; 5] = ["31.5", "63", "125", "250", "500"];

fn room(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (key, period) = (key(c, args)?, period(c, args)?);
    if c.law.versions(&format!("{key}.room")).is_empty() {
        let reason =
            "structure-borne noise is judged for industry and social sources only / 施工噪声没有室内结构传播限值";
        return Err(EvalError::argument("source", reason));
    }
    let p = at(c, &format!("{key}.room"))?;
    let class = p
        .table
        .text(named(p, "class", args.text("class")?, &["class", "class_zh"])?, "class");
    let name = p
        .table
        .text(named(p, "room", args.text("room")?, &["room", "room_zh"])?, "room");
    let r = row(p, &[("class", class), ("room", name)])?;
    let limit = decimal(p, r, period)?;
    let mut e = Explanation::new("结构传播室内噪声判定", "Judgement of structure-borne noise").input(taken(
        ("等效声级限值", "Limit of the equivalent level"),
        p,
        r,
        period,
    ));
    let mut columns: Vec<(&'static str, Cell)> = vec![("limit", limit.into())];
    let Some(level) = one(c, args, "level")? else {
        return Ok(nothing(
            e,
            columns,
            "没有声级，不作判定",
            "there is no level: nothing is judged",
        ));
    };
    let (mut over, mut complete) = (Vec::new(), false);
    if level > limit {
        over.push("leq".to_string());
    }
    if args.get("bands").is_some() {
        let octave = at(c, &format!("{key}.octave"))?;
        let r = row(octave, &[("class", class), ("period", period), ("room", name)])?;
        let bands = many(c, args, "bands")?;
        if bands.len() != BANDS.len() {
            let reason = format!(
                "{} values: five are needed, - for a missing band / 需5个，缺测写-",
                bands.len()
            );
            return Err(EvalError::argument("bands", reason));
        }
        complete = bands.iter().all(Option::is_some);
        for (level, band) in bands.iter().zip(BANDS) {
            let limit = decimal(octave, r, band)?;
            e = e.input(taken(
                (&format!("{band} Hz限值"), &format!("Limit at {band} Hz")),
                octave,
                r,
                band,
            ));
            match level {
                Some(l) if *l > limit => over.push(band.to_string()),
                Some(_) => {}
                None => {}
            }
        }
    }
    if let Some(lmax) = one(c, args, "lmax")? {
        match excess(at(c, &format!("{key}.room_max"))?)? {
            None => e = e.noted(at(c, &format!("{key}.room_max"))?),
            Some((more, from)) => {
                let most = limit.add(more)?;
                if lmax > most {
                    over.push("lmax".to_string());
                }
                columns.push(("max_limit", most.into()));
                columns.push(("max_ok", (lmax <= most).into()));
                e = e.input(from);
            }
        }
    }
    columns.push(("exceeding", over.join(" ").into()));
    // Both the equivalent level and every band must hold: with a band missing nothing can be said to be met.
    let met = (complete || !over.is_empty()).then_some(over.is_empty());
    e = match met {
        Some(m) => e.value(if m { "yes" } else { "no" }),
        None => e.note(
            "倍频带数据不全：未见超标，但不能判定达标",
            "octave bands are missing: nothing exceeds, but it cannot be said that the limits are met",
        ),
    };
    Ok(Outcome {
        value: met.into(),
        columns,
        explanation: e.noted(p),
    })
}
