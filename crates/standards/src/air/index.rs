//! HJ 633: individual indices, the index, its level and primary pollutants, in integers.

use super::compile::{Of, period, pollutant, reported};
use super::index_compile::{compile_inputs, compile_level, compile_missing, compile_practice, compile_row};
use super::report::{Aqi, Day, DayAqi, Hour, HourMode};
use super::row::{Iaqi, Row};
use super::{Period, Pollutant, PollutantSet};
use crate::EvalError;
use crate::cell::{rounding, row, whole};
use chrono::NaiveDate;
use figure::{Clause, Decimal, Mode, NumberError, Rounding, Text};
use law::Law;

/// The index rules of one day.
#[derive(Debug, Clone)]
pub struct Index {
    rows: Vec<Row>,
    /// Which row serves a pollutant and period.
    row_of: [[Option<u8>; 3]; 7],
    /// How concentrations are rounded before they get an index.
    rounding: [Rounding; 7],
    mode: Mode,
    max: u16,
    levels: Vec<Level>,
    primary_above: u16,
    order: Vec<Pollutant>,
    daily: Vec<Input>,
    realtime: Vec<Input>,
    practice: Option<Practice>,
    missing: Missing,
    pub(crate) clauses: Clauses,
}

/// The clauses the index stands on, for explanations.
#[derive(Debug, Clone)]
pub(crate) struct Clauses {
    pub breakpoints: Clause,
    pub above: Clause,
    pub decimals: Clause,
    pub rounding: Clause,
    pub levels: Clause,
    pub primary: Clause,
    pub inputs: Clause,
    pub missing: Clause,
    pub missing_note: Text,
}

#[derive(Debug, Clone)]
pub(super) struct Practice {
    pub inputs: Vec<Input>,
    pub missing: Missing,
    pub clause: Clause,
    pub missing_clause: Clause,
    pub missing_note: Text,
}

/// One entry of a report: which concentration, judged by which row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input {
    /// What is reported: o3_8h for the 8-hour value.
    pub factor: Pollutant,
    /// The averaging period of the concentration.
    pub period: Period,
    /// The period whose row of breakpoints serves it.
    pub row: Period,
    /// Whether the report is incomplete without it.
    pub needed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// The index is that of the rest.
    OfTheRest,
    /// It is only published if that of the rest is above this.
    StandsOnlyAbove(u16),
}

/// What is published of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Published {
    /// There is nothing to compute it from.
    Nothing,
    /// An item is missing, and the index of the rest must not stand for it.
    Withheld,
    Index(u16),
}

impl Missing {
    fn published(self, of_the_rest: Option<u16>, complete: bool) -> Published {
        match (of_the_rest, self) {
            (None, _) => Published::Nothing,
            (Some(aqi), Self::StandsOnlyAbove(limit)) if !complete && aqi <= limit => Published::Withheld,
            (Some(aqi), _) => Published::Index(aqi),
        }
    }
}

/// The needed items without an index.
fn missing_of(inputs: &[Input], has: PollutantSet, ozone_8h: bool) -> PollutantSet {
    // Ozone beyond the 8-hour row is reported by its hour where the law says so: then it is not missing.
    let by_hour = ozone_8h && has.contains(Pollutant::O3);
    let needed = inputs.iter().filter(|i| i.needed).map(|i| i.factor);
    needed
        .filter(|p| !(has.contains(*p) || by_hour && *p == Pollutant::O3_8h))
        .collect()
}

/// A level of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// 1 to 6.
    pub grade: u8,
    /// The last index in it.
    pub aqi_to: u16,
    /// 一级 …
    pub level: String,
    /// 优 / excellent …
    pub category: Text,
    /// 绿色 / green …
    pub colour: Text,
    /// The colour on screens.
    pub rgb: [u8; 3],
}

