//! A function over columns by its bulk form: rules are compiled once for each day, division and set of words met, and
//! kept; parts of a figure are looked up; a text is made once for each figure that repeats.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{ArrayRef, StringViewBuilder};
use datafusion::common::Result;
use figure::Decimal;
use law::Law;
use standards::{Args, Brief, Compile, Context, EvalError, Function, Memo, MemoColumn, Part, Parts};

use super::columns::Batch;
use super::scalar::day;

/// So many compiled rules of a function are kept; beyond, the older half is dropped.
const KEPT: usize = 64;

/// A function's rules for one day, division and set of words.
struct Rules {
    /// One for each place of the call, see [`Batch`].
    words: Vec<Option<String>>,
    bulk: Box<dyn standards::Bulk>,
    memo: Memo,
}

/// The rules compiled so far, shared by the threads and queries of a session.
#[derive(Default)]
pub(super) struct Kept(Mutex<Vec<Arc<Rules>>>);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

impl Kept {
    fn find(&self, words: &[Option<String>]) -> Option<Arc<Rules>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|r| r.words == words).cloned()
    }

    fn keep(&self, rules: &Arc<Rules>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.drain(..KEPT / 2);
        }
        kept.push(rules.clone());
    }
}

/// A call of a function with columns.
pub(super) struct Call<'a> {
    pub function: &'static Function,
    pub law: &'a Law,
    pub kept: &'a Kept,
    pub compile: Compile,
    pub batch: &'a Batch,
}

/// The row of a batch that has no figure, and why.
pub(super) enum Refused {
    Row(usize, EvalError),
    Cell(datafusion::error::DataFusionError),
}

impl From<datafusion::error::DataFusionError> for Refused {
    fn from(e: datafusion::error::DataFusionError) -> Self {
        Self::Cell(e)
    }
}

