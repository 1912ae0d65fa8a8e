"""Makes the table of the bench: made-up daily concentrations, readings of sections and hours of a stack, ROWS of them, the same every time.

usage: rows.py OUT.parquet ROWS
"""
import sys

import duckdb

out, rows = sys.argv[1], int(sys.argv[2])
# name, decimals, scale of the values: a skewed spread (most small, few large), one in a hundred missing
COLUMNS = [("so2", 1, 60), ("no2", 1, 120), ("co", 2, 5), ("o3_8h", 1, 300), ("pm10", 1, 400), ("pm2_5", 1, 300),
           ("gas_so2", 1, 120), ("codmn", 1, 16), ("cod", 1, 45), ("bod5", 1, 12), ("nh3n", 3, 2.5), ("tp", 3, 0.5)]


def uniform(i):
    return f"(hash(r, {i}) >> 11)::DOUBLE / {1 << 53}"


parts = []
for i, (name, digits, scale) in enumerate(COLUMNS):
    value = f"{scale} * pow({uniform(i)}, 3)"
    parts.append(f"CASE WHEN hash(r, {100 + i}) % 100 = 0 THEN NULL ELSE round({value}, {digits})::DECIMAL(9, {digits}) END AS {name}")
parts.append(f"round(5.5 + 4 * {uniform(50)}, 1)::DECIMAL(9, 1) AS ph")
parts.append(f'round(14 * {uniform(51)}, 1)::DECIMAL(9, 1) AS "do"')
# Hours of a stack: measured oxygen, valid minutes (most hours are whole), and the mark of the hour (most are normal).
parts.append(f"round(3 + 18 * {uniform(52)}, 1)::DECIMAL(9, 1) AS o2")
parts.append(f"least(60, 30 + floor(300 * {uniform(53)}))::SMALLINT AS minutes")
parts.append(f"CASE WHEN {uniform(54)} < 0.95 THEN 'N' ELSE substr('FMSDCTB', 1 + (hash(r, 54) % 7)::INT, 1) END AS mark")
duckdb.execute(f"COPY (SELECT {', '.join(parts)} FROM range({rows}) t(r)) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
print(f"{rows} rows in {out}")
