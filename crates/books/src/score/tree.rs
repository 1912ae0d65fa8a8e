//! The tree of a card, from its leaves to the grade.

use super::scoring::{number_error, points, read};
use super::{Answer, Evaluation, Given, Hit, Scored};
use crate::day;
use crate::error::Result;
use crate::pack::ScoreCard;
use crate::pack::score::{Band, Item, Source};
use figure::{Clause, Explanation, Ratio, Text, gbt8170};
use serde_json::Value;
use std::collections::BTreeMap;

/// A node computed: its points if all of it is known; what is known of it and the weight (0 … 1) of that.
struct Node {
    points: Option<Ratio>,
    known: Ratio,
    covered: Ratio,
    explanation: Explanation,
}

struct Tree<'a> {
    card: &'a ScoreCard,
    given: &'a Given<'a>,
    date: chrono::NaiveDate,
    scored: BTreeMap<String, Scored>,
}

/// Evaluates a card: a pure function of what is given.
pub fn evaluate(card: &ScoreCard, given: &Given<'_>) -> Result<Evaluation> {
    let date = day::read(&given.subject.to)?;
    day::read(&given.subject.from)?;
    let mut tree = Tree {
        card,
        given,
        date,
        scored: BTreeMap::new(),
    };
    let title = card.title.text();
    let mut whole = tree.group(None, Explanation::new(title.zh, title.en), Ratio::from(1))?;
    let digits = i32::try_from(card.digits).unwrap_or(0);
    let total = whole
        .points
        .map(|p| gbt8170(p, digits))
        .transpose()
        .map_err(number_error)?;
    let bands = tree.bands(&mut whole.explanation)?;
    // The grade follows the number that is published, so that both agree.
    let by_points = total
        .zip(bands.iter().copied().collect::<Option<Vec<Ratio>>>())
        .and_then(|(t, bands)| bands.iter().position(|from| Ratio::from(t) >= *from));
    let (hits, cap) = tree.vetoes(&mut whole.explanation)?;
    let worst = card.bands.len().saturating_sub(1);
    let place = match (by_points, cap) {
        (Some(p), Some(c)) => Some(p.max(c)),
        (Some(p), None) => Some(p),
        // Without a total only a veto that leaves the last grade decides.
        (None, Some(c)) if c == worst => Some(c),
        (None, _) => None,
    };
    let band: Option<&Band> = place.and_then(|p| card.bands.get(p));
    let mut explanation = whole.explanation.clause(tree.clause("", None));
    match total {
        Some(t) => explanation = explanation.value(t),
        None => {
            explanation.notes.push(Text::new(
                format!("尚缺数据，不出总分；已知部分占权重 {}%。", percent(whole.covered)),
                format!("no total yet: {} % of the weights are known", percent(whole.covered)),
            ));
        }
    }
    if let Some(band) = band {
        explanation = explanation.note(format!("等级：{}", band.title.zh), format!("grade: {}", band.title.en));
    }
    let known = gbt8170(whole.known, digits.max(2)).map_err(number_error)?.to_string();
    Ok(Evaluation {
        subject: given.subject.clone(),
        points: total.map(|t| t.to_string()),
        known: (known, percent(whole.covered)),
        by_points: by_points.and_then(|p| card.bands.get(p)).map(|b| b.id.clone()),
        grade: band.map(|b| b.id.clone()),
        title: band.map(|b| b.title.text()),
        colour: band.and_then(|b| b.colour.clone()),
        items: card.items.iter().filter_map(|i| tree.scored.remove(&i.id)).collect(),
        vetoes: hits,
        explanation,
    })
}

fn percent(share: Ratio) -> String {
    share.mul(Ratio::from(100)).map_or_else(|_| "?".into(), |p| p.shown(2))
}

