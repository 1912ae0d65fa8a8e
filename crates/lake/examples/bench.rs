//! Measurements of the lake: `bench fill DIR SERIES DAYS`, `bench ask DIR`, `bench daily DIR HOURLY.parquet LAW_DIR`.
//! The peers' side is in `bench/lake`. All values are made up.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use chrono::NaiveDate;
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampSecondType};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use lake::{BEIJING_S, Lake, Options, Row, SeriesKey, View};

type Any = Box<dyn std::error::Error>;
const NOW: View = View { as_known: None };
/// 2024-01-01 00:00 Beijing.
const START: i64 = 1_704_038_400;

fn open(dir: &str, law: &str) -> Result<Lake, Any> {
    let law = if law.is_empty() {
        law::Law::load([])
    } else {
        law::Law::load_dir(Path::new(law))
    };
    let law = law.map_err(|e| format!("{e:?}"))?;
    Ok(Lake::open(
        Path::new(dir),
        Arc::new(law),
        Options {
            memory_mb: 4096,
            ..Options::default()
        },
    )?)
}

/// Hourly readings with one decimal: a random walk, 2 % marked, up to 30 s late.
fn fill(dir: &str, series: i32, days: i64) -> Result<(), Any> {
    let lake = open(dir, "")?;
    let keys: Vec<SeriesKey> = (0..series)
        .map(|i| SeriesKey::new(&format!("S{:05}", i / 6), &format!("f{}", i % 6), "1h", "simulated"))
        .collect();
    let ids = lake.series(&keys)?;
    let marks = [lake.mark("H")?, lake.mark("PZ")?, lake.mark("RM")?];
    let (mut level, mut state) = (vec![400i64; ids.len()], vec![0u64; ids.len()]);
    for (i, s) in state.iter_mut().enumerate() {
        *s = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    let (mut rows_in_all, begun) = (0, Instant::now());
    for from in (0..days).step_by(30) {
        let mut rows = Vec::with_capacity(ids.len() * 720);
        for (i, id) in ids.iter().enumerate() {
            for hour in from * 24..(from + 30).min(days) * 24 {
                let x = &mut state[i];
                *x ^= *x << 13;
                *x ^= *x >> 7;
                *x ^= *x << 17;
                level[i] = (level[i] + (*x % 51) as i64 - 25 + (400 - level[i]) / 50).max(1);
                let t = START + hour * 3600;
                let mark = if (*x >> 40).is_multiple_of(50) {
                    marks[(*x >> 50) as usize % 3]
                } else {
                    0
                };
                let recorded = t + 3600 + ((*x >> 30) % 30) as i64;
                rows.push(Row {
                    series: *id,
                    t,
                    v: Some(level[i]),
                    e: 1,
                    mark,
                    recorded,
                });
            }
        }
        rows_in_all += rows.len();
        lake.append(rows, None)?;
    }
    let s = begun.elapsed().as_secs_f64();
    println!(
        "append: {rows_in_all} rows in {s:.1} s, {:.0} rows/s",
        rows_in_all as f64 / s
    );
    let begun = Instant::now();
    let done = lake.compact()?;
    println!(
        "compact: {} files to {}, {:.1} s",
        done.files_before,
        done.files_after,
        begun.elapsed().as_secs_f64()
    );
    lake.vacuum(0)?;
    let mut bytes = 0;
    let mut dirs = vec![Path::new(dir).join("obs")];
    while let Some(d) = dirs.pop() {
        for e in std::fs::read_dir(d)? {
            let e = e?;
            if e.file_type()?.is_dir() {
                dirs.push(e.path());
            } else if e.path().extension().is_some_and(|x| x == "parquet") {
                bytes += e.metadata()?.len();
            }
        }
    }
    println!(
        "size: {bytes} bytes, {:.3} bytes an observation",
        bytes as f64 / rows_in_all as f64
    );
    Ok(())
}

fn timed(what: &str, times: usize, mut work: impl FnMut() -> Result<String, Any>) -> Result<(), Any> {
    let mut all = vec![];
    let mut answer = String::new();
    for _ in 0..times {
        let at = Instant::now();
        answer = work()?;
        all.push(at.elapsed().as_secs_f64() * 1000.0);
    }
    let first = all[0];
    all.sort_by(f64::total_cmp);
    println!(
        "{what}: median {:.1} ms, best {:.1} ms, first {first:.1} ms | {answer}",
        all[all.len() / 2],
        all[0]
    );
    Ok(())
}

fn ask(dir: &str) -> Result<(), Any> {
    let at = Instant::now();
    let lake = open(dir, "")?;
    println!("open: {:.1} ms", at.elapsed().as_secs_f64() * 1000.0);
    let sql = |sql: &str| -> Result<String, Any> { Ok(format!("{:?}", lake.answer(sql, &NOW)?.rows)) };
    timed("latest of every series (call)", 9, || {
        Ok(lake.latest().len().to_string())
    })?;
    timed("latest of every series (SQL)", 9, || {
        sql("SELECT count(*), sum(v) FROM latest")
    })?;
    let one = "FROM obs WHERE site = 'S00100' AND factor = 'f3' AND period = '1h' AND origin = 'simulated'";
    timed("one series, the year", 9, || {
        sql(&format!("SELECT count(*), sum(v), max(t) {one}"))
    })?;
    timed("one series, a day", 9, || {
        sql(&format!("SELECT count(*), sum(v) {one} AND day = DATE '2024-05-13'"))
    })?;
    let month = "FROM obs WHERE day BETWEEN DATE '2024-05-01' AND DATE '2024-05-31' AND mark = 'N'";
    timed("daily means of all series, May", 5, || {
        sql(&format!(
            "SELECT count(*), sum(m) FROM (SELECT series, day, valid_mean(v, 20, 1) m {month} GROUP BY series, day) x"
        ))
    })?;
    timed("the same with avg", 5, || {
        sql(&format!(
            "SELECT count(*), sum(m) FROM (SELECT series, day, avg(v) m {month} GROUP BY series, day) x"
        ))
    })?;
    timed("sum of everything", 3, || sql("SELECT count(*), sum(v) FROM obs"))
}

/// Loads the peers' file and makes the daily indices of its stations by our rules.
fn daily(dir: &str, file: &str, law: &str) -> Result<(), Any> {
    let lake = open(dir, law)?;
    if lake.version() == 0 {
        load(&lake, file)?;
    }
    drop(lake);
    let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).ok_or("date");
    let range = (date(2024, 1, 1)?, date(2024, 12, 31)?);
    // From an open store to every index: nothing is kept from one round to the next.
    for _ in 0..3 {
        let fresh = open(dir, law)?;
        let (at, cpu) = (Instant::now(), cpu_s());
        let days = fresh.site_days(&[], range, Some(JUDGED.parse()?))?;
        let sum: u64 = days.iter().filter_map(|d| d.aqi.aqi).map(u64::from).sum();
        let (wall, cpu) = (at.elapsed().as_secs_f64(), cpu_s() - cpu);
        println!(
            "lake: {} station-days, AQI sum {sum}, cpu {cpu:.2} s, wall {wall:.2} s",
            days.len()
        );
    }
    Ok(())
}