impl Index {
    /// Compiles the index rules of a day.
    ///
    /// # Errors
    /// [`EvalError::NotInForce`], [`EvalError::Law`].
    pub fn at(law: &Law, date: NaiveDate, division: &str) -> Result<Self, EvalError> {
        let of = Of { law, date, division };
        let (bp, above, decimals) = (
            of.at("air.iaqi.breakpoints")?,
            of.at("air.iaqi.above")?,
            of.at("air.aqi.decimals")?,
        );
        let (round, levels, primary) = (
            of.at("air.iaqi.rounding")?,
            of.at("air.aqi.levels")?,
            of.at("air.aqi.primary")?,
        );
        let (inputs, missing) = (of.at("air.aqi.inputs")?, of.at("air.aqi.missing")?);
        let mut rules = [Rounding::gbt8170(0); 7];
        for p in Pollutant::ALL {
            rules[p as usize] = rounding(decimals, row(decimals, &[("factor", p.factor())])?)?;
        }
        let mut row_of = [[None; 3]; 7];
        let mut rows = Vec::new();
        for r in 0..bp.table.rows.len() {
            let per = period(bp, bp.table.text(r, "period"))?;
            let factor = reported(pollutant(bp, bp.table.text(r, "factor"))?, per);
            row_of[factor as usize][per as usize] = u8::try_from(rows.len()).ok();
            rows.push(compile_row(bp, above, r, &rules[factor as usize])?);
        }
        let mode_name = round.table.text(0, "mode");
        let mode =
            Mode::by_name(mode_name).ok_or_else(|| EvalError::law(round, format!("unknown mode `{mode_name}`")))?;
        let order = primary
            .table
            .text(0, "order")
            .split_whitespace()
            .map(|n| pollutant(primary, n));
        Ok(Self {
            rows,
            row_of,
            rounding: rules,
            mode,
            max: whole(round, 0, "max")?,
            levels: (0..levels.table.rows.len())
                .map(|r| compile_level(levels, r))
                .collect::<Result<_, _>>()?,
            primary_above: whole(primary, 0, "above")?,
            order: order.collect::<Result<_, _>>()?,
            daily: compile_inputs(inputs, "daily")?,
            realtime: compile_inputs(inputs, "realtime")?,
            practice: compile_practice(&of)?,
            missing: compile_missing(missing)?,
            clauses: Clauses {
                breakpoints: bp.clause_ref(),
                above: above.clause_ref(),
                decimals: decimals.clause_ref(),
                rounding: round.clause_ref(),
                levels: levels.clause_ref(),
                primary: primary.clause_ref(),
                inputs: inputs.clause_ref(),
                missing: missing.clause_ref(),
                missing_note: missing.note.clone(),
            },
        })
    }

    /// The individual index of one concentration (rounded first as the law of the day says).
    ///
    /// # Errors
    /// A negative concentration, one that does not fit, or a pollutant and period without a row.
    pub fn iaqi(&self, factor: Pollutant, period: Period, c: Decimal) -> Result<Iaqi, EvalError> {
        let factor = reported(factor, period);
        let row = self.row(factor, period).or_else(|| {
            // Hour values of particles are judged by the row of the day mean, where a rule says so.
            let by_day = |i: &&Input| i.factor == factor && i.period == period;
            let input = self.inputs(HourMode::Practice).iter().find(by_day)?;
            self.row(factor, input.row)
        });
        let row = row.ok_or_else(|| {
            EvalError::argument(
                "period",
                format!("there is no index for {factor} over {}", period.name()),
            )
        })?;
        self.iaqi_by(row, factor, c)
    }

    fn row(&self, factor: Pollutant, period: Period) -> Option<&Row> {
        self.rows
            .get(usize::from(self.row_of[factor as usize][period as usize]?))
    }

    fn iaqi_by(&self, row: &Row, factor: Pollutant, c: Decimal) -> Result<Iaqi, EvalError> {
        let (concentration, value, at) = self.located(row, factor, c)?;
        Ok(Iaqi {
            value,
            concentration,
            segment: at.map(|i| row.segment(i)).transpose()?,
        })
    }

    /// The rounded concentration, its index, and the stretch of the table it fell in.
    fn located(
        &self,
        row: &Row,
        factor: Pollutant,
        c: Decimal,
    ) -> Result<(Decimal, Option<u16>, Option<usize>), EvalError> {
        let c = c.round(&self.rounding[factor as usize])?;
        if c.is_negative() {
            let reason = format!("{c} is negative: review the value, a concentration has no index below 0");
            return Err(EvalError::argument(factor.name(), reason));
        }
        let scaled = c
            .at_scale(row.scale)
            .and_then(|m| i64::try_from(m).ok())
            .ok_or(NumberError::Overflow)?;
        let (value, at) = row.value(scaled, self.mode, self.max)?;
        Ok((c, value, at))
    }

    /// The index of one concentration of a report; none without one, or where another period's is reported.
    fn value_of(&self, i: &Input, c: Option<Decimal>) -> Result<Option<u16>, EvalError> {
        match (c, self.row(i.factor, i.row)) {
            (Some(c), Some(row)) => Ok(self.located(row, i.factor, c)?.1),
            _ => Ok(None),
        }
    }

    /// What one concentration of a day adds to its index; none where it adds nothing.
    pub(super) fn daily_part(&self, factor: Pollutant, c: Decimal) -> Result<Option<u16>, EvalError> {
        let input = self.daily.iter().find(|i| i.factor == factor);
        input.map_or(Ok(None), |i| self.value_of(i, Some(c)))
    }

