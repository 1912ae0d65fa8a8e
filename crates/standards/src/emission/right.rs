//! Discharge rights: what a standard gives, what a project needs, what a deal costs, how an auction clears.

use super::select::{all, means};
use super::total::{MEDIUM, medium};
use crate::cell::{decimal, rounding, rounding_in};
use crate::word::{named, unknown};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "emission.right",
        title: ("按标准核定的排污权", "Discharge right by the standard"),
        args: &[
            MEDIUM,
            Arg::number("c", "", ("标准浓度（mg/L或mg/m3）", "limit in mg/L or mg/m3")),
            Arg::number("q", "m3/a", ("年排水量或标态烟气量", "water or gas a year")),
        ],
        results: &[],
        keys: &["emission.right"],
        eval: right,
    },
    Function {
        name: "emission.replacement",
        title: ("新增排放的替代量", "Rights a new project must obtain"),
        args: &[
            MEDIUM,
            Arg::number("amount", "t", ("环评核定量", "amount approved")),
            Arg::text(
                "area",
                (
                    "equal等量（默认），或missed（上年度细颗粒物未达标地区、水质未达标流域）",
                    "equal (one for one, default), or missed for an area or basin that missed its target",
                ),
            )
            .optional(),
            Arg::number("multiple", "1", ("地方规定的倍数", "multiple of a local rule")).optional(),
        ],
        results: &[
            Column::number("hold"),
            Column::number("cancel"),
            Column::number("multiple"),
        ],
        keys: &["emission.replacement", "emission.trade.money"],
        eval: replacement,
    },
    Function {
        name: "emission.right_price",
        title: ("排污权成交额", "Price of a deal"),
        args: &[
            Arg::number("price", "yuan", ("单价", "unit price")),
            Arg::number("amount", "t", ("数量", "amount")),
            Arg::number("years", "a", ("年限，可为小数", "years, may be a fraction")).optional(),
            Arg::text(
                "basis",
                (
                    "单价口径：t.a按吨年 t按吨",
                    "basis of the price: t.a per t and year, t per t",
                ),
            ),
        ],
        results: &[],
        keys: &["emission.trade.money"],
        eval: price,
    },
    Function {
        name: "emission.auction",
        title: ("统一价拍卖出清", "Clearing of a uniform-price auction"),
        args: &[
            Arg::number("lot", "t", ("标的数量", "amount on sale")),
            Arg::text(
                "bids",
                (
                    "报价：名称=数量@单价，空格分隔，如 A=10@3200",
                    "bids: name=amount@price parted by spaces, such as A=10@3200",
                ),
            ),
        ],
        results: &[Column::text("allocation"), Column::number("sold")],
        keys: &["emission.trade.money"],
        eval: auction,
    },
];

fn not_negative(args: &Args, name: &str) -> Result<Decimal, EvalError> {
    let d = args.required_number(name)?;
    if d.is_negative() {
        return Err(EvalError::argument(name, format!("{d} is negative")));
    }
    Ok(d)
}

fn right(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("emission.right", c.date, c.division)?;
    let name = if medium(args.text("medium")?)? == "gas" {
        "air"
    } else {
        "water"
    };
    let r = named(p, "medium", name, &["medium"])?;
    let (conc, q, factor) = (
        not_negative(args, "c")?,
        not_negative(args, "q")?,
        decimal(p, r, "factor")?,
    );
    let value = Ratio::from(conc)
        .mul(q.into())?
        .mul(factor.into())?
        .round(&rounding(p, r)?)?;
    let e = Explanation::new("核定量", "Right")
        .value(value)
        .unit("t")
        .formula(format!("{conc} × {q} × {factor} = {value}"))
        .clause(p.clause_ref_row(r))
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: Vec::new(),
        explanation: e,
    })
}

