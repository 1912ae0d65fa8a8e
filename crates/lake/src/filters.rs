//! What the WHERE clause says about series and time, so that only the files and pages in question are read.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, RecordBatch};
use datafusion::catalog::Session;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::{Between, BinaryExpr, Expr, Operator, TableProviderFilterPushDown};
use datafusion::prelude::{col, lit};
use std::sync::Arc;

use crate::exec::Out;
use crate::plan::Needs;
use crate::registry::Names;
use crate::row::BEIJING_S;
use crate::schema::file_schema;

const SERIES_COLUMNS: [&str; 5] = ["site", "factor", "period", "origin", "series"];

/// Whether a condition speaks of nothing but what is known of a series without reading rows.
fn of_series(e: &Expr) -> bool {
    let columns = e.column_refs();
    !columns.is_empty() && !e.is_volatile() && columns.iter().all(|c| SERIES_COLUMNS.contains(&c.name.as_str()))
}

/// Conditions on series are met exactly; all others are used to read less and checked again.
pub(crate) fn pushdown(filters: &[&Expr]) -> Vec<TableProviderFilterPushDown> {
    let kind = |e: &&Expr| {
        if of_series(e) {
            TableProviderFilterPushDown::Exact
        } else {
            TableProviderFilterPushDown::Inexact
        }
    };
    filters.iter().map(kind).collect()
}

/// The series a question is about and the time it spans.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub needs: Needs,
    /// By series number; none = all.
    pub mask: Option<Arc<Vec<bool>>>,
    ids: Option<Vec<i32>>,
}

/// Reads the conditions; all of them hold at once.
pub(crate) fn wanted(session: &dyn Session, filters: &[Expr], names: &Names) -> Result<Wanted> {
    let mut needs = Needs::ALL;
    let mut mask: Option<Vec<bool>> = None;
    for f in filters {
        time(f, &mut needs.t);
        if of_series(f) {
            let met = evaluate(session, f, names)?;
            mask = Some(match mask {
                None => met,
                Some(m) => m.iter().zip(met).map(|(a, b)| *a && b).collect(),
            });
        }
    }
    let ids: Option<Vec<i32>> = mask
        .as_ref()
        .map(|m| m.iter().zip(0..).filter(|(k, _)| **k).map(|(_, i)| i).collect());
    if let Some(ids) = &ids {
        // No series at all: an empty range, which no file touches.
        needs.series = (ids.first().copied().unwrap_or(1), ids.last().copied().unwrap_or(0));
    }
    Ok(Wanted {
        needs,
        mask: mask.map(Arc::new),
        ids,
    })
}

fn evaluate(session: &dyn Session, f: &Expr, names: &Names) -> Result<Vec<bool>> {
    let schema = Out::schema(&[Out::Site, Out::Factor, Out::Period, Out::Origin, Out::Series]);
    let ids = Int32Array::from_iter_values(0..names.keys.len() as i32);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(names.site.clone()),
        Arc::new(names.factor.clone()),
        Arc::new(names.period.clone()),
        Arc::new(names.origin.clone()),
        Arc::new(ids),
    ];
    let batch = RecordBatch::try_new(schema.clone(), columns)?;
    let expr = session.create_physical_expr(f.clone(), &DFSchema::try_from(schema.as_ref().clone())?)?;
    let met = expr.evaluate(&batch)?.into_array(batch.num_rows())?;
    let met = met.as_boolean();
    Ok((0..met.len()).map(|i| met.is_valid(i) && met.value(i)).collect())
}

/// A page is left out by its bounds; a list longer than this the reader takes for its two ends.
pub(crate) const MOST_LISTED: usize = 20;

impl Wanted {
    /// Some series, sorted, and a span of time.
    pub(crate) fn these(ids: Vec<i32>, t: (i64, i64)) -> Self {
        let series = (ids.first().copied().unwrap_or(1), ids.last().copied().unwrap_or(0));
        Self {
            needs: Needs { series, t },
            mask: None,
            ids: Some(ids),
        }
    }

