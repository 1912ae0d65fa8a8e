//! Observations as a columnar table.
