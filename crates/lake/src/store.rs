//! The Delta table `obs`: opening, writing files, committing.
//!
//! Invariant: a file is on disk before the commit that names it, and the commit before it is acknowledged.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int32Type;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{Action, Add, Remove, Transaction};
use deltalake_core::logstore::LogStoreRef;
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::table::state::DeltaTableState;
use deltalake_core::{DeltaTableBuilder, DeltaTableError};
use url::Url;

use crate::disk;
use crate::error::{LakeError, Result};
use crate::files::{FileEntry, Files};
use crate::schema::{self, Columns};

/// The table as its one writer sees it.
pub(crate) struct Store {
    pub(crate) dir: PathBuf,
    log: LogStoreRef,
    state: DeltaTableState,
    /// Last version of each application's transactions, as far as asked.
    transactions: HashMap<String, Option<i64>>,
}

impl Store {
    /// Opens the table in `dir`, making it if there is none.
    pub(crate) async fn open(dir: PathBuf) -> Result<Self> {
        fs::create_dir_all(&dir).map_err(LakeError::io(&dir))?;
        let full = fs::canonicalize(&dir).map_err(LakeError::io(&dir))?;
        let url = Url::from_directory_path(&full).map_err(|()| LakeError::Import {
            name: full.display().to_string(),
            reason: "not a path".into(),
        })?;
        if !full.join("_delta_log").exists() {
            let mut b = CreateBuilder::new().with_location(url.as_str()).with_table_name("obs");
            for (name, kind) in schema::delta_columns() {
                b = b.with_column(name, kind, true, None);
            }
            b.with_partition_columns(["month", "state"]).await?;
        }
        let table = DeltaTableBuilder::from_url(url)?.load().await?;
        let (log, state) = (table.log_store(), table.snapshot()?.clone());
        Ok(Self {
            dir: full,
            log,
            state,
            transactions: HashMap::new(),
        })
    }

    pub(crate) fn files(&self) -> Result<Files> {
        Files::of(&self.state)
    }

    /// Version the next commit will have.
    pub(crate) fn next_version(&self) -> u64 {
        self.state.version() + 1
    }

    /// Takes in commits of other processes.
    pub(crate) async fn refresh(&mut self) -> Result<bool> {
        let before = self.state.version();
        self.state.update(&self.log, None).await?;
        self.transactions.clear();
        Ok(self.state.version() != before)
    }

    /// Last version an application has committed.
    pub(crate) async fn transaction(&mut self, app: &str) -> Result<Option<i64>> {
        if let Some(v) = self.transactions.get(app) {
            return Ok(*v);
        }
        let v = self.state.transaction_version(&self.log, app).await?;
        self.transactions.insert(app.into(), v);
        Ok(v)
    }

    /// One commit: files in, files out, applications' versions.
    pub(crate) async fn commit(
        &mut self,
        add: Vec<Add>,
        remove: Vec<Remove>,
        transactions: &[(String, i64)],
    ) -> Result<Files> {
        let operation = if remove.is_empty() {
            let partition_by = Some(vec!["month".to_owned(), "state".to_owned()]);
            DeltaOperation::Write {
                mode: SaveMode::Append,
                partition_by,
                predicate: None,
            }
        } else {
            DeltaOperation::Optimize {
                predicate: None,
                target_size: schema::FILE_ROWS as i64,
            }
        };
        let actions = add
            .into_iter()
            .map(Action::Add)
            .chain(remove.into_iter().map(Action::Remove))
            .collect();
        let txns = transactions.iter().map(|(app, v)| Transaction::new(app, *v)).collect();
        let properties = CommitProperties::default().with_application_transactions(txns);
        let done = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(&self.state), self.log.clone(), operation)
            .await?;
        self.state = done.snapshot();
        // The log's own writer renames without syncing.
        let entry = self.dir.join(format!("_delta_log/{:020}.json", done.version()));
        File::open(&entry)
            .and_then(|f| f.sync_all())
            .map_err(LakeError::io(&entry))?;
        disk::sync_parent(&entry)?;
        for (app, v) in transactions {
            self.transactions.insert(app.clone(), Some(*v));
        }
        self.files()
    }

    /// The log's entry that takes a file out of the table (the file itself stays until `vacuum`).
    pub(crate) fn remove(&self, file: &FileEntry, now_ms: i64) -> Remove {
        Remove {
            path: file.path.clone(),
            data_change: false,
            deletion_timestamp: Some(now_ms),
            extended_file_metadata: Some(true),
            partition_values: Some(partition_values(file)),
            size: Some(file.size as i64),
            ..Default::default()
        }
    }

    /// Deletes files that no current version names and that nobody has touched for `keep_s` seconds.
    pub(crate) fn vacuum(&self, keep_s: u64) -> Result<usize> {
        let named: std::collections::HashSet<PathBuf> =
            self.files()?.list.iter().map(|f| self.dir.join(&f.path)).collect();
        let mut gone = 0;
        for month in entries(&self.dir)?
            .into_iter()
            .filter(|p| p.is_dir() && name_starts(p, "month="))
        {
            for file in entries(&month)?
                .iter()
                .map(|p| entries(p))
                .collect::<Result<Vec<_>>>()?
                .concat()
            {
                let meta = fs::metadata(&file).map_err(LakeError::io(&file))?;
                let age = meta
                    .modified()
                    .ok()
                    .and_then(|m| m.elapsed().ok())
                    .map_or(0, |a| a.as_secs());
                if !named.contains(&file) && age >= keep_s {
                    fs::remove_file(&file).map_err(LakeError::io(&file))?;
                    gone += 1;
                }
            }
        }
        Ok(gone)
    }
}