/// The day whose law both sides judge by: six pollutants, as the peers' program does.
const JUDGED: &str = "2026-06-01";

/// CPU seconds of this process, user and system (from /proc, in hundredths).
fn cpu_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// The numbers of the law that the peers' program needs, as JSON.
fn rules(law_dir: &str, out: &str) -> Result<(), Any> {
    let law = law::Law::load_dir(Path::new(law_dir)).map_err(|e| format!("{e:?}"))?;
    let (judged, made) = (JUDGED.parse()?, "2024-06-01".parse()?);
    let (cuts, above) = (
        law.at("air.iaqi.breakpoints", judged, "")?,
        law.at("air.iaqi.above", judged, "")?,
    );
    let (valid, kept) = (law.at("air.valid", made, "")?, law.at("air.decimals", made, "")?);
    let (ozone, limit) = (law.at("air.o3_8h", made, "")?, law.at("air.limit", made, "")?);
    let compiled = standards::air::Rules::at(&law, made, "")?;
    let number = |p: &law::Provision, row: usize, c: &str| -> Result<i64, Any> {
        Ok(p.table.decimal(row, c)?.mantissa() as i64)
    };
    let (mut factors, mut ends) = (vec![], serde_json::Map::new());
    for p in lake::air::SIX {
        let (code, o3) = (lake::air::factor_code(p), p == standards::air::Pollutant::O3_8h);
        let row = kept.table.row(&[("item", p.factor()), ("use", "raw")])?;
        let decimals = number(kept, row, "decimals")? as u32;
        let period = if o3 { "8h" } else { "24h" };
        let row = cuts.table.row(&[("factor", p.factor()), ("period", period)])?;
        let mut points = vec![];
        for i in ["0", "50", "100", "150", "200", "300", "400", "500"] {
            if let Some(c) = cuts.table.optional(row, i)? {
                points.push((c.at_scale(decimals).ok_or("breakpoint")? as i64, i.parse::<i64>()?));
            }
        }
        let end = above.table.find(&[("factor", p.factor()), ("period", period)]);
        let end = end.map(|row| number(above, row, "iaqi")).transpose()?.unwrap_or(500);
        ends.insert(code.into(), end.into());
        let hours = compiled.day.hours_needed(p);
        factors.push(serde_json::json!({"code": code, "decimals": decimals, "hours": hours, "breakpoints": points}));
    }
    let row = valid.table.row(&[("pollutant", "o3"), ("period", "8h")])?;
    let limit_row = limit.table.row(&[("pollutant", "o3"), ("period", "8hmax1d")])?;
    let limit_value = number(limit, limit_row, ozone.table.text(0, "limit_class"))?;
    let json = serde_json::json!({
        "factors": factors,
        "above": ends,
        "stands_above": number(law.at("air.aqi.missing", judged, "")?, 0, "stands_above")?,
        "ozone": {
            "code": "a05024",
            "window": number(ozone, 0, "window")?,
            "hours": number(valid, row, "minimum")?,
            "windows": number(ozone, 0, "minimum")?,
            "first": number(ozone, 0, "first_label")?,
            "limit": limit_value,
        },
    });
    std::fs::write(out, json.to_string())?;
    Ok(())
}

