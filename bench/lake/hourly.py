"""Writes a repeatable year of hourly air data as Parquet: 6 pollutants x stations x days x 24. All values are simulated.

usage: hourly.py OUT.parquet [stations] [days]
Columns: station (int32), hour (timestamp, Beijing, start of the hour), code (HJ 212), value (double, three decimals,
2 % missing as NULL).
"""
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

out = sys.argv[1]
stations = int(sys.argv[2]) if len(sys.argv) > 2 else 100
days = int(sys.argv[3]) if len(sys.argv) > 3 else 366
typical = {"a21026": 9, "a21004": 28, "a21005": 0.7, "a05024": 90, "a34002": 62, "a34004": 37}

rng = np.random.default_rng(20240101)
first = np.datetime64("2024-01-01T00")
hours = np.arange(first, first + np.timedelta64(days * 24, "h"))
n = len(hours) * stations
parts = []
for code, level in typical.items():
    parts.append(pa.table({
        "station": pa.array(np.repeat(np.arange(stations, dtype="int32"), len(hours))),
        "hour": pa.array(np.tile(hours, stations).astype("datetime64[s]")),
        "code": pa.array([code] * n),
        "value": pa.array(rng.gamma(2.0, level / 2.0, n).round(3), mask=rng.random(n) < 0.02),
    }))
table = pa.concat_tables(parts)
pq.write_table(table, out, row_group_size=500_000)
print(f"{table.num_rows} rows, {table.num_rows - table['value'].null_count} values")
