//! The light beside a sentence: green, amber, red, or none with its reason. It is computed, never typed in.

use crate::measure::{Better, Measure, Target};
use figure::{Decimal, Text};
use serde::Serialize;

/// What the evidence says of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Light {
    /// Cannot be said; the reason stands beside it.
    None,
    Green,
    Amber,
    Red,
}

/// What a light is judged from.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Figure to date, rounded as the target is written.
    pub value: Option<Decimal>,
    pub last_year: Option<Decimal>,
    /// Projected year-end interval, rounded likewise.
    pub projection: Option<(Decimal, Decimal)>,
    /// The year is over.
    pub closed: bool,
    /// Year of the data day.
    pub year: i32,
    pub cities_with_data: usize,
    pub cities: usize,
}

fn text(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

/// The light of a measure and why. `plan_year` is the year that the targets are for.
pub fn judge(measure: &Measure, plan_year: i32, e: &Evidence) -> (Light, Text) {
    let Some(value) = e.value else {
        let zh = measure.none_zh.clone().unwrap_or_else(|| "此日之前当年无数据".into());
        let en = measure
            .none_en
            .clone()
            .unwrap_or_else(|| "no data of that year up to this day".into());
        return (
            Light::None,
            text(format!("尚无数据:{zh}"), format!("no data yet: {en}")),
        );
    };
    if e.cities_with_data < e.cities {
        let (n, of) = (e.cities_with_data, e.cities);
        return (
            Light::None,
            text(
                format!("不能判定:{of}市中仅{n}市有数据"),
                format!("cannot be said: data of {n} of {of} cities only"),
            ),
        );
    }
    if e.year != plan_year {
        return (
            Light::None,
            text(
                format!("不判定:目标属于{plan_year}年"),
                format!("not judged: the target belongs to {plan_year}"),
            ),
        );
    }
    match (&measure.target, measure.better) {
        (Some(target), _) => against_target(value, target, e),
        (None, Some(better)) if measure.judge_by_last_year => against_last_year(value, better, e),
        _ => (
            Light::None,
            text(
                "不判定:目标由国家下达,数值未公布",
                "not judged: the target is set nationally and not published",
            ),
        ),
    }
}

fn against_target(value: Decimal, target: &Target, e: &Evidence) -> (Light, Text) {
    let Some(met) = target.met(value) else {
        return (
            Light::None,
            text("不判定:目标为约数", "not judged: the target is approximate"),
        );
    };
    if e.closed {
        return if met {
            (Light::Green, text("全年达标", "met over the year"))
        } else {
            (Light::Red, text("全年未达标", "missed over the year"))
        };
    }
    let Some((lo, hi)) = e.projection else {
        return if met {
            (Light::Green, text("截至当日达标,无预测", "met to date, no projection"))
        } else {
            (
                Light::Amber,
                text("截至当日未达标,无预测", "not met to date, no projection"),
            )
        };
    };
    match (target.met(lo), target.met(hi)) {
        (Some(true), Some(true)) => (
            Light::Green,
            text("全年预测区间整体达标", "the whole projected interval meets the target"),
        ),
        (Some(false), Some(false)) => (
            Light::Red,
            text(
                "全年预测区间整体不达标",
                "the whole projected interval misses the target",
            ),
        ),
        _ => (
            Light::Amber,
            text("全年预测区间跨越目标", "the projected interval straddles the target"),
        ),
    }
}

fn against_last_year(value: Decimal, better: Better, e: &Evidence) -> (Light, Text) {
    let Some(last) = e.last_year else {
        return (
            Light::None,
            text(
                "不判定:无上年同期数据",
                "not judged: no data of the same period last year",
            ),
        );
    };
    let improved = match better {
        Better::Low => value < last,
        Better::High => value > last,
    };
    if value == last {
        (Light::Amber, text("与上年同期持平", "as in the same period last year"))
    } else if improved {
        (
            Light::Green,
            text(
                "较上年同期改善(计划未给数值)",
                "better than last year (the plan gives no number)",
            ),
        )
    } else {
        (
            Light::Amber,
            text(
                "较上年同期变差(计划未给数值)",
                "worse than last year (the plan gives no number)",
            ),
        )
    }
}

/// The light of a sentence with several measures: the worst that could be judged.
pub fn worst(lights: impl IntoIterator<Item = Light>) -> Light {
    lights.into_iter().max().unwrap_or(Light::None)
}