impl Tree<'_> {
    fn clause(&self, clause: &str, item: Option<&Item>) -> Clause {
        Clause {
            standard: self.card.basis.zh.clone(),
            clause: clause.into(),
            key: format!("score:{}", self.card.id),
            certainty: item.and_then(|i| i.certainty).unwrap_or(self.card.certainty),
        }
    }

    /// The items below one (or the top), weighted and added. `scale` is what a point here is worth in the total.
    fn group(&mut self, parent: Option<&str>, mut e: Explanation, scale: Ratio) -> Result<Node> {
        let hundred = Ratio::from(100);
        let (mut sum, mut known, mut covered) = (Some(Ratio::ZERO), Ratio::ZERO, Ratio::ZERO);
        let mut terms = Vec::new();
        for item in self.card.items.iter().filter(|i| i.parent.as_deref() == parent) {
            let mut child = Explanation::new(&item.title.zh, &item.title.en);
            let weight = self.weight(item, &mut child)?;
            let share = weight
                .map_or(Ok(Ratio::ZERO), |w| w.div(hundred))
                .map_err(number_error)?;
            let below = scale.mul(share).map_err(number_error)?;
            let node = self.item(item, child, below)?;
            let part = node
                .points
                .zip(weight)
                .map(|(p, _)| p.mul(share))
                .transpose()
                .map_err(number_error)?;
            sum = match (sum, part) {
                (Some(s), Some(p)) => Some(s.add(p).map_err(number_error)?),
                _ => None,
            };
            known = node.known.mul(share).and_then(|k| known.add(k)).map_err(number_error)?;
            if !item.is_bonus() {
                covered = node
                    .covered
                    .mul(share)
                    .and_then(|c| covered.add(c))
                    .map_err(number_error)?;
            }
            let shown = |r: Option<Ratio>| r.map_or("?".to_string(), |r| r.shown(4));
            terms.push(format!("{} × {}%", shown(node.points), shown(weight)));
            e = e.input(node.explanation);
        }
        if let Some(sum) = sum.filter(|_| !terms.is_empty()) {
            e = e.formula(format!("{} = {}", terms.join(" + "), sum.shown(6)));
        } else {
            e = e.formula(terms.join(" + "));
        }
        Ok(Node {
            points: sum.filter(|_| !terms.is_empty()),
            known,
            covered,
            explanation: e,
        })
    }

    fn item(&mut self, item: &Item, e: Explanation, scale: Ratio) -> Result<Node> {
        let answer = item.source.as_ref().map(|s| self.answer(&item.id, s));
        let mut node = match &answer {
            None => self.group(Some(&item.id), e, scale)?,
            Some(answer) => leaf(item, answer, e),
        };
        if let Some(points) = node.points {
            node.explanation = node.explanation.value(points.shown(4)).unit("分");
        }
        let clause = item.clause.as_deref().unwrap_or("");
        if !clause.is_empty() {
            node.explanation = node.explanation.clause(self.clause(clause, Some(item)));
        }
        let full = if item.is_bonus() {
            node.points
        } else {
            Some(Ratio::from(100))
        };
        let lost = node
            .points
            .zip(full)
            .and_then(|(p, full)| full.sub(p).and_then(|l| l.mul(scale)).ok());
        let entry = self.scored.entry(item.id.clone()).or_insert_with(|| blank(item));
        entry.value = answer.and_then(|a| a.value);
        entry.points = node.points.map(|p| p.shown(4));
        entry.lost = lost.map(|l| l.shown(4));
        Ok(node)
    }

    /// Weight of an item in percent: by law where the item names a key with a row of its id, else by the card.
    fn weight(&mut self, item: &Item, e: &mut Explanation) -> Result<Option<Ratio>> {
        let mut weight = item.weight.as_deref().map(read).transpose()?;
        if let Some(key) = &item.law {
            match self.given.law.at(key, self.date, &self.given.subject.division) {
                Ok(p) => {
                    let row = p.table.find(&[("item", &item.id)]);
                    e.clauses
                        .push(row.map_or_else(|| p.clause_ref(), |r| p.clause_ref_row(r)));
                    if let (Some(r), Some(_)) = (row, p.table.column("weight")) {
                        weight = p.table.optional(r, "weight").ok().flatten().map(Ratio::from);
                    }
                }
                Err(absent) => e.notes.push(self.given.law.absence(&absent)),
            }
        }
        if weight.is_none() {
            e.notes.push(Text::new(
                "权重未录入，不能计分",
                "its weight is not recorded: it cannot be scored",
            ));
        }
        let entry = self.scored.entry(item.id.clone()).or_insert_with(|| blank(item));
        entry.weight = weight.map(|w| w.shown(4));
        Ok(weight)
    }

    /// What is known of an indicator: an answer given, or the form.
    fn answer(&self, id: &str, source: &Source) -> Answer {
        if let Some(answer) = self.given.answers.get(id) {
            return answer.clone();
        }
        let Source::Form(field) = source else {
            return Answer::default();
        };
        let value = match self.given.form.get(field) {
            Some(Value::String(s)) if !s.trim().is_empty() => Some(s.clone()),
            Some(Value::Bool(b)) => Some(b.to_string()),
            Some(Value::Number(n)) => Some(n.to_string()),
            _ => None,
        };
        Answer {
            value,
            ..Answer::default()
        }
    }

    /// Least points of each band: by law where the card names a key, else by the card.
    fn bands(&self, e: &mut Explanation) -> Result<Vec<Option<Ratio>>> {
        let mut bands = Vec::with_capacity(self.card.bands.len());
        let law = self.card.grades.as_ref().map(|key| {
            let found = self.given.law.at(key, self.date, &self.given.subject.division);
            match &found {
                Ok(p) => e.clauses.push(p.clause_ref()),
                Err(absent) => e.notes.push(self.given.law.absence(absent)),
            }
            found
        });
        for band in &self.card.bands {
            let mut from = band.from.as_deref().map(read).transpose()?;
            if let Some(Ok(p)) = &law
                && let Some(row) = p.table.find(&[("grade", &band.title.zh)])
                && let Some(least) = p.table.optional(row, "at_least").ok().flatten()
            {
                from = Some(least.into());
            }
            bands.push(from);
        }
        if bands.contains(&None) {
            e.notes.push(Text::new(
                "等级的分数界限未录入，不能按分数定级",
                "the least points of the grades are not recorded: no grade follows from points",
            ));
        }
        Ok(bands)
    }

    /// The vetoes that apply, and the best place among the bands that they leave.
    fn vetoes(&self, e: &mut Explanation) -> Result<(Vec<Hit>, Option<usize>)> {
        let (mut hits, mut cap) = (Vec::new(), None);
        for veto in &self.card.vetoes {
            let answer = self.answer(&veto.id, &veto.source);
            let title = veto.title.text();
            let mut node = Explanation::new(format!("否决项：{}", title.zh), format!("veto: {}", title.en));
            node.inputs.clone_from(&answer.inputs);
            node.notes.clone_from(&answer.notes);
            node.simulated = answer.simulated || answer.inputs.iter().any(|i| i.simulated);
            if let Some(clause) = &veto.clause {
                node = node.clause(self.clause(clause, None));
            }
            let Some(value) = answer.value.as_deref() else {
                e.notes.push(Text::new(
                    format!("否决项“{}”未核实", title.zh),
                    format!("veto `{}` was not looked at", title.en),
                ));
                continue;
            };
            let applies = match value.trim() {
                "true" | "是" => true,
                "false" | "否" => false,
                number => read(number)? > Ratio::ZERO,
            };
            if applies {
                let place = self.card.bands.iter().position(|b| b.id == veto.grade);
                cap = cap.max(place);
                hits.push(Hit {
                    id: veto.id.clone(),
                    title,
                    grade: veto.grade.clone(),
                });
                e.simulated |= node.simulated;
                e.inputs.push(node.value(value));
            }
        }
        Ok((hits, cap))
    }
}

