#!/bin/sh
# Measures the HJ 212 codec on one core, against the byte-serial CRC alone and a plain Python decoder, on the
# same simulated stream. Usage: bench/codec/run.sh [PACKETS] [ROUNDS]; CORE=n chooses the core.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
packets=${1:-2000}
rounds=${2:-300}
core=${CORE:-1}
target=${CARGO_TARGET_DIR:-target}
cargo build -q --release -p hj212 --example throughput
stream=$(mktemp)
trap 'rm -f "$stream"' EXIT
echo "date: $(date -u +%Y-%m-%dT%H:%MZ)"
echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(uname -sm), load $(cut -d' ' -f1 /proc/loadavg)"
echo "compiler: $(rustc --version)"
"$target/release/examples/throughput" --write "$stream" "$packets"
taskset -c "$core" "$target/release/examples/throughput" "$packets" "$rounds"
taskset -c "$core" python3 "$here/decoder.py" "$stream" 20
