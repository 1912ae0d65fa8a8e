#!/bin/bash
# Runs every bench and prints their figures under one another; names the machine, for ratios only mean something on one.
#   bench/run.sh             all of them        bench/run.sh codec home    some of them
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
out=$target/bench
mkdir -p "$out"
which=("$@")
[ ${#which[@]} -gt 0 ] || which=(codec gateway lake law home)

machine() {
  echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(awk '/MemTotal/ {printf "%.0f GB", $2 / 1048576}' /proc/meminfo), $(uname -sr)"
  echo "tools:   $(rustc --version), python $(python3 -c 'import platform; print(platform.python_version())'), commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
  echo "day:     $(date -u +%FT%TZ)"
}

machine | tee "$out/machine.txt"
failed=()
for name in "${which[@]}"; do
  echo
  echo "== $name"
  if [ ! -x "bench/$name/run.sh" ]; then
    echo "bench/$name/run.sh is not there"
    failed+=("$name")
    continue
  fi
  # A bench that misses its goal or a peer that cannot be installed must not hide the others' figures.
  if ! "bench/$name/run.sh" 2>&1 | tee "$out/$name.txt"; then
    failed+=("$name")
  fi
done
echo
if [ ${#failed[@]} -gt 0 ]; then
  echo "not met or not run: ${failed[*]}"
  exit 1
fi
echo "every bench ran and met its goal"
