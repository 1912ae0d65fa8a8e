//! A plan's text becomes sentences, and a sentence a stand: figure, target, light and the way down to the evidence.
//!
//! Invariants kept here: the text comes back byte for byte; a figure is computed, never typed in; no evidence means
//! no light. This crate does not know of HTTP, pages or files on disk.

pub mod days;
pub mod depths;
pub mod explain;
pub mod figures;
pub mod light;
pub mod measure;
pub mod project;
pub mod published;
pub mod reference;
pub mod rules;
pub mod stand;
pub mod text;
pub mod uses;
pub mod what_if;
pub mod words;
