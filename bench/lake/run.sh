#!/bin/bash
# Bench of the lake beside DuckDB and Polars: the same data, one run. SERIES and DAYS size the table (100 million observations).
set -euo pipefail
cd "$(dirname "$0")/../.."
profile=${PROFILE:-release}
target=${CARGO_TARGET_DIR:-target}
work=${WORK:-$target/bench/lake}
mkdir -p "$work"
flag=--release
[ "$profile" = release ] || flag=
# Together with the binary, so that both have the same features and the heavy dependencies are built once.
cargo build -q $flag -p qingshan -p lake --example bench
bench=$target/$([ "$profile" = release ] && echo release || echo debug)/examples/bench

[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q duckdb polars pyarrow numpy pytz
py=$work/venv/bin/python

echo "-- a year of 100 stations to daily AQI, one core, the same rules and whole numbers on all sides"
[ -f "$work/hourly.parquet" ] || $py bench/lake/hourly.py "$work/hourly.parquet"
"$bench" rules law "$work/rules.json"
"$bench" daily "$work/day" "$work/hourly.parquet" law > /dev/null
{
  taskset -c 0 "$bench" daily "$work/day" "$work/hourly.parquet" law
  OMP_NUM_THREADS=1 POLARS_MAX_THREADS=1 taskset -c 0 $py bench/lake/peers.py "$work/hourly.parquet" "$work/rules.json"
} | tee "$work/daily.txt"

echo "-- ${SERIES:-11416} hourly series, ${DAYS:-365} days"
if [ ! -f "$work/fill.txt" ]; then
  rm -rf "$work/big"
  "$bench" fill "$work/big" "${SERIES:-11416}" "${DAYS:-365}" > "$work/fill.part"
  mv "$work/fill.part" "$work/fill.txt"
fi
cat "$work/fill.txt"
{ "$bench" ask "$work/big"; $py bench/lake/month.py "$work/big"; } | tee "$work/ask.txt"

$py bench/lake/judge.py "$work"
