//! DRASTIC: the rating of a factor, and the index of seven ratings.

use crate::band::{band, bounds};
use crate::cell::decimal;
use crate::node::Noted;
use crate::reading::within;
use crate::unit::in_unit;
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "groundwater.drastic",
        title: ("DRASTIC脆弱性指数", "DRASTIC index of vulnerability"),
        args: &[
            Arg::number(
                "d",
                "1",
                ("地下水埋深的评分1至10", "rating of the depth to water, 1 to 10"),
            ),
            Arg::number("r", "1", ("净补给量的评分1至10", "rating of the recharge, 1 to 10")),
            Arg::number("a", "1", ("含水层介质的评分1至10", "rating of the aquifer, 1 to 10")),
            Arg::number("s", "1", ("土壤介质的评分1至10", "rating of the soil, 1 to 10")),
            Arg::number("t", "1", ("地形坡度的评分1至10", "rating of the slope, 1 to 10")),
            Arg::number("i", "1", ("包气带的评分1至10", "rating of the vadose zone, 1 to 10")),
            Arg::number("c", "1", ("渗透系数的评分1至10", "rating of the conductivity, 1 to 10")),
            Arg::text(
                "version",
                ("generic通用（默认）或pesticide农药版", "generic (default) or pesticide"),
            )
            .optional(),
        ],
        results: &[],
        keys: &["groundwater.drastic.weights", "groundwater.drastic.range"],
        eval: index,
    },
    Function {
        name: "groundwater.drastic_rating",
        title: ("DRASTIC因子评分", "DRASTIC rating of a factor"),
        args: &[
            Arg::text("factor", ("因子：d r a s t i c", "factor: d r a s t i c")),
            Arg::text(
                "value",
                (
                    "数值（d r t c）或介质名（a s i），如 砂砾石",
                    "a number (d r t c) or a medium (a s i) such as sand and gravel",
                ),
            ),
            Arg::text(
                "unit",
                (
                    "数值的单位，默认d英尺ft、r英寸每年in/a、t%、c gal/d/ft2；可写m、mm/a、m/d",
                    "unit of the number; default ft, in/a, %, gal/d/ft2; m, mm/a and m/d are converted",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("band"), Column::number("low"), Column::number("high")],
        keys: &["groundwater.drastic.bands", "groundwater.drastic.media"],
        eval: rating,
    },
];

const FACTORS: [&str; 7] = ["d", "r", "a", "s", "t", "i", "c"];

fn index(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("groundwater.drastic.weights", c.date, c.division)?;
    let range = c.law.at("groundwater.drastic.range", c.date, c.division)?;
    let version = args.get("version").unwrap_or("generic");
    if !["generic", "pesticide"].contains(&version) {
        return Err(EvalError::argument(
            "version",
            format!("`{version}`: write generic or pesticide"),
        ));
    }
    let (mut sum, mut terms) = (Decimal::ZERO, Vec::new());
    let mut e = Explanation::new("DRASTIC指数", "DRASTIC index").clause(p.clause_ref());
    for factor in FACTORS {
        let r = crate::cell::row(p, &[("factor", factor)])?;
        let (weight, rating) = (decimal(p, r, version)?, args.required_number(factor)?);
        within(
            factor,
            rating,
            decimal(range, 0, "low")?,
            decimal(range, 0, "high")?,
            &range.clause,
        )?;
        let term = weight.mul(rating)?;
        sum = sum.add(term)?;
        terms.push(format!("{weight}×{rating}"));
        e = e.input(
            Explanation::new(p.table.text(r, "name_zh"), p.table.text(r, "name_en"))
                .value(term)
                .formula(format!("{weight} × {rating}"))
                .clause(p.clause_ref_row(r)),
        );
    }
    Ok(Outcome {
        value: sum.into(),
        columns: Vec::new(),
        explanation: e.value(sum).formula(format!("{} = {sum}", terms.join(" + "))).noted(p),
    })
}

fn rating(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let bands = c.law.at("groundwater.drastic.bands", c.date, c.division)?;
    let media = c.law.at("groundwater.drastic.media", c.date, c.division)?;
    let factor = args.text("factor")?.to_ascii_lowercase();
    if let Some(first) = bands.table.find(&[("factor", &factor)]) {
        let given = args.required_number("value")?;
        let unit = bands.unit(first, "ge");
        let value = in_unit(given, args.get("unit"), unit)?;
        let Some(r) = band(bands, value, &[("factor", &factor)])? else {
            let reason = format!(
                "{} {unit} is outside the bands of `{factor}` / 超出评分表",
                value.shown(6)
            );
            return Err(EvalError::argument("value", reason));
        };
        let rating = decimal(bands, r, "rating")?;
        let e = Explanation::new("评分", "Rating")
            .value(rating)
            .formula(format!("x = {} {unit}: {}", value.shown(4), bounds(bands, r)))
            .clause(bands.clause_ref_row(r));
        return Ok(Outcome {
            value: rating.into(),
            columns: vec![
                ("band", bands.table.text(r, "band").into()),
                ("low", rating.into()),
                ("high", rating.into()),
            ],
            explanation: e.noted(bands),
        });
    }
    if media.table.find(&[("factor", &factor)]).is_none() {
        return Err(EvalError::argument(
            "factor",
            format!("`{factor}`: write one of {}", FACTORS.join(" ")),
        ));
    }
    let word = args.text("value")?;
    let r = named_of(media, &factor, word)?;
    let rating = decimal(media, r, "rating")?;
    let e = Explanation::new("评分（典型值）", "Rating (typical)")
        .value(rating)
        .clause(media.clause_ref_row(r));
    Ok(Outcome {
        value: rating.into(),
        columns: vec![
            ("band", media.table.text(r, "medium").into()),
            ("low", decimal(media, r, "low")?.into()),
            ("high", decimal(media, r, "high")?.into()),
        ],
        explanation: e.noted(media),
    })
}

/// Media of different factors share names: only the rows of the factor count.
fn named_of(p: &law::Provision, factor: &str, word: &str) -> Result<usize, EvalError> {
    let mut of = p.clone();
    let rows: Vec<usize> = (0..p.table.rows.len())
        .filter(|r| p.table.text(*r, "factor") == factor)
        .collect();
    of.table.rows = rows.iter().filter_map(|r| p.table.rows.get(*r).cloned()).collect();
    let at = named(&of, "value", word, &["medium", "name_zh"])?;
    Ok(rows.get(at).copied().unwrap_or(at))
}