    /// The index of a day as published, from the largest individual one, those that have one, and whether there is
    /// ozone of 8 hours.
    pub(super) fn daily_whole(&self, worst: u16, has: PollutantSet, ozone_8h: bool) -> Published {
        let missing = missing_of(&self.daily, has, ozone_8h);
        let of_the_rest = (!has.is_empty()).then_some(worst);
        self.missing.published(of_the_rest, missing.is_empty())
    }

    /// The index of a day.
    ///
    /// # Errors
    /// A negative concentration or one that does not fit.
    pub fn daily(&self, day: &Day) -> Result<DayAqi, EvalError> {
        self.of(&self.daily, self.missing, |f, p| day.get(f, p))
    }

    /// The index at an hour.
    ///
    /// # Errors
    /// As [`Index::daily`].
    pub fn hourly(&self, hour: &Hour, mode: HourMode) -> Result<Aqi, EvalError> {
        let missing = match (&self.practice, mode) {
            (Some(p), HourMode::Practice) => p.missing,
            _ => self.missing,
        };
        self.of(self.inputs(mode), missing, |f, p| hour.get(f, p))
    }

    fn inputs(&self, mode: HourMode) -> &[Input] {
        match (&self.practice, mode) {
            (Some(p), HourMode::Practice) => &p.inputs,
            _ => &self.realtime,
        }
    }

    pub(crate) fn daily_inputs(&self) -> &[Input] {
        &self.daily
    }

    pub(crate) fn hourly_inputs(&self, mode: HourMode) -> &[Input] {
        self.inputs(mode)
    }

    /// Clauses for (inputs, missing, note on missing) of an hour.
    pub(crate) fn hourly_clauses(&self, mode: HourMode) -> (&Clause, &Clause, &Text) {
        match (&self.practice, mode) {
            (Some(p), HourMode::Practice) => (&p.clause, &p.missing_clause, &p.missing_note),
            _ => (&self.clauses.inputs, &self.clauses.missing, &self.clauses.missing_note),
        }
    }

    fn of(
        &self,
        inputs: &[Input],
        missing: Missing,
        get: impl Fn(Pollutant, Period) -> Option<Decimal>,
    ) -> Result<Aqi, EvalError> {
        let mut out = Aqi::default();
        let mut has = PollutantSet::default();
        for i in inputs {
            let value = self.value_of(i, get(i.factor, i.period))?;
            out.iaqi[i.factor as usize] = value;
            if value.is_some() {
                has.insert(i.factor);
            }
        }
        out.missing = missing_of(inputs, has, get(Pollutant::O3_8h, Period::H8).is_some());
        out.of_the_rest = out.iaqi.iter().flatten().copied().max();
        let aqi = match missing.published(out.of_the_rest, out.complete()) {
            Published::Index(aqi) => aqi,
            Published::Nothing => return Ok(out),
            Published::Withheld => {
                out.withheld = true;
                return Ok(out);
            }
        };
        out.aqi = Some(aqi);
        out.grade = self.level_of(aqi).map(|l| l.grade);
        if aqi > self.primary_above {
            out.primary = Pollutant::ALL
                .into_iter()
                .filter(|p| out.iaqi[*p as usize] == Some(aqi))
                .collect();
        }
        Ok(out)
    }

    /// The index of one entry of a report.
    pub(crate) fn iaqi_of(&self, i: &Input, c: Decimal) -> Result<Iaqi, EvalError> {
        let row = self.row(i.factor, i.row);
        let row = row.ok_or_else(|| EvalError::argument(i.factor.name(), "has no row in the table of breakpoints"))?;
        self.iaqi_by(row, i.factor, c)
    }

    /// The level an index falls in.
    pub fn level_of(&self, aqi: u16) -> Option<&Level> {
        self.levels.iter().find(|l| aqi <= l.aqi_to)
    }

    /// A level by its number.
    pub fn level(&self, grade: u8) -> Option<&Level> {
        self.levels.iter().find(|l| l.grade == grade)
    }

    /// The primary pollutants in the order they are published, as symbols; ozone once.
    pub fn primary_symbols(&self, set: PollutantSet) -> Vec<&'static str> {
        let mut out: Vec<&'static str> = Vec::new();
        for p in self.order.iter().filter(|p| set.contains(**p)) {
            if !out.contains(&p.symbol()) {
                out.push(p.symbol());
            }
        }
        out
    }

    /// The upper end of the index.
    pub const fn max(&self) -> u16 {
        self.max
    }
}
