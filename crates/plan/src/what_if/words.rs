//! What the parts of an answer are called, so that page, sheet and command line say the same of every data set.

use super::DataSet;
use figure::Text;
use serde::Serialize;

/// Names of the parts of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// City, section, outlet.
    pub unit: Text,
    /// What is counted: days, readings, hours.
    pub items: Text,
    /// When an item was.
    pub at: Text,
    /// The figure behind a grade.
    pub value: Text,
    pub level: Text,
    /// What decided it.
    pub cause: Text,
    /// Good items and their share.
    pub good: Text,
    pub ratio: Text,
    /// The grade of the whole period; empty where there is none.
    pub whole: Text,
}

impl Words {
    /// Those of a data set.
    pub fn of(data: DataSet) -> Words {
        let t = |zh: &str, en: &str| Text::new(zh, en);
        match data {
            DataSet::AirCityDays => Words {
                unit: t("城市", "City"),
                items: t("天数", "Days"),
                at: t("日期", "Day"),
                value: t("AQI", "AQI"),
                level: t("等级", "Level"),
                cause: t("首要污染物", "Primary pollutant"),
                good: t("优良天数", "Good days"),
                ratio: t("优良率", "Share of good days"),
                whole: Text::default(),
            },
            DataSet::WaterSections => Words {
                unit: t("断面", "Section"),
                items: t("读数", "Readings"),
                at: t("时间", "Time"),
                value: t("定类值", "Deciding value"),
                level: t("类别", "Class"),
                cause: t("定类项目", "Deciding items"),
                good: t("优良读数", "Good readings"),
                ratio: t("优良读数比例", "Share of good readings"),
                whole: t("时段均值类别", "Class of the means"),
            },
            DataSet::EmissionOutlets => Words {
                unit: t("排放口", "Outlet"),
                items: t("时段数", "Periods"),
                at: t("时段起", "Start"),
                value: t("判定浓度", "Judged value"),
                level: t("判定", "Verdict"),
                cause: t("超限值项目", "Items above the limit"),
                good: t("限值以内的时段", "Periods within limits"),
                ratio: t("限值以内比例", "Share within limits"),
                whole: Text::default(),
            },
        }
    }
}
