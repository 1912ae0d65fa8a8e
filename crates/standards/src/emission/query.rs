//! What a limit is asked for: the arguments that several functions share.

use crate::{Arg, Args, EvalError};
use chrono::NaiveDate;

pub(crate) const SECTOR: Arg = Arg::text(
    "sector",
    (
        "行业：power火电 boiler锅炉 cement水泥 sintering烧结 ironmaking炼铁 steelmaking炼钢 coking焦化 \
         msw_incineration生活垃圾焚烧 hw_incineration危险废物焚烧 coating涂料 petrochemical石化 resin合成树脂 \
         foundry铸造 petrol_station加油站 catering餐饮 voc_fugitive odour恶臭 general大气综合 \
         municipal_sewage城镇污水处理厂 dyeing印染 brewing酿造 vehicle_repair汽修 wastewater污水综合，或标准号",
        "sector: power boiler cement sintering ironmaking steelmaking coking msw_incineration hw_incineration \
         coating petrochemical resin foundry petrol_station catering voc_fugitive odour general municipal_sewage \
         dyeing brewing vehicle_repair wastewater, or the number of the standard",
    ),
);
pub(crate) const ITEM: Arg = Arg::text(
    "item",
    (
        "项目：颗粒物 二氧化硫 氮氧化物 COD 氨氮 pH …，或so2 nox pm cod nh3n，或HJ 212编码如a21026",
        "item: its Chinese name, or so2 nox pm co hcl cod nh3n tn tp ph, or an HJ 212 code such as a21026",
    ),
);
pub(crate) const SOURCE: Arg = Arg::text(
    "source",
    (
        "设施、燃料或工序，如coal oil gas kiln；不知道时不填，提示会列出",
        "equipment, fuel or process such as coal oil gas kiln; leave it out and the message lists them",
    ),
)
.optional();
pub(crate) const CLASS: Arg = Arg::text(
    "class",
    (
        "限值栏：new新建 existing现有 special特别 ultra_low超低 1A 1B 2 3 grade1 grade2 direct直接 indirect间接",
        "column of limits: new existing special ultra_low 1A 1B 2 3 grade1 grade2 direct indirect",
    ),
)
.optional();
pub(crate) const CASE: Arg = Arg::text(
    "case",
    (
        "特殊情形，如cold（水温不高于12℃）；一般情形不填",
        "special case such as cold (water at 12 C or less); nothing for the general one",
    ),
)
.optional();
pub(crate) const BUILT: Arg = Arg::text(
    "built",
    (
        "建成或环评批复日期，如2015-06-01",
        "day built or approved, such as 2015-06-01",
    ),
)
.optional();
pub(crate) const STATISTIC: Arg = Arg::text(
    "statistic",
    (
        "统计口径：1h小时 1d日 measured测定均值 any任意一次 once一次",
        "statistic: 1h 1d measured any once",
    ),
)
.optional();

/// What a limit is asked for: the words of [`crate::Function`] `emission.limit`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<'a> {
    /// Sector, or the number of its standard.
    pub sector: &'a str,
    /// Item.
    pub item: &'a str,
    /// Equipment, fuel or process.
    pub source: Option<&'a str>,
    /// Column of limits.
    pub class: Option<&'a str>,
    /// A special case of the table.
    pub case: Option<&'a str>,
    /// Day built or approved.
    pub built: Option<NaiveDate>,
    /// `1h`, `1d`, `measured`, `any`, `once`.
    pub statistic: Option<&'a str>,
}

impl<'a> Query<'a> {
    pub(crate) fn read(args: &'a Args) -> Result<Self, EvalError> {
        let built = args
            .get("built")
            .map(|t| {
                t.parse()
                    .map_err(|_| EvalError::argument("built", format!("`{t}`: write YYYY-MM-DD")))
            })
            .transpose()?;
        Ok(Self {
            sector: args.text("sector")?,
            item: args.text("item")?,
            source: args.get("source"),
            class: args.get("class"),
            case: args.get("case"),
            built,
            statistic: args.get("statistic"),
        })
    }
}