    /// All series and times within some bounds.
    pub(crate) fn within(needs: Needs) -> Self {
        let one = (needs.series.0 == needs.series.1).then(|| vec![needs.series.0]);
        Self {
            needs,
            mask: None,
            ids: one,
        }
    }

    /// The same as a condition on the stored columns, for row groups and pages.
    pub(crate) fn predicate(
        &self,
        session: &dyn Session,
    ) -> Result<Option<Arc<dyn datafusion::physical_expr::PhysicalExpr>>> {
        let mut all: Vec<Expr> = vec![];
        match self.ids.as_deref() {
            None => {}
            Some(ids) if !ids.is_empty() && ids.len() <= MOST_LISTED => {
                all.push(col("series").in_list(ids.iter().map(|i| lit(*i)).collect(), false));
            }
            Some(_) => all.push(col("series").between(lit(self.needs.series.0), lit(self.needs.series.1))),
        }
        let time = |s: i64| {
            lit(ScalarValue::TimestampMicrosecond(
                Some(s.saturating_mul(1_000_000)),
                Some("UTC".into()),
            ))
        };
        if self.needs.t.0 > i64::MIN {
            all.push(col("t").gt_eq(time(self.needs.t.0)));
        }
        if self.needs.t.1 < i64::MAX {
            all.push(col("t").lt_eq(time(self.needs.t.1)));
        }
        let Some(all) = datafusion::logical_expr::utils::conjunction(all) else {
            return Ok(None);
        };
        let schema = DFSchema::try_from(file_schema().as_ref().clone())?;
        Ok(Some(session.create_physical_expr(all, &schema)?))
    }
}

/// Narrows the span by what a condition says of `t` or `day`; never narrower than the condition itself.
fn time(e: &Expr, t: &mut (i64, i64)) {
    match e {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::And,
            right,
        }) => {
            time(left, t);
            time(right, t);
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            if let Some(span) = span(left, right) {
                narrow(*op, span, t);
            } else if let (Some(span), Some(op)) = (span(right, left), op.swap()) {
                narrow(op, span, t);
            }
        }
        Expr::Between(Between {
            expr,
            negated: false,
            low,
            high,
        }) => {
            if let Some(s) = span(expr, low) {
                narrow(Operator::GtEq, s, t);
            }
            if let Some(s) = span(expr, high) {
                narrow(Operator::LtEq, s, t);
            }
        }
        _ => {}
    }
}

fn narrow(op: Operator, (first, last): (i64, i64), t: &mut (i64, i64)) {
    match op {
        Operator::Eq => *t = (t.0.max(first), t.1.min(last)),
        Operator::Gt | Operator::GtEq => t.0 = t.0.max(first),
        Operator::Lt | Operator::LtEq => t.1 = t.1.min(last),
        _ => {}
    }
}

/// First and last second of what a literal names on the column's scale: an instant or a Beijing day.
fn span(column: &Expr, literal: &Expr) -> Option<(i64, i64)> {
    let Expr::Column(c) = column else { return None };
    let Expr::Literal(value, _) = literal else {
        return None;
    };
    let (unit, n) = match value {
        ScalarValue::Date32(Some(d)) if c.name == "day" => {
            let start = i64::from(*d) * 86_400 - BEIJING_S;
            return Some((start, start + 86_399));
        }
        ScalarValue::TimestampSecond(Some(n), _) => (1, *n),
        ScalarValue::TimestampMillisecond(Some(n), _) => (1_000, *n),
        ScalarValue::TimestampMicrosecond(Some(n), _) => (1_000_000, *n),
        ScalarValue::TimestampNanosecond(Some(n), _) => (1_000_000_000, *n),
        _ => return None,
    };
    // Stored times are whole seconds: rounding outwards loses none.
    (c.name == "t").then(|| (n.div_euclid(unit), -(-n).div_euclid(unit)))
}
