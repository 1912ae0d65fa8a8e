//! The latest value of every series, kept in memory and beside the table, so that it is never searched for.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Decimal128Array, Int32Array, StringArray, TimestampMicrosecondArray};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;

use crate::error::{LakeError, Result};
use crate::registry::Names;
use crate::row::Row;
use crate::schema::Columns;
use crate::view::{ObsTable, Seen};
use crate::{Lake, RecordBatch, SeriesKey, disk};

/// By series number.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    rows: Vec<Option<Row>>,
}

impl Latest {
    /// Takes rows in any order: the greatest time wins, and for one time the row that counts.
    pub(crate) fn take(&mut self, rows: &[Row]) {
        for r in rows {
            // `check` has refused negative numbers.
            let at = r.series as usize;
            if at >= self.rows.len() {
                self.rows.resize(at + 1, None);
            }
            let newer = self.rows[at].is_none_or(|old| r.t > old.t || (r.t == old.t && r.key() < old.key()));
            if newer {
                self.rows[at] = Some(*r);
            }
        }
    }
}

const SIDECAR: &str = "latest.csv";

impl Lake {
    /// The latest observation of every series that has one, by series number.
    pub fn latest(&self) -> Vec<(SeriesKey, Row)> {
        let rows: Vec<Row> = self.latest_mut().rows.iter().flatten().copied().collect();
        let names = self.registry().names();
        rows.into_iter()
            .filter_map(|r| Some((names.keys.get(r.series as usize)?.clone(), r)))
            .collect()
    }

    /// The latest observation of one series.
    pub fn latest_of(&self, series: i32) -> Option<Row> {
        self.latest_mut()
            .rows
            .get(usize::try_from(series).ok()?)
            .copied()
            .flatten()
    }

    /// Keeps the latest rows beside the table, with the names of the files they cover.
    pub(crate) fn keep_latest(&self) -> Result<()> {
        let files = self.shared().files.clone();
        let mut text = format!("{}\n", files.list.len());
        for f in &files.list {
            text.push_str(&f.path);
            text.push('\n');
        }
        for r in self.latest_mut().rows.iter().flatten() {
            let v = r.v.map(|v| v.to_string()).unwrap_or_default();
            text.push_str(&format!("{},{},{v},{},{},{}\n", r.series, r.t, r.e, r.mark, r.recorded));
        }
        disk::replace(&self.inner.dir.join(SIDECAR), text.as_bytes())
    }

    /// Reads what was kept and the files written since. A file that is gone was compacted: its rows are
    /// covered, because compaction makes no rows.
    pub(crate) fn load_latest(&self) -> Result<()> {
        let path = self.inner.dir.join(SIDECAR);
        let (covered, rows) = match std::fs::read_to_string(&path) {
            // What is kept can always be found again from the table, so a damaged file is only slow.
            Ok(text) => parse(&text).unwrap_or_default(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Default::default(),
            Err(e) => return Err(LakeError::io(&path)(e)),
        };
        self.latest_mut().take(&rows);
        let mut pinned = self.pinned()?;
        let newer = pinned
            .files
            .list
            .iter()
            .filter(|f| !covered.contains(&f.path))
            .cloned()
            .collect();
        pinned.files = Arc::new(crate::files::Files {
            version: pinned.files.version,
            list: newer,
        });
        pinned.unwritten = None;
        if pinned.files.list.is_empty() {
            return Ok(());
        }
        let state = self.base();
        let lake = self.clone();
        self.inner.runtime.wait(async move {
            use datafusion::physical_plan::{ExecutionPlanProperties, execute_stream};
            use futures::TryStreamExt;
            let table = ObsTable {
                pinned,
                seen: Seen::All,
            };
            let wanted = crate::filters::wanted(&state, &[], &table.pinned.names)?;
            let plan = table.stored(&state, &wanted, (0..6).collect())?;
            debug_assert!(plan.output_partitioning().partition_count() > 0);
            let mut stream = execute_stream(plan, state.task_ctx())?;
            while let Some(batch) = stream.try_next().await? {
                let c = Columns::of(&batch);
                let rows: Vec<Row> = (0..c.len()).map(|i| c.row(i)).collect();
                lake.latest_mut().take(&rows);
            }
            Ok(())
        })
    }

    pub(crate) fn latest_table(&self, names: &Names) -> Result<Arc<dyn TableProvider>> {
        let known = names.keys.len();
        let rows: Vec<Row> = self
            .latest_mut()
            .rows
            .iter()
            .flatten()
            .filter(|r| (r.series as usize) < known)
            .copied()
            .collect();
        let text = |f: fn(&SeriesKey) -> &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(
                rows.iter().map(|r| f(&names.keys[r.series as usize])),
            ))
        };
        let time = |f: fn(&Row) -> i64| -> ArrayRef {
            let at = rows.iter().map(|r| f(r) * 1_000_000);
            Arc::new(TimestampMicrosecondArray::from_iter_values(at).with_timezone("UTC"))
        };
        let scale = crate::row::MAX_DECIMALS;
        let v: Decimal128Array = rows
            .iter()
            .map(|r| {
                r.v.map(|v| i128::from(v) * 10i128.pow(u32::from((scale - r.e).unsigned_abs())))
            })
            .collect();
        let mark = rows.iter().map(|r| names.mark.value(r.mark as usize));
        let columns: Vec<(&str, ArrayRef)> = vec![
            (
                "series",
                Arc::new(Int32Array::from_iter_values(rows.iter().map(|r| r.series))),
            ),
            ("site", text(|k| &k.site)),
            ("factor", text(|k| &k.factor)),
            ("period", text(|k| &k.period)),
            ("origin", text(|k| &k.origin)),
            ("t", time(|r| r.t)),
            ("v", Arc::new(v.with_precision_and_scale(28, scale)?)),
            ("mark", Arc::new(StringArray::from_iter_values(mark))),
            ("recorded_at", time(|r| r.recorded)),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, n == "v")))?;
        Ok(Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?))
    }
}

fn parse(text: &str) -> Option<(HashSet<String>, Vec<Row>)> {
    let mut lines = text.lines();
    let files: usize = lines.next()?.parse().ok()?;
    let covered: HashSet<String> = lines.by_ref().take(files).map(str::to_owned).collect();
    let row = |line: &str| -> Option<Row> {
        let mut c = line.split(',');
        let series = c.next()?.parse().ok()?;
        let t = c.next()?.parse().ok()?;
        let v = match c.next()? {
            "" => None,
            v => Some(v.parse().ok()?),
        };
        let (e, mark, recorded) = (
            c.next()?.parse().ok()?,
            c.next()?.parse().ok()?,
            c.next()?.parse().ok()?,
        );
        Some(Row {
            series,
            t,
            v,
            e,
            mark,
            recorded,
        })
    };
    let rows = lines.map(row).collect::<Option<Vec<_>>>()?;
    (covered.len() == files).then_some((covered, rows))
}