fn replacement(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, money) = (
        c.law.at("emission.replacement", c.date, c.division)?,
        c.law.at("emission.trade.money", c.date, c.division)?,
    );
    let name = if medium(args.text("medium")?)? == "gas" {
        "air"
    } else {
        "water"
    };
    let amount = not_negative(args, "amount")?;
    let (multiple, clause) = match args.number("multiple")? {
        Some(k) if k >= Decimal::from_int(1) => (k, p.clause_ref()),
        Some(k) => return Err(EvalError::argument("multiple", format!("{k} is below 1"))),
        None => {
            let area = args.get("area").unwrap_or("equal");
            let rows: Vec<usize> = all(p)
                .into_iter()
                .filter(|r| p.table.text(*r, "medium") == name)
                .collect();
            let r = rows.iter().copied().find(|r| means(p.table.text(*r, "area"), area));
            let r = r.ok_or_else(|| unknown(p, &rows, "area", area, &["area"]))?;
            (decimal(p, r, "multiple")?, p.clause_ref_row(r))
        }
    };
    let rule = rounding_in(money, 0, "amount_decimals")?;
    let value = Ratio::from(amount).mul(multiple.into())?.round(&rule)?;
    let hold = amount.round(&rule)?;
    let e = Explanation::new("须取得量", "Rights required")
        .value(value)
        .unit("t")
        .formula(format!("{amount} × {multiple} = {value}"))
        .clause(clause)
        .note(&p.note.zh, &p.note.en);
    let columns = vec![
        ("hold", hold.into()),
        ("cancel", value.sub(hold)?.into()),
        ("multiple", multiple.into()),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}

fn price(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("emission.trade.money", c.date, c.division)?;
    let (price, amount) = (not_negative(args, "price")?, not_negative(args, "amount")?);
    let years = match args.text("basis")? {
        "t·a" | "t.a" | "t*a" => not_negative(args, "years")?,
        "t" => Decimal::from_int(1),
        other => return Err(EvalError::argument("basis", format!("`{other}`: write t.a or t"))),
    };
    let exact = Ratio::from(price).mul(amount.into())?.mul(years.into())?;
    let value = exact.round(&rounding(p, 0)?)?;
    let e = Explanation::new("成交额", "Price")
        .value(value)
        .unit("元")
        .formula(format!("{price} × {amount} × {years} = {value}"))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: Vec::new(),
        explanation: e,
    })
}

struct Bid {
    name: String,
    amount: Decimal,
    price: Decimal,
}

fn bids(text: &str) -> Result<Vec<Bid>, EvalError> {
    let bad = |part: &str| EvalError::argument("bids", format!("`{part}`: write name=amount@price"));
    text.split_whitespace()
        .map(|part| {
            let (name, rest) = part.split_once('=').ok_or_else(|| bad(part))?;
            let (amount, price) = rest.split_once('@').ok_or_else(|| bad(part))?;
            let read = |t: &str| {
                Decimal::parse(t)
                    .ok()
                    .filter(|d| *d > Decimal::ZERO)
                    .ok_or_else(|| bad(part))
            };
            Ok(Bid {
                name: name.to_string(),
                amount: read(amount)?,
                price: read(price)?,
            })
        })
        .collect()
}

/// Highest price first; those at the clearing price share what is left by quantity. What rounding leaves over
/// goes to the last of them, so that the sum is the lot.
fn auction(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("emission.trade.money", c.date, c.division)?;
    let rule = rounding_in(p, 0, "amount_decimals")?;
    let lot = not_negative(args, "lot")?.round(&rule)?;
    let bids = bids(args.text("bids")?)?;
    let mut prices: Vec<Decimal> = bids.iter().map(|b| b.price).collect();
    prices.sort_unstable();
    prices.dedup();
    let (mut left, mut clearing) = (lot, None);
    let mut given: Vec<Decimal> = vec![Decimal::ZERO.round(&rule)?; bids.len()];
    for price in prices.into_iter().rev() {
        if left <= Decimal::ZERO {
            break;
        }
        let here: Vec<usize> = (0..bids.len()).filter(|i| bids[*i].price == price).collect();
        let mut wanted = Decimal::ZERO;
        for i in &here {
            wanted = wanted.add(bids[*i].amount)?;
        }
        clearing = Some(price);
        let all_served = wanted <= left;
        let mut rest = left;
        for (k, i) in here.iter().enumerate() {
            let share = if all_served {
                bids[*i].amount.round(&rule)?
            } else if k + 1 == here.len() {
                rest
            } else {
                Ratio::from(left)
                    .mul(bids[*i].amount.into())?
                    .div(wanted.into())?
                    .round(&rule)?
            };
            given[*i] = share;
            rest = rest.sub(share)?;
        }
        left = rest;
    }
    let allocation: Vec<String> = bids
        .iter()
        .zip(&given)
        .map(|(b, g)| format!("{}={g}", b.name))
        .collect();
    let allocation = allocation.join(" ");
    let mut e = Explanation::new("出清价", "Clearing price")
        .unit("元")
        .formula(allocation.clone())
        .clause(p.clause_ref());
    if let Some(price) = clearing {
        e = e.value(price);
    }
    let columns = vec![("allocation", allocation.into()), ("sold", lot.sub(left)?.into())];
    Ok(Outcome {
        value: clearing.into(),
        columns,
        explanation: e,
    })
}
