//! One measured value against the limits: below-detection values, rounding before judging, explanation.

use super::class::{Body, Class};
use super::rules::{Item, Rules};
use crate::reading::{Reading, within};
use crate::unit::label;
use crate::{Arg, Args, Context, EvalError};
use figure::{Decimal, Explanation, NumberError, Ratio};
use law::Provision;

pub(super) const BODY: Arg = Arg::text(
    "body",
    (
        "水体：river河流（默认）或lake湖库，总磷、总氮限值不同",
        "kind of water: river (default) or lake, which differ in TP and TN",
    ),
)
.optional();
pub(super) const MODE: Arg = Arg::text(
    "mode",
    (
        "判定方式：report先按评价位数修约（默认），raw用原值",
        "judged by: report = value rounded to the decimals of evaluation first (default), raw = value as it is",
    ),
)
.optional();
pub(super) const TARGET: Arg = Arg::text(
    "target",
    (
        "目标类别：Ⅰ Ⅱ Ⅲ Ⅳ Ⅴ，也可写1～5或III",
        "target class: 1 2 3 4 5, I II III IV V",
    ),
)
.optional();

/// The law of the call, and what everything here needs of it.
pub(super) struct Judge<'a> {
    pub c: &'a Context<'a>,
    pub rules: Rules,
    pub words: &'a Provision,
    /// Whether values are rounded to the decimals of evaluation first.
    pub rounded: bool,
}

/// One judged value.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub item: Item,
    /// The value held against the limits; the detection limit where nothing was detected.
    pub value: Decimal,
    pub below: bool,
    /// The class; none if it cannot be said, with the reason in `why`.
    pub class: Option<Class>,
    /// Below a detection limit that is itself too high to tell this class from better ones.
    pub unsure: bool,
    pub why: Option<(String, String)>,
    pub explanation: Explanation,
}

impl Judged {
    /// The share by which it exceeds a class, where the item has one.
    pub fn multiple(&self, rules: &Rules, body: Body, class: Class) -> Result<Option<Ratio>, NumberError> {
        if self.below {
            return Ok(None);
        }
        rules.multiple(self.item, body, class, self.value)
    }
}

impl<'a> Judge<'a> {
    /// For a function with the arguments [`MODE`].
    pub fn new(c: &'a Context<'a>, args: &Args) -> Result<Self, EvalError> {
        let rounded = match args.get("mode").unwrap_or("report") {
            "report" | "修约" => true,
            "raw" | "原值" => false,
            other => {
                return Err(EvalError::argument(
                    "mode",
                    format!("`{other}`: write report (修约后判定) or raw (原值判定)"),
                ));
            }
        };
        Ok(Self {
            c,
            rules: Rules::at(c.law, c.date, c.division)?,
            words: c.law.at("water.classes", c.date, c.division)?,
            rounded,
        })
    }

    pub fn class_word(&self, argument: &str, text: &str) -> Result<Class, EvalError> {
        Class::by_word(self.words, argument, text)
    }

    /// The class in an argument; `-` and its kin are none.
    pub fn classes(&self, argument: &str, text: &str) -> Result<Vec<Option<Class>>, EvalError> {
        let one = |part: &str| match Decimal::parse(part) {
            Err(NumberError::Missing(_)) => Ok(None),
            _ => self.class_word(argument, part).map(Some),
        };
        crate::list::parts(text).map(one).collect()
    }

    pub fn target(&self, args: &Args) -> Result<Option<Class>, EvalError> {
        let class = args.get("target").map(|t| self.class_word("target", t)).transpose()?;
        if class == Some(Class::Worse) {
            return Err(EvalError::argument(
                "target",
                "劣Ⅴ is no target: write a class from Ⅰ to Ⅴ",
            ));
        }
        Ok(class)
    }

    /// An item by name, or an error that lists them.
    pub fn item(&self, argument: &str, word: &str) -> Result<Item, EvalError> {
        self.rules.item(word).ok_or_else(|| {
            let known: Vec<String> = self
                .rules
                .items()
                .map(|(_, r)| format!("{} {}", r.name, r.zh))
                .collect();
            EvalError::argument(
                argument,
                format!(
                    "`{word}` is not an item of table 1; the items are {} / 不是表1的项目",
                    known.join(", ")
                ),
            )
        })
    }

