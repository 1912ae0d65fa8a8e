//! HTTP API and pages.
