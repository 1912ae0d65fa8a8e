#!/bin/bash
# The gateway, end to end on loopback (answers only after the flush), beside PostgreSQL 15 storing the same packets,
# in one sitting. usage: bench/gateway/run.sh [SECONDS a run, default 10]
# needs: cargo, python3; for the peer postgresql-15 (Debian) and a user `postgres` (run as root), else it is left out.
# Everything is in a temporary folder on the disk of $TMPDIR (it must be a real disk: syncs are what is measured).
set -eu
seconds=${1:-10}
loggers=${LOGGERS:-1000}
here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here"
cargo build -q --release -p gateway --example gateway
target=${CARGO_TARGET_DIR:-$here/target}
ours="$target/release/examples/gateway"
dir=$(mktemp -d)
chmod 755 "$dir"
pgbin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)
finish() {
    [ -d "$dir/pg" ] && runuser -u postgres -- "$pgbin/pg_ctl" -D "$dir/pg" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$dir"
}
trap finish EXIT
ulimit -n 4096

echo "== machine: $(nproc) cores, $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2), Linux $(uname -r), load before: $(cut -d' ' -f1-3 /proc/loadavg)"
# one run: rate (0 = as fast as answers come), packets on the way on a connection
ours() {
    mkfifo "$dir/hold"
    "$ours" serve "$dir/store" 9212 "$loggers" < "$dir/hold" > "$dir/serve.log" 2>&1 &
    server=$!
    exec 9>"$dir/hold"
    sleep 1
    "$ours" load 127.0.0.1:9212 "$loggers" "$1" "$2" "$3"
    exec 9>&-
    wait $server
    tail -n +2 "$dir/serve.log"
    rm -rf "$dir/store" "$dir/hold"
}
for window in 1 2 4 16; do
    echo "-- as fast as answers come, $window packets at a time on each of $loggers connections"
    ours "$seconds" 0 $window
done
echo "-- 5,000 packets a second"
ours "$seconds" 5000 1

if [ -n "$pgbin" ] && [ "$(id -u)" = 0 ]; then
    "$ours" packets "$dir/packets.txt" 20000
    install -d -o postgres "$dir/pg"
    runuser -u postgres -- "$pgbin/initdb" -D "$dir/pg" -A trust >/dev/null
    runuser -u postgres -- "$pgbin/pg_ctl" -D "$dir/pg" -o "-p 55432 -k $dir/pg -c listen_addresses= -c max_connections=200" -l "$dir/pg/log" -w start >/dev/null
    psql() { "$pgbin/psql" -q -X -h "$dir/pg" -p 55432 -U postgres "$@"; }
    psql -c "create table raw(id bigserial primary key, at timestamptz default now(), body text)"
    python3 - "$dir" <<'PY'
import sys
d = sys.argv[1]
rows = [r for r in open(d + "/packets.txt", newline="").read().split("\r\n") if r]
with open(d + "/one.sql", "w") as f:
    f.writelines(f"insert into raw(body) values ('{r}');\n" for r in rows[:3000])
with open(d + "/hundred.sql", "w") as f:
    for k in range(0, 20000, 100):
        f.write("insert into raw(body) values " + ",".join(f"('{r}')" for r in rows[k:k + 100]) + ";\n")
# pgbench: every client inserts one packet a transaction
with open(d + "/bench.sql", "w") as f:
    f.write("\\set n random(1, 1000000000)\n" + f"insert into raw(body) values ('{rows[0]}' || :n);\n")
PY
    chmod 644 "$dir"/*.sql
    timed() { # label, count, file
        a=$(date +%s.%N); psql -f "$3"; b=$(date +%s.%N)
        python3 -c "import sys; n, a, b = map(float, sys.argv[2:]); print(f'{sys.argv[1]}: {n / (b - a):,.0f} packets a second ({n:.0f} in {b - a:.2f} s)')" "$1" "$2" "$a" "$b"
    }
    timed "PostgreSQL, 1 packet a transaction, one client" 3000 "$dir/one.sql"
    timed "PostgreSQL, 100 packets a transaction, one client" 20000 "$dir/hundred.sql"
    echo "PostgreSQL, 1 packet a transaction, 100 clients (pgbench, prepared; its commits share syncs):"
    "$pgbin/pgbench" -n -h "$dir/pg" -p 55432 -U postgres -M prepared -c 100 -j 2 -T "$seconds" -f "$dir/bench.sql" postgres | grep -E 'tps|latency average'
else
    echo "PostgreSQL is not there or this is not root: peer left out"
fi
echo "== load after: $(cut -d' ' -f1-3 /proc/loadavg)"
