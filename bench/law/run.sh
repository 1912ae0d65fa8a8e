#!/bin/bash
# Functions of the standards in SQL over 10 million rows, beside DuckDB's CASE expressions: same file, same run.
# usage: bench/law/run.sh [ROWS]
set -euo pipefail
cd "$(dirname "$0")/../.."
rows=${1:-10000000}
target=${CARGO_TARGET_DIR:-target}
work=${WORK:-$target/bench/law}
mkdir -p "$work"
profile=${PROFILE:-release} # PROFILE=dev where there is no time for the other; the results must say so
cargo build -q --profile "$profile" --workspace --example standards
ours=$target/${profile/#dev/debug}/examples/standards

[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q duckdb
py=$work/venv/bin/python
file=$work/rows-$rows.parquet
[ -f "$file" ] || $py bench/law/rows.py "$file" "$rows"
"$ours" rules law "$work/rules.json"
for name in aqi class emission; do
  "$ours" ask law "$file" "bench/law/$name.sql" "$name" 3
  $py bench/law/duck.py "$file" "$work/rules.json" "$name" 3
done | tee "$work/answers.txt"
$py bench/law/judge.py "$work/answers.txt"
