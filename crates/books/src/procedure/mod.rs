//! Procedures: a case goes through its states by moves; who may, what is needed and by when stand in the pack's file.
//! Keeps: every rule is decided inside the writer's job, so that it holds under concurrency; no day number stands here
//! (terms are asked of `standards`, which asks the law); a light is computed, never typed.

mod case;
mod day;
mod due;
mod fields;
mod hand_over;
mod light;
mod offer;
mod progress;
mod reminder;
mod take;
mod term;

pub use case::{Attached, Case, Step};
pub use day::{beijing_day, end_of_day};
pub use due::{CalendarEntry, calendar, due};
pub use hand_over::{HandOver, hand_over};
pub use light::{Light, light};
pub use offer::{Offer, PaperNeed, moves_for};
pub use progress::{Milestone, Standing, standing};
pub use reminder::{notices, remind};
pub use take::{Person, Take, take, take_in, take_many};
pub use term::{Term, TermState, terms};
