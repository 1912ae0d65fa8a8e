//! Sessions: one configuration for all, tables pinned to one state, SQL that only reads.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider,
};
use datafusion::execution::SessionState;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};

use crate::error::Result;
use crate::view::{ObsTable, Pinned, Seen};
use crate::{Lake, Options, tables};

/// What the SQL table `obs` shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct View {
    /// Only what was recorded up to then, seconds since 1970 UTC; none = everything.
    pub as_known: Option<i64>,
}

/// What a plan means depends on the session's options and they do not travel with it, so every session, in any
/// role, is made from this one function.
fn config(options: &Options) -> SessionConfig {
    let mut c = SessionConfig::new().with_information_schema(true);
    if options.threads > 0 {
        c = c.with_target_partitions(options.threads);
    }
    // Literals without a zone are Beijing time, as people write them.
    c.options_mut().execution.time_zone = Some("+08:00".into());
    c.options_mut().execution.parquet.enable_page_index = true;
    c
}

/// The state that all sessions are cut from: functions, options, memory.
pub(crate) fn base(options: &Options, law: &Arc<law::Law>) -> Result<SessionState> {
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_limit(options.memory_mb << 20, 1.0)
        .build_arc()?;
    let mut state = SessionStateBuilder::new()
        .with_default_features()
        .with_config(config(options))
        .with_runtime_env(runtime)
        .build();
    crate::functions::register(&mut state, law)?;
    Ok(state)
}

impl Lake {
    /// The observations as they are at this moment.
    pub(crate) fn pinned(&self) -> Result<Pinned> {
        let (files, unwritten) = {
            let s = self.shared();
            (s.files.clone(), s.unwritten()?)
        };
        // After the rows, so that every number in them has its name.
        let names = self.registry().names();
        Ok(Pinned {
            root: self.inner.root.clone(),
            files,
            unwritten,
            names,
        })
    }

    /// A session whose tables stand still: `obs`, `obs_all`, `series`, `marks`, `latest` and the reference tables.
    ///
    /// # Errors
    /// When a reference table cannot be read.
    pub fn context(&self, view: &View) -> Result<SessionContext> {
        let pinned = self.pinned()?;
        // A catalogue of its own: the base state's would be shared by all sessions.
        let base = self.base();
        let names = &base.config_options().catalog;
        let (catalog, schema) = (names.default_catalog.clone(), names.default_schema.clone());
        let catalogs = Arc::new(MemoryCatalogProviderList::new());
        let own = Arc::new(MemoryCatalogProvider::new());
        own.register_schema(&schema, Arc::new(MemorySchemaProvider::new()))?;
        catalogs.register_catalog(catalog, own);
        let state = SessionStateBuilder::new_from_existing(base)
            .with_catalog_list(catalogs)
            .build();
        let ctx = SessionContext::new_with_state(state);
        let table = |seen| {
            Arc::new(ObsTable {
                pinned: pinned.clone(),
                seen,
            })
        };
        ctx.register_table("obs", table(Seen::Latest(view.as_known)))?;
        ctx.register_table("obs_all", table(Seen::All))?;
        ctx.register_table("series", tables::series(&pinned.names)?)?;
        ctx.register_table("marks", tables::marks(&pinned.names)?)?;
        ctx.register_table("latest", self.latest_table(&pinned.names)?)?;
        for (name, table) in self.reference_tables()? {
            ctx.register_table(name.as_str(), table)?;
        }
        for (name, table) in self.offered_tables() {
            if !ctx.table_exist(name.as_str())? {
                ctx.register_table(name.as_str(), table)?;
            }
        }
        Ok(ctx)
    }

    /// Runs one SELECT.
    ///
    /// # Errors
    /// SQL that cannot be planned, that would change something, or that needs more memory than allowed.
    pub fn sql(&self, sql: &str, view: &View) -> Result<Vec<RecordBatch>> {
        let ctx = self.context(view)?;
        let sql = sql.to_owned();
        self.inner.runtime.wait(async move { select(&ctx, &sql).await })
    }

    /// The same as JSON rows: column → value, decimals as text without trailing zeros.
    ///
    /// # Errors
    /// As [`Lake::sql`].
    pub fn rows(&self, sql: &str, view: &View) -> Result<Vec<serde_json::Map<String, serde_json::Value>>> {
        tables::json(&self.sql(sql, view)?)
    }

    /// The same with the columns in their order.
    ///
    /// # Errors
    /// As [`Lake::sql`].
    pub fn answer(&self, sql: &str, view: &View) -> Result<tables::Answer> {
        tables::answer(&self.sql(sql, view)?)
    }

    /// The physical plan of a SELECT as text.
    ///
    /// # Errors
    /// As [`Lake::sql`].
    pub fn explain(&self, sql: &str, view: &View) -> Result<String> {
        let ctx = self.context(view)?;
        let sql = sql.to_owned();
        self.inner.runtime.wait(async move {
            let plan = ctx
                .sql_with_options(&sql, read_only())
                .await?
                .create_physical_plan()
                .await?;
            Ok(datafusion::physical_plan::displayable(plan.as_ref())
                .indent(false)
                .to_string())
        })
    }
}

fn read_only() -> SQLOptions {
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
}

async fn select(ctx: &SessionContext, sql: &str) -> Result<Vec<RecordBatch>> {
    let frame = ctx.sql_with_options(sql, read_only()).await?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let mut rows = frame.collect().await?;
    if rows.is_empty() {
        // No rows still have columns.
        rows.push(RecordBatch::new_empty(schema));
    }
    Ok(rows)
}