impl Call<'_> {
    /// The figures of all rows; a row without a required argument has none.
    pub fn values(&self) -> Result<ArrayRef, Refused> {
        let (rules, which) = self.rules()?;
        let mut out = Shown::new(self.batch.rows);
        let parts: Option<Vec<&dyn Parts>> = rules.iter().map(|r| r.bulk.parts()).collect();
        match parts {
            Some(parts) => self.by_parts(&rules, &parts, &which, &mut out)?,
            None => self.by_row(&rules, &which, &mut out)?,
        }
        Ok(Arc::new(out.texts.finish()))
    }

    /// The rules met, and for each row which of them; no list if one serves all.
    fn rules(&self) -> Result<(Vec<Arc<Rules>>, Vec<usize>), Refused> {
        let batch = self.batch;
        let each = batch.changing();
        let (mut rules, mut which): (Vec<Arc<Rules>>, Vec<usize>) = (vec![], vec![]);
        let mut last = 0;
        for row in 0..batch.rows {
            if !batch.is_null(row) {
                let fits = |r: &Arc<Rules>| each.iter().all(|p| batch.word(*p, row) == r.words[*p].as_deref());
                // Few rules hold within a batch, mostly one: they are found by comparing, the last one first.
                if !rules.get(last).is_some_and(fits) {
                    last = rules.iter().position(fits).unwrap_or(rules.len());
                }
                if last == rules.len() {
                    rules.push(self.compiled(row)?);
                }
                if each.is_empty() {
                    return Ok((rules, vec![]));
                }
            }
            which.push(last);
        }
        Ok((rules, which))
    }

    fn compiled(&self, row: usize) -> Result<Arc<Rules>, Refused> {
        let declared = self.function.args.len();
        let words: Vec<Option<String>> = (0..declared + 2)
            .map(|p| self.batch.word(p, row).map(str::to_string))
            .collect();
        if let Some(hit) = self.kept.find(&words) {
            return Ok(hit);
        }
        let context = Context {
            law: self.law,
            date: day(self.function.name, words[declared].as_deref().unwrap_or_default())?,
            division: words[declared + 1].as_deref().unwrap_or_default(),
        };
        let named = self.function.args.iter().zip(&words);
        let args: Args = named.filter_map(|(a, w)| Some((a.name, w.as_deref()?))).collect();
        let rules = Arc::new(Rules {
            bulk: (self.compile)(&context, &args).map_err(|e| Refused::Row(row, e))?,
            memo: Memo::new(declared),
            words,
        });
        self.kept.keep(&rules);
        Ok(rules)
    }

    /// Number by number, so that each column meets one table of parts.
    fn by_parts(
        &self,
        rules: &[Arc<Rules>],
        parts: &[&dyn Parts],
        which: &[usize],
        out: &mut Shown,
    ) -> Result<(), Refused> {
        let batch = self.batch;
        let mut joined = vec![Part::default(); batch.rows];
        for (place, numbers) in &batch.numbers {
            let scale = numbers.scale();
            let tables: Vec<Option<MemoColumn<'_>>> = rules
                .iter()
                .zip(parts)
                .map(|(r, p)| r.memo.column(*p, *place, scale?))
                .collect();
            let part = |at: usize, mantissa: i128| match &tables[at] {
                Some(table) => table.part(mantissa),
                None => parts[at].part(*place, Decimal::new(mantissa, scale.unwrap_or(0))?),
            };
            let mut refused = None;
            numbers.each(|row, number| {
                // Rules are missing only where every row lacks something.
                let at = which.get(row).copied().unwrap_or(0);
                if at >= parts.len() {
                    return;
                }
                let part = match number {
                    Ok(Number::Scaled(mantissa)) => part(at, mantissa),
                    Ok(Number::Decimal(d)) => parts[at].part(*place, d),
                    Err(e) => Err(e.into()),
                };
                match part {
                    Ok(part) => joined[row] = joined[row].and(part),
                    Err(e) if refused.is_none() && !batch.is_null(row) => refused = Some(Refused::Row(row, e)),
                    Err(_) => {}
                }
            });
            if let Some(refused) = refused {
                return Err(refused);
            }
        }
        for (row, joined) in joined.into_iter().enumerate() {
            let at = which.get(row).copied().unwrap_or(0);
            if at >= parts.len() || batch.is_null(row) {
                out.texts.append_null();
                continue;
            }
            let key = (at as u64) << 32 | u64::from(joined.marks) << 16 | u64::from(joined.worst);
            out.put(key, || parts[at].whole(joined))
                .map_err(|e| Refused::Row(row, e))?;
        }
        Ok(())
    }

    fn by_row(&self, rules: &[Arc<Rules>], which: &[usize], out: &mut Shown) -> Result<(), Refused> {
        let batch = self.batch;
        let mut row_numbers: Vec<Option<Decimal>> = vec![None; self.function.args.len()];
        for row in 0..batch.rows {
            let rules = rules.get(which.get(row).copied().unwrap_or(0));
            let Some(rules) = rules.filter(|_| !batch.is_null(row)) else {
                out.texts.append_null();
                continue;
            };
            for (place, n) in &batch.numbers {
                row_numbers[*place] = n.at(row).map_err(|e| Refused::Row(row, e.into()))?;
            }
            match rules.bulk.value(&row_numbers).map_err(|e| Refused::Row(row, e))? {
                Brief::Missing => out.texts.append_null(),
                Brief::Text(t) => out.texts.append_value(t),
                Brief::Number(d) => match u64::try_from(d.mantissa()) {
                    // 58 bits of digits and the decimals make a key.
                    Ok(m) if m >> 58 == 0 && d.scale() < 64 => {
                        out.put(m << 6 | u64::from(d.scale()), || Ok(Brief::Number(d)))
                            .map_err(|e| Refused::Row(row, e))?;
                    }
                    _ => out.texts.append_value(d.to_string()),
                },
            }
        }
        Ok(())
    }
}

/// A number of a column.
pub(super) enum Number {
    /// The mantissa at the decimals of the column.
    Scaled(i128),
    Decimal(Decimal),
}

/// The texts of the figures, and those made last by what they show.
struct Shown {
    texts: StringViewBuilder,
    /// 2^[`Shown::BITS`] places, found by a hash of the key.
    made: Vec<Option<(u64, Option<String>)>>,
}

impl Shown {
    const BITS: u32 = 10;

    fn new(rows: usize) -> Self {
        Self {
            texts: StringViewBuilder::with_capacity(rows),
            made: vec![None; 1 << Self::BITS],
        }
    }

    /// Appends the figure with this key; it is asked for only if it was not made lately.
    fn put<'a>(&mut self, key: u64, figure: impl FnOnce() -> Result<Brief<'a>, EvalError>) -> Result<(), EvalError> {
        // Fibonacci hashing: the high bits of the product.
        let place = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - Self::BITS)) as usize;
        let slot = &mut self.made[place];
        if slot.as_ref().is_none_or(|(k, _)| *k != key) {
            *slot = Some((
                key,
                match figure()? {
                    Brief::Missing => None,
                    Brief::Text(t) => Some(t.to_string()),
                    Brief::Number(d) => Some(d.to_string()),
                },
            ));
        }
        match slot {
            Some((_, Some(text))) => self.texts.append_value(text),
            _ => self.texts.append_null(),
        }
        Ok(())
    }
}