fn blank(item: &Item) -> Scored {
    Scored {
        id: item.id.clone(),
        title: item.title.text(),
        value: None,
        points: None,
        weight: None,
        lost: None,
    }
}

/// An indicator with its value.
fn leaf(item: &Item, answer: &Answer, mut e: Explanation) -> Node {
    e.simulated |= answer.simulated;
    for input in &answer.inputs {
        e = e.input(input.clone());
    }
    e.notes.extend(answer.notes.iter().cloned());
    let scored = match (&answer.value, &item.scoring) {
        (Some(value), Some(rule)) => match points(rule, value) {
            Ok((points, formula)) => {
                let unit = item.unit.as_deref().map(|u| format!("（{u}）")).unwrap_or_default();
                e = e.formula(format!("{formula}{unit}"));
                Some(points)
            }
            Err(why) => {
                e.notes.push(why.words());
                None
            }
        },
        (Some(_), None) => {
            e = e.note("评分规则未录入", "its rule of points is not recorded");
            None
        }
        (None, _) => {
            e = e.note("缺数据", "no data");
            None
        }
    };
    Node {
        points: scored,
        known: scored.unwrap_or(Ratio::ZERO),
        covered: if scored.is_some() { Ratio::from(1) } else { Ratio::ZERO },
        explanation: e,
    }
}
