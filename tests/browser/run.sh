#!/bin/bash
# Starts the real binary with the demo's data, walks through its pages with a browser, and stops it.
# Usage: run.sh path/to/qingshan   (PORT may be set; KEEP=1 keeps the data folder)
set -euo pipefail
bin=${1:?path of the qingshan binary}
here=$(cd "$(dirname "$0")" && pwd)
port=${PORT:-18080}
data=$(mktemp -d)
log=$data/demo.log
"$bin" demo --data "$data/store" --listen "127.0.0.1:$port" --gateway 127.0.0.1:0 >"$log" 2>&1 &
demo=$!
stop() {
  kill "$demo" 2>/dev/null || true
  wait "$demo" 2>/dev/null || true
  [ -n "${KEEP:-}" ] || rm -rf "$data"
}
trap stop EXIT
# Loading everything shipped takes a while in a debug build; the pages answer when it is done.
for ((i = 0; i < 600; i++)); do
  curl -sf -o /dev/null "http://127.0.0.1:$port/api/status" && break
  kill -0 "$demo" 2>/dev/null || { echo "browser: the demo ended before it answered:"; tail -40 "$log"; exit 1; }
  sleep 1
done
curl -sf -o /dev/null "http://127.0.0.1:$port/api/status" || { echo "browser: no answer in ten minutes:"; tail -40 "$log"; exit 1; }
# The content of the packs is loaded beside the first pages.
for ((i = 0; i < 300; i++)); do
  grep -q '^demo: .* records,\|^demo content of the packs:' "$log" && break
  sleep 1
done
grep '^demo: .* records,' "$log" || { echo "browser: the packs' content was not loaded:"; tail -40 "$log"; exit 1; }
cd "$here"
BASE_URL="http://127.0.0.1:$port/" DATA_DIR="$data/store" QINGSHAN="$(cd - >/dev/null && realpath "$bin")" npm test
