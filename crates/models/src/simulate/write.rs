//! The simulated year as CSV files, one a month, in the columns of the station files.

use super::{Hour, Pollutant, Year};
use chrono::{Datelike, TimeDelta};
use std::io::{self, Write};

/// `simulated_2024-03.csv`: the name carries the mark, because the columns are those of a real file.
pub fn file_name(year: i32, month: u32) -> String {
    format!("simulated_{year}-{month:02}.csv")
}

impl Year {
    /// Writes the hours that lie in `month` (1 to 12): labels from the first day 01:00 to 00:00 after the last
    /// day. Columns `time` (Beijing time, end of the hour), `station_code`, six pollutants; an empty cell is
    /// missing. Returns the number of rows.
    pub fn write_month(&self, month: u32, out: &mut impl Write) -> io::Result<usize> {
        out.write_all(b"time,station_code")?;
        for p in Pollutant::ALL {
            write!(out, ",{}", p.column())?;
        }
        out.write_all(b"\n")?;
        let mut rows = 0;
        let mut line = Vec::with_capacity(80);
        for i in 0..self.len() {
            let time = self.time(i);
            // The hour belongs to the month in which it began.
            if (time - TimeDelta::hours(1)).month() != month {
                continue;
            }
            let stamp = time.format("%Y-%m-%dT%H:%M:%S").to_string();
            for hour in self.at(i) {
                line.clear();
                row(&mut line, &stamp, &hour)?;
                out.write_all(&line)?;
                rows += 1;
            }
        }
        Ok(rows)
    }
}

fn row(line: &mut Vec<u8>, stamp: &str, hour: &Hour<'_>) -> io::Result<()> {
    line.extend_from_slice(stamp.as_bytes());
    line.push(b',');
    line.extend_from_slice(hour.station.as_bytes());
    for (p, value) in Pollutant::ALL.iter().zip(hour.values) {
        line.push(b',');
        match value {
            Some(v) if p.decimals() == 1 => write!(line, "{}.{}", v / 10, v % 10)?,
            Some(v) => write!(line, "{v}")?,
            None => {}
        }
    }
    line.push(b'\n');
    Ok(())
}
