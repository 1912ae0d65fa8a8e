//! How many nanoseconds a row takes in the bulk forms: `cargo run --example bulk -p standards [LAW_DIR]`. All values are made up.

use figure::Decimal;
use standards::{Args, Brief, Context, Memo, MemoColumn, Part, bulk};
use std::path::Path;
use std::time::Instant;

/// A column: the argument it is for, decimals, the largest mantissa; most values are small, one in a hundred is missing.
type Made = (usize, u32, u64);

fn main() {
    let dir = std::env::args().nth(1).unwrap_or_else(|| "law".to_string());
    let law = law::Law::load_dir(Path::new(&dir)).unwrap_or_else(|e| panic!("{e:#?}"));
    let context = Context {
        law: &law,
        date: "2026-06-01".parse().unwrap_or_default(),
        division: "340100",
    };
    let air: &[Made] = &[
        (0, 1, 600),
        (1, 1, 1200),
        (2, 2, 500),
        (3, 1, 3000),
        (5, 1, 4000),
        (6, 1, 3000),
    ];
    let water: &[Made] = &[
        (0, 1, 95),
        (1, 1, 140),
        (2, 1, 160),
        (3, 1, 450),
        (4, 1, 120),
        (5, 3, 2500),
        (6, 3, 500),
    ];
    let gas: &[Made] = &[(2, 1, 1000), (8, 1, 200)];
    let limit = [
        ("sector", "power"),
        ("item", "so2"),
        ("source", "coal"),
        ("class", "special"),
        ("statistic", "1h"),
    ];
    for (name, words, columns) in [
        ("air.aqi.daily", &[][..], air),
        ("water.section", &[("mode", "raw")][..], water),
        ("water.section", &[][..], water),
        ("emission.exceed", &limit[..], gas),
        ("validity.hour", &[("medium", "gas")][..], &[(1, 0, 61)][..]),
    ] {
        let Some(compile) = bulk(name) else {
            println!("{name}: no bulk form");
            continue;
        };
        let started = Instant::now();
        let compiled = compile(&context, &Args::from_iter(words.iter().copied()));
        let compiled = compiled.unwrap_or_else(|e| panic!("{name}: {e}"));
        let compiling_us = started.elapsed().as_micros();
        let width = standards::find(name).map_or(0, |f| f.args.len());
        let mut state = 1u64;
        let mut next = move || {
            // A xorshift generator: the same rows every time.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        const ROWS: usize = 2_000; // they stay in the cache, as the rows of a batch do
        let rows: Vec<Vec<Option<Decimal>>> = (0..ROWS)
            .map(|_| {
                let mut row = vec![None; width];
                for (at, scale, most) in columns {
                    let (u, gone) = (next(), next() < 0.01);
                    let mantissa = (*most as f64 * u * u * u) as i128;
                    row[*at] = Decimal::new(mantissa, *scale).ok().filter(|_| !gone);
                }
                row
            })
            .collect();
        let memo = Memo::new(width);
        let parts = compiled.parts();
        // Column by column, as SQL does it, where the figure is put together from parts.
        let tables: Vec<_> = columns
            .iter()
            .filter_map(|(at, scale, _)| Some((*at, memo.column(parts?, *at, *scale)?)))
            .collect();
        let mut best = f64::MAX;
        let mut seen = 0usize;
        for _ in 0..2000 {
            let started = Instant::now();
            seen = 0;
            for row in &rows {
                let by_table = |all: Part, (at, table): &(usize, MemoColumn<'_>)| match &row[*at] {
                    Some(n) => Ok(all.and(table.part(n.mantissa())?)),
                    None => Ok(all),
                };
                let figure = match parts {
                    Some(parts) => tables
                        .iter()
                        .try_fold(Part::default(), by_table)
                        .and_then(|all| parts.whole(all)),
                    None => compiled.value(row),
                };
                seen += usize::from(!matches!(figure, Ok(Brief::Missing) | Err(_)));
            }
            best = best.min(started.elapsed().as_nanos() as f64 / ROWS as f64);
        }
        println!("{name} {words:?}: {best:.0} ns a row, {seen} of {ROWS} with a figure, compiled in {compiling_us} us");
    }
}