fn load(lake: &Lake, file: &str) -> Result<(), Any> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(file)?)?.build()?;
    let mut rows = vec![];
    let mut ids = std::collections::HashMap::new();
    for batch in reader {
        let batch = batch?;
        let named = |n: &str| batch.column_by_name(n).ok_or_else(|| format!("no column {n}"));
        let station = cast(named("station")?, &DataType::Int32)?;
        let station = station.as_primitive::<Int32Type>().clone();
        let hour = cast(named("hour")?, &DataType::Timestamp(TimeUnit::Second, None))?;
        let hour = hour.as_primitive::<TimestampSecondType>().clone();
        let code = cast(named("code")?, &DataType::Utf8)?;
        let value = cast(named("value")?, &DataType::Float64)?;
        let value = value.as_primitive::<Float64Type>().clone();
        // Made with three decimals, so that this is the value as it was meant.
        let scaled = datafusion::arrow::compute::unary::<_, _, Int64Type>(&value, |v| (v * 1000.0).round() as i64);
        for i in (0..batch.num_rows()).filter(|i| value.is_valid(*i)) {
            let code = code.as_string::<i32>().value(i);
            let key = (station.value(i), code.to_owned());
            let series = match ids.get(&key) {
                Some(s) => *s,
                None => {
                    let s = lake.series(&[SeriesKey::new(&format!("B{:03}", key.0), code, "1h", "simulated")])?[0];
                    ids.insert(key, s);
                    s
                }
            };
            let t = hour.value(i) - BEIJING_S;
            rows.push(Row {
                series,
                t,
                v: Some(scaled.value(i)),
                e: 3,
                mark: 0,
                recorded: START,
            });
        }
    }
    println!("{} values", rows.len());
    lake.append(rows, None)?;
    lake.compact()?;
    Ok(())
}

fn main() -> Result<(), Any> {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let a: Vec<&str> = a.iter().map(String::as_str).collect();
    match a.as_slice() {
        ["fill", dir, series, days] => fill(dir, series.parse()?, days.parse()?),
        ["ask", dir] => ask(dir),
        ["rules", law, out] => rules(law, out),
        ["daily", dir, file, law] => daily(dir, file, law),
        _ => Err(
            "bench fill DIR SERIES DAYS | ask DIR | rules LAW_DIR OUT.json | daily DIR HOURLY.parquet LAW_DIR".into(),
        ),
    }
}
