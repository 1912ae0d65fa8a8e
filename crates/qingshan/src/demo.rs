//! `qingshan demo`: load what is shipped, make the simulated years, start the simulated outlets, serve on loopback.

use crate::serve::{self, Config};
use crate::{assets, fail, load, shipped, stores};
use clap::Args;
use lake::Lake;
use models::simulate::{self, Climate, Common, OutletParams, YearParams};
use serde::Deserialize;
use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

#[derive(Args)]
pub struct DemoArgs {
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// Where the pages are served
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where loggers connect (port 0: any)
    #[arg(long, default_value = "127.0.0.1:9212")]
    gateway: SocketAddr,
    /// Packets a second of the simulated outlets; 0 = none
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// Load and stop
    #[arg(long)]
    load_only: bool,
}

/// `data/demo.toml`: what the demo loads, in this order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    file: Vec<ShippedFile>,
    simulated: Vec<i32>,
    simulated_format: String,
    /// Parameters of a simulated year of outlets.
    outlets: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShippedFile {
    path: String,
    format: String,
}

/// Reference tables that SQL and the imports read.
///
/// # Errors
/// A shipped table that is missing.
pub fn tables(lake: &Lake) -> Result<(), String> {
    for (name, path) in [
        ("sites", "data/sites/sites.csv"),
        ("cities", "data/sites/cities.csv"),
        ("loggers", "data/sites/loggers.csv"),
        ("outlets", shipped::OUTLETS),
        ("sections", "data/water/sections.csv"),
        ("divisions", "data/regions/divisions_official_2026.csv"),
        ("published", "data/published/anhui_figures.csv"),
    ] {
        lake.put_table(name, &assets::text(path)?).map_err(fail)?;
    }
    Ok(())
}

/// Runs the command.
///
/// # Errors
/// A store or a port that cannot be used, a shipped file that cannot be read.
pub fn run(a: DemoArgs) -> Result<(), String> {
    let began = Instant::now();
    let law = Arc::new(shipped::law(Some(&a.data))?);
    let s = stores::open(&a.data, law.clone())?;
    tables(&s.lake)?;
    load_shipped(&s)?;
    eprintln!("demo: loaded in {:.1} s", began.elapsed().as_secs_f64());
    if a.load_only {
        return Ok(());
    }
    let registry = serve::registry(None)?;
    let senders = gateway::simulate::senders_of(&registry);
    let config = Config {
        data: a.data,
        listen: a.listen,
        gateway: Some(a.gateway),
        loggers: None,
        books: None,
        hash: books::Hash::default(),
        public_url: None,
        demo: true,
    };
    let rate = a.rate;
    serve::run_with(config, s, law, registry, move |gateway| {
        if rate > 0.0 {
            let to = gateway.address().to_string();
            tokio::spawn(async move {
                if let Err(e) = gateway::simulate::simulate(&to, &senders, &simulate_options(rate)).await {
                    eprintln!("simulated outlets stopped: {e}");
                }
            });
        }
    })
}

/// Options of simulated outlets: a few faulty packets, so that the quarantine has something to show.
pub fn simulate_options(rate: f64) -> gateway::simulate::SimulateOptions {
    gateway::simulate::SimulateOptions {
        rate,
        seed: 212,
        faulty: 0.01,
        packets: None,
        clock: gateway::system_clock(),
        send: gateway::send::SendOptions::default(),
    }
}

fn load_shipped(s: &stores::Stores) -> Result<(), String> {
    let shipped: Shipped =
        toml::from_str(&assets::text("data/demo.toml")?).map_err(|e| format!("data/demo.toml: {e}"))?;
    let formats = load::formats()?;
    let mut changed = false;
    let mut take = |name: &str, bytes: &[u8], format: &str| -> Result<(), String> {
        let f = formats
            .get(format)
            .ok_or_else(|| format!("data/demo.toml: no format `{format}`"))?;
        let report = load::one(&s.lake, &s.evidence, &formats, f, name, bytes)?;
        if report.accepted > 0 {
            changed = true;
            load::print(&report);
        }
        Ok(())
    };
    for file in &shipped.file {
        let bytes = assets::get(&file.path).ok_or_else(|| format!("data/demo.toml: `{}` is not shipped", file.path))?;
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        take(name, &bytes, &file.format)?;
    }
    // Months that are in already are not made again: making them costs more than looking.
    let have: Vec<String> = s.lake.imports().map_err(fail)?.into_iter().map(|i| i.name).collect();
    let months = |y: i32| (1..=12u32).map(move |m| simulate::file_name(y, m));
    if shipped
        .simulated
        .iter()
        .any(|y| months(*y).any(|n| !have.contains(&format!("{n}.gz"))))
    {
        let climate = climate()?;
        for y in &shipped.simulated {
            let year = simulate::year(&climate.0, &params(*y)?, &climate.1);
            for m in 1..=12 {
                let mut csv = vec![];
                year.write_month(m, &mut csv).map_err(fail)?;
                let name = format!("{}.gz", simulate::file_name(*y, m));
                take(&name, &gzip(&csv)?, &shipped.simulated_format)?;
            }
        }
    }
    let outlets = OutletParams::parse(&shipped.outlets, &assets::text(&shipped.outlets)?).map_err(fail)?;
    for kind in &outlets.kind {
        let name = format!("{}.gz", simulate::outlet_file_name(outlets.year, &kind.id));
        if have.contains(&name) {
            continue;
        }
        let all = shipped::outlets()?;
        let of = all.iter().filter(|o| o.simulated && o.sector == kind.id);
        let sites: Vec<&str> = of.map(|o| o.site.as_str()).collect();
        let mut csv = vec![];
        kind.write_year(&outlets, &sites, &mut csv).map_err(fail)?;
        take(&name, &gzip(&csv)?, &kind.format)?;
    }
    if changed {
        s.lake.compact().map_err(fail)?;
    }
    Ok(())
}

/// The same bytes always: no time and no name in the header.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    std::io::Write::write_all(&mut out, bytes).map_err(fail)?;
    out.finish().map_err(fail)
}

fn params(year: i32) -> Result<YearParams, String> {
    let path = format!("data/simulated/{year}.toml");
    YearParams::parse(&path, &assets::text(&path)?).map_err(fail)
}

fn climate() -> Result<(Common, Climate), String> {
    let common = Common::parse(
        "data/simulated/common.toml",
        &assets::text("data/simulated/common.toml")?,
    )
    .map_err(fail)?;
    let unpacked = |path: &str| -> Result<String, String> {
        let bytes = assets::get(path).ok_or_else(|| format!("`{path}` is not shipped"))?;
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..])
            .read_to_string(&mut text)
            .map_err(|e| format!("{path}: {e}"))?;
        Ok(text)
    };
    let (cities, sites) = (
        assets::text("data/sites/cities.csv")?,
        assets::text("data/sites/sites.csv")?,
    );
    let city_days = unpacked("data/air/anhui_city_daily_2013-12_2016-06.csv.gz")?;
    let winter_hours = unpacked("data/air/all_cities_hourly_2019-02-04_09.csv.gz")?;
    let spring_hours = unpacked("data/air/anhui_station_hourly_2020-04.csv.gz")?;
    let sources = simulate::Sources {
        cities: &cities,
        sites: &sites,
        city_days: &city_days,
        winter_hours: &winter_hours,
        spring_hours: &spring_hours,
    };
    let climate = Climate::learn(&sources, &common).map_err(fail)?;
    Ok((common, climate))
}
