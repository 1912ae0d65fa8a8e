//! Opens the stores of a data folder, and puts the server's state together from them and from what is shipped.

use crate::{assets, fail, shipped};
use books::{Books, Hash};
use evidence::Evidence;
use lake::Lake;
use models::forecast::Method;
use plan::depths::Site;
use serde::Deserialize;
use server::access::House;
use server::{App, Parts};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Evidence and observations of one folder.
pub struct Stores {
    pub dir: PathBuf,
    pub evidence: Evidence,
    pub lake: Lake,
}

/// Opens both for writing; says on standard error what recovery cut off.
///
/// # Errors
/// A folder that is in use or damaged, with the place.
pub fn open(dir: &Path, law: Arc<law::Law>) -> Result<Stores, String> {
    let (evidence, recovery) = Evidence::open(&dir.join("evidence"), evidence::Options::default()).map_err(fail)?;
    if let Some(cut) = &recovery.cut {
        eprintln!("evidence: a torn tail was cut: {cut:?}");
    }
    let lake = Lake::open(&dir.join("lake"), law, lake::Options::default()).map_err(fail)?;
    let dir = dir.to_owned();
    Ok(Stores { dir, evidence, lake })
}

/// Opens both to ask only: a server may have them open at the same time.
///
/// # Errors
/// A folder that holds no stores.
pub fn look(dir: &Path, law: Arc<law::Law>) -> Result<Stores, String> {
    if !dir.join("evidence").is_dir() {
        return Err(format!(
            "{}: no stores there; `qingshan demo` or `qingshan load` makes them",
            dir.display()
        ));
    }
    let (evidence, _) = Evidence::open_read(&dir.join("evidence")).map_err(fail)?;
    let lake = Lake::open(&dir.join("lake"), law, lake::Options::default()).map_err(fail)?;
    let dir = dir.to_owned();
    Ok(Stores { dir, evidence, lake })
}

/// Where the books are, unless a configuration says otherwise.
pub fn books_url(dir: &Path, given: Option<&str>) -> String {
    given.map_or_else(|| format!("sqlite:{}", dir.join("books.db").display()), str::to_string)
}

/// Opens the books for reading and writing.
///
/// # Errors
/// A file or database that cannot be opened.
pub async fn books(dir: &Path, given: Option<&str>, hash: Hash) -> Result<Books, String> {
    let url = books_url(dir, given);
    // A password in an address is told to nobody.
    let shown = url.split_once('@').map_or(url.as_str(), |(_, place)| place);
    Books::open(&url, hash)
        .await
        .map_err(|e| format!("books ({shown}): {e}"))
}

#[derive(Deserialize)]
struct SiteRow {
    code: String,
    name: String,
    division: String,
    evaluates: String,
}

/// Everything the server needs, over opened stores.
///
/// # Errors
/// A shipped file that cannot be read.
pub fn app(
    stores: Stores,
    law: Arc<law::Law>,
    gateway: Option<gateway::Gateway>,
    books: Option<Books>,
    house: House,
) -> Result<App, String> {
    let rows: Vec<SiteRow> = shipped::table("data/sites/sites.csv")?;
    let stations = rows
        .into_iter()
        .map(|r| Site {
            code: r.code,
            name: r.name,
            division: r.division,
            evaluates: r.evaluates == "1",
        })
        .collect();
    let method = assets::text("data/models/forecast.toml")?;
    Ok(App::new(Parts {
        law,
        library: shipped::library(Some(&stores.dir))?,
        drafts: law::Shelf::new(stores.dir.join("drafts")),
        naming: shipped::naming()?,
        shelf: server::Shelf::open(shipped::packs(&stores.dir))?,
        books,
        house,
        plan: Arc::new(shipped::plan(shipped::PLAN)?),
        lake: stores.lake,
        evidence: stores.evidence,
        gateway,
        published: plan::published::read(&assets::text("data/published/anhui_figures.csv")?).map_err(fail)?,
        method: Method::parse("data/models/forecast.toml", &method).map_err(fail)?,
        cities: shipped::cities()?,
        stations,
        sections: shipped::sections()?,
        outlets: shipped::outlets()?,
        units: toml::from_str(&assets::text("packs/packets/units.toml")?)
            .map_err(|e| format!("packs/packets/units.toml: {e}"))?,
        assets: assets::get,
        clock: || chrono::Utc::now().timestamp_millis(),
    }))
}