    /// Judges one value. An item without limits for this kind of water is judged "no class", with the reason.
    pub fn one(&self, item: Item, body: Body, reading: Reading) -> Result<Judged, EvalError> {
        let rule = self.rules.rule(item);
        let unit = label(&rule.unit);
        let mut e = Explanation::new(&rule.zh, &rule.en).unit(unit);
        let (value, below) = match reading {
            Reading::Value(v) => {
                if let Some((low, high, clause)) = &rule.range {
                    let clause = format!("{} {}", clause.standard, clause.clause);
                    within(&rule.name, v, *low, *high, &clause)?;
                }
                if self.rounded && !self.rules.limits(item, body, Class::I).is_empty() {
                    let judged = self.rules.judged(item, v)?;
                    if judged != v || judged.scale() != v.scale() {
                        e = e.note(
                            format!("先修约：{v} → {judged}"),
                            format!("rounded first: {v} → {judged}"),
                        );
                    }
                    (judged, false)
                } else {
                    (v, false)
                }
            }
            Reading::Below(limit) => (limit.unwrap_or(Decimal::ZERO), true),
        };
        let mut j = Judged {
            item,
            value,
            below,
            class: None,
            unsure: false,
            why: None,
            explanation: e,
        };
        self.decide(&mut j, body, reading);
        if let Some((zh, en)) = &j.why {
            j.explanation = j.explanation.note(zh, en);
        }
        Ok(j)
    }

    fn decide(&self, j: &mut Judged, body: Body, reading: Reading) {
        let rule = self.rules.rule(j.item);
        let Some(class) = self.rules.class(j.item, body, j.value) else {
            j.why = Some((
                format!(
                    "{}没有{}的类别限值",
                    rule.zh,
                    if body == Body::River { "河流" } else { "湖库" }
                ),
                format!("{} has no class limits for a {}", rule.en, body.name()),
            ));
            return;
        };
        if !j.below {
            j.class = Some(class);
        } else if reading == Reading::Below(None) {
            j.why = Some((
                format!("{}未检出但没有检出限，不能判定；请写成<检出限", rule.zh),
                format!(
                    "{} was not detected but the detection limit is not given: write it as <limit",
                    rule.en
                ),
            ));
        } else {
            // The value lies between 0 and the limit of detection: only what holds at both ends is certain.
            let best = self.rules.class(j.item, body, Decimal::ZERO).unwrap_or(class);
            let sure = class.max(best);
            j.unsure = class != best;
            if sure == Class::Worse && j.unsure {
                j.why = Some((
                    format!("{}的检出限{}高于限值，不能判定", rule.zh, j.value),
                    format!(
                        "the detection limit {} of {} is above the limits: it cannot be judged",
                        j.value, rule.en
                    ),
                ));
            } else {
                j.class = Some(sure);
                if j.unsure {
                    j.why = Some((
                        format!("检出限{}高于更好类别的限值，只能说不劣于{sure}类", j.value),
                        format!(
                            "the detection limit {} is above the limits of better classes: no worse than {sure} is all that can be said",
                            j.value
                        ),
                    ));
                }
            }
        }
        let e = std::mem::take(&mut j.explanation);
        let shown = if j.below {
            format!("<{}", j.value)
        } else {
            j.value.to_string()
        };
        let limits = self.rules.limits(j.item, body, j.class.unwrap_or(class).min(Class::V));
        let mut e = e.value(&shown);
        if let Some(class) = j.class {
            let compared: Vec<String> = limits
                .iter()
                .map(|l| {
                    let (yes, no) = if l.at_least { ("≥", "<") } else { ("≤", ">") };
                    let sign = if class == Class::Worse { no } else { yes };
                    let met = if l.at_least {
                        j.value >= l.value
                    } else {
                        j.value <= l.value
                    };
                    match class == Class::Worse && met {
                        true => String::new(),
                        false => format!("{shown} {sign} {}", l.value),
                    }
                })
                .filter(|s| !s.is_empty())
                .collect();
            e = e.formula(format!("{} → {class}", compared.join(", ")));
        }
        for l in limits {
            e = e.clause(l.clause);
        }
        j.explanation = e;
    }
}

/// `river` unless given.
pub(super) fn body(args: &Args) -> Result<Body, EvalError> {
    args.get("body").map_or(Ok(Body::River), Body::by_word)
}

/// The words for "met", "not met", "cannot be said".
pub(super) const fn met(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}
