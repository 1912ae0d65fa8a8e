//! An order laid out by its template: everything that can be said without looking at a balance.

use super::{Entry, Order, account_id, ledger_of, parts};
use crate::day;
use crate::error::{Error, Result};
use crate::pack::{Ledger, Packs};
use std::collections::BTreeMap;

/// One line to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlanLine {
    pub account: String,
    /// Room and id of the holder's record, if it is one.
    pub record: Option<(String, String)>,
    pub below_zero: bool,
    pub expires: bool,
    /// The amount in the unit's smallest parts, with its sign.
    pub amount: i128,
    /// Parameter it came from: lines of one parameter move the same classes.
    pub param: String,
}

/// An order that fits its template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub(super) order: Order,
    pub(super) unit: String,
    pub(super) digits: u32,
    pub(super) lines: Vec<PlanLine>,
    /// Class asked for; none: the earliest that has not ended.
    pub(super) class: Option<String>,
    /// Classes given beforehand, by parameter (the end of a lease gives back what was leased).
    pub(super) given: BTreeMap<String, Vec<(String, i128)>>,
    /// Id in the room of what may be posted once.
    pub(super) once: Option<String>,
    /// Last day, after which another template is posted.
    pub(super) until: Option<String>,
    /// Posts although the class has ended: that is what it is for.
    pub(super) ended: bool,
}

impl Plan {
    /// Lays an order out.
    pub fn new(packs: &Packs, order: &Order) -> Result<Self> {
        Self::of(ledger_of(packs, &order.ledger)?, order)
    }

    pub(super) fn of(ledger: &Ledger, order: &Order) -> Result<Self> {
        let template = ledger.template(&order.template).ok_or_else(|| Error::Missing {
            room: format!("template:{}", ledger.id),
            id: order.template.clone(),
        })?;
        let param = |name: &str| order.params.get(name).map(|v| v.trim()).filter(|v| !v.is_empty());
        let needed = |name: &str| {
            param(name).ok_or_else(|| {
                Error::refused(
                    format!("“{}”缺少参数“{name}”。", template.title.zh),
                    format!("`{}` needs the parameter `{name}`", template.id),
                )
            })
        };
        day::read(&order.day)?;
        for paper in &template.papers {
            if order.papers.get(paper).is_none_or(|p| p.trim().is_empty()) {
                return Err(Error::refused(
                    format!("“{}”须注明凭证“{paper}”。", template.title.zh),
                    format!("`{}` needs the paper `{paper}`", template.id),
                ));
            }
        }
        let unit = match (param("unit"), ledger.units.as_slice()) {
            (None, [only]) => only.id.as_str(),
            _ => needed("unit")?,
        };
        let digits = digits_of(ledger, unit)?;
        let class = param("expires");
        for text in class.into_iter().chain(template.until.as_deref().and_then(param)) {
            day::read(text)?;
        }
        let until = template.until.as_deref().map(needed).transpose()?;
        if let Some(last) = until.filter(|last| *last < order.day.as_str()) {
            return Err(Error::refused(
                format!("终止日 {last} 早于生效日 {}。", order.day),
                format!("it ends on {last}, before it begins on {}", order.day),
            ));
        }
        let mut lines = Vec::with_capacity(template.lines.len());
        for line in &template.lines {
            let kind = ledger.account(&line.account).ok_or_else(|| {
                Error::refused(
                    format!("账本没有科目“{}”。", line.account),
                    format!("the ledger has no account `{}`", line.account),
                )
            })?;
            let holder = match (&line.holder, kind.holder.as_str()) {
                (_, "none") => "",
                (Some(name), _) => needed(name)?,
                (None, _) => needed("holder")?,
            };
            if holder.contains('~') {
                return Err(Error::refused(
                    format!("账户持有人“{holder}”不可含“~”。"),
                    format!("the holder `{holder}` must not contain `~`"),
                ));
            }
            let amount = parts(needed(&line.amount)?, digits)?;
            if amount <= 0 {
                return Err(Error::refused(
                    format!("数量“{}”须大于零。", needed(&line.amount)?),
                    format!("the amount `{}` must be above zero", needed(&line.amount)?),
                ));
            }
            let record = match kind.holder.as_str() {
                "none" => None,
                "division" => {
                    division(holder)?;
                    None
                }
                register => {
                    let pack = ledger.id.split('/').next().unwrap_or("");
                    Some((format!("register:{}", Packs::name(pack, register)), holder.to_string()))
                }
            };
            lines.push(PlanLine {
                account: account_id(&kind.id, holder, unit),
                record,
                below_zero: kind.below_zero,
                expires: kind.expires,
                amount: if line.sign == "-" { -amount } else { amount },
                param: line.amount.clone(),
            });
        }
        balanced(&lines)?;
        let once = match &template.once {
            Some(name) => Some(format!("{}~{}~{unit}", template.id, needed(name)?)),
            None => None,
        };
        Ok(Self {
            order: order.clone(),
            unit: unit.to_string(),
            digits,
            lines,
            class: class.map(String::from),
            given: BTreeMap::new(),
            once,
            until: until.map(String::from),
            ended: false,
        })
    }

    /// The records that posting it reads, so that they can be fetched together.
    pub fn reads(&self) -> Vec<(String, String)> {
        let ledger = &self.order.ledger;
        let mut reads = vec![(format!("close:{ledger}"), "last".to_string())];
        reads.extend(self.once.iter().map(|once| (format!("once:{ledger}"), once.clone())));
        for line in &self.lines {
            reads.push((format!("account:{ledger}"), line.account.clone()));
            reads.extend(line.record.clone());
        }
        reads
    }

    /// Whether an entry is what this plan makes: the same key sent with something else is not a repetition.
    pub(super) fn made(&self, entry: &Entry) -> bool {
        entry.template == self.order.template
            && entry.day == self.order.day
            && entry.params == self.order.params
            && entry.papers == self.order.papers
    }
}

/// Digits of a unit.
pub(super) fn digits_of(ledger: &Ledger, unit: &str) -> Result<u32> {
    let known = ledger.unit(unit).map(|u| u.digits);
    known.ok_or_else(|| {
        let all: Vec<&str> = ledger.units.iter().map(|u| u.id.as_str()).collect();
        Error::refused(
            format!(
                "账本“{}”没有计量对象“{unit}”，只有：{}。",
                ledger.title.zh,
                all.join("、")
            ),
            format!("ledger `{}` has no unit `{unit}`; it has {}", ledger.id, all.join(", ")),
        )
    })
}

fn division(code: &str) -> Result<()> {
    let good = matches!(code.len(), 6 | 9 | 12) && code.bytes().all(|b| b.is_ascii_digit());
    if good {
        return Ok(());
    }
    Err(Error::refused(
        format!("“{code}”不是行政区划代码：应为6、9或12位数字。"),
        format!("`{code}` is no division code: 6, 9 or 12 digits"),
    ))
}

/// Nothing is posted that is not zero in sum, whatever the file says.
fn balanced(lines: &[PlanLine]) -> Result<()> {
    let sum = lines.iter().try_fold(0i128, |sum, l| sum.checked_add(l.amount));
    if sum == Some(0) && !lines.is_empty() {
        return Ok(());
    }
    Err(Error::refused(
        "分录借贷不平，未记账。请检查账本的模板。",
        "the entry does not balance and was not posted: look at the ledger's template",
    ))
}
