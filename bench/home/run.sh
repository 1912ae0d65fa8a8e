#!/bin/bash
# Time and weight of the pages. Asks the server of QINGSHAN_URL if that is set; else starts a demo of its own on a
# free port, with its data in a temporary folder (or in QINGSHAN_DATA, to save the loading).
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -n "${QINGSHAN_URL:-}" ]; then
  exec python3 bench/home/home.py "$QINGSHAN_URL"
fi
bin=${QINGSHAN_BIN:-}
if [ -z "$bin" ]; then
  cargo build --release -q -p qingshan
  bin=${CARGO_TARGET_DIR:-target}/release/qingshan
fi
data=${QINGSHAN_DATA:-}
made=
if [ -z "$data" ]; then
  data=$(mktemp -d)
  made=$data
fi
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free)
"$bin" demo --data "$data" --listen "127.0.0.1:$port" --gateway "127.0.0.1:$(free)" >"${TMPDIR:-/tmp}/qingshan-bench-home.log" 2>&1 &
server=$!
# Only what was started here is ended here.
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; [ -z "$made" ] || rm -rf "$made"' EXIT
python3 bench/home/home.py "http://127.0.0.1:$port" --wait 300 --settle 10