fn name_starts(p: &Path, with: &str) -> bool {
    p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(with))
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let read = fs::read_dir(dir).map_err(LakeError::io(dir))?;
    read.map(|e| e.map(|e| e.path()).map_err(LakeError::io(dir))).collect()
}

fn partition_values(f: &FileEntry) -> HashMap<String, Option<String>> {
    [("month", f.month), ("state", f.state)]
        .map(|(k, v)| (k.to_owned(), Some(v.to_string())))
        .into()
}

/// Writes sorted batches of one partition into as many files as needed.
pub(crate) struct PartWriter {
    dir: PathBuf,
    /// Unique in the table: version, partition, running number.
    id: String,
    /// `false` when the rows were in the table before (compaction).
    data_change: bool,
    entry: FileEntry,
    open: Option<(PathBuf, ArrowWriter<File>)>,
    done: Vec<(FileEntry, bool)>,
}

impl PartWriter {
    pub(crate) fn new(dir: &Path, version: u64, month: i32, state: i32, data_change: bool) -> Self {
        let entry = FileEntry {
            path: String::new(),
            size: 0,
            rows: 0,
            month,
            state,
            series: (i32::MAX, i32::MIN),
            t: (i64::MAX, i64::MIN),
            recorded: (i64::MAX, i64::MIN),
        };
        let id = format!("{version:08}-{month}{state}");
        Self {
            dir: dir.into(),
            id,
            data_change,
            entry,
            open: None,
            done: vec![],
        }
    }

    /// Adds rows that sort after all rows before.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let series = batch.column(schema::col::SERIES).as_primitive::<Int32Type>().values();
        let mut from = 0;
        while from < series.len() {
            let room = schema::FILE_ROWS.saturating_sub(self.entry.rows);
            // A full file ends where a series ends, so that no two files share a series and an hour.
            let mut to = (from + room).min(series.len());
            let last = if to > from { series[to - 1] } else { self.entry.series.1 };
            to += series[to..].iter().take_while(|s| **s == last).count();
            self.write_some(&batch.slice(from, to - from))?;
            from = to;
            if from < series.len() {
                self.close()?;
            }
        }
        Ok(())
    }

    fn write_some(&mut self, batch: &RecordBatch) -> Result<()> {
        let c = Columns::of(batch);
        if c.len() == 0 {
            return Ok(());
        }
        let writer = match &mut self.open {
            Some((_, w)) => w,
            None => {
                let path = self.dir.join(format!(".{}-{:04}.part", self.id, self.done.len()));
                let file = File::create(&path).map_err(LakeError::io(&path))?;
                let delays: std::collections::HashSet<i32> = c.delay.iter().copied().collect();
                let w = ArrowWriter::try_new(
                    file,
                    schema::file_schema(),
                    Some(schema::writer_properties(delays.len())?),
                )?;
                &mut self.open.insert((path, w)).1
            }
        };
        writer.write(batch)?;
        let e = &mut self.entry;
        e.rows += c.len();
        e.series = (e.series.0.min(c.series[0]), e.series.1.max(c.series[c.len() - 1]));
        for (t, delay) in c.t.iter().zip(&c.delay) {
            let t = t.div_euclid(1_000_000);
            let r = t + i64::from(*delay);
            e.t = (e.t.0.min(t), e.t.1.max(t));
            e.recorded = (e.recorded.0.min(r), e.recorded.1.max(r));
        }
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let Some((part, writer)) = self.open.take() else {
            return Ok(());
        };
        let file = writer.into_inner()?;
        file.sync_all().map_err(LakeError::io(&part))?;
        let (month, state) = (self.entry.month, self.entry.state);
        let fresh = Self::new(&self.dir, 0, month, state, self.data_change).entry;
        let mut entry = std::mem::replace(&mut self.entry, fresh);
        entry.path = entry.path_of(&format!("{}-{:04}", self.id, self.done.len()));
        entry.size = file.metadata().map_err(LakeError::io(&part))?.len();
        let to = self.dir.join(&entry.path);
        if let Some(dir) = to.parent() {
            fs::create_dir_all(dir).map_err(LakeError::io(dir))?;
        }
        fs::rename(&part, &to).map_err(LakeError::io(&to))?;
        disk::sync_parent(&to)?;
        self.done.push((entry, self.data_change));
        Ok(())
    }

    /// Closes the last file; the log entries of all.
    pub(crate) fn finish(mut self, now_ms: i64) -> Result<Vec<Add>> {
        self.close()?;
        self.done.iter().map(|(f, change)| add(f, *change, now_ms)).collect()
    }
}

fn add(f: &FileEntry, data_change: bool, now_ms: i64) -> Result<Add> {
    let time = |s: i64| {
        chrono::DateTime::from_timestamp(s, 0)
            .map(|t| t.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
            .ok_or_else(|| LakeError::Delta(DeltaTableError::Generic(format!("no such time: {s} s"))))
    };
    let stats = serde_json::json!({
        "numRecords": f.rows,
        "minValues": {"series": f.series.0, "t": time(f.t.0)?},
        "maxValues": {"series": f.series.1, "t": time(f.t.1)?},
        "nullCount": {"series": 0, "t": 0},
    });
    Ok(Add {
        path: f.path.clone(),
        partition_values: partition_values(f),
        size: f.size as i64,
        modification_time: now_ms,
        data_change,
        stats: Some(stats.to_string()),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    })
}
