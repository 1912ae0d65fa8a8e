//! What a person can do now, and what it needs: the buttons of a case's page.

use super::case::Case;
use super::take::{Person, allowed};
use crate::error::Error;
use crate::pack::Procedure;
use figure::Text;
use serde::Serialize;

/// A file that a move takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaperNeed {
    /// Name in data.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Least number of files.
    pub least: usize,
}

/// A move that starts from where the case is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// Id of the move.
    pub id: String,
    /// Title.
    pub title: Text,
    /// State it leads to; none if it stays.
    pub to: Option<String>,
    /// Why it cannot be taken by this person although it starts here; none if it can.
    pub not: Option<Text>,
    /// Fields of its form, the required ones first.
    pub fields: Vec<String>,
    /// Those of them that must be filled and are not yet.
    pub missing: Vec<String>,
    /// Files.
    pub papers: Vec<PaperNeed>,
    /// A reason must be written.
    pub reason: bool,
    /// It may be taken for many.
    pub bulk: bool,
}

/// The moves that start from the case's state (those that open one, without a case) and that the person's roles may
/// take; what another rule forbids (four eyes) is shown with its reason.
pub fn moves_for(p: &Procedure, case: Option<&Case>, person: &Person, actor: &str) -> Vec<Offer> {
    let mut offers = Vec::new();
    for step in &p.moves {
        let here = match case {
            None => step.from.is_empty(),
            Some(c) => step.from.iter().any(|s| s == c.state()),
        };
        let not = match allowed(p, step, case, person, actor) {
            Ok(()) => None,
            Err(Error::Forbidden(_)) => continue,
            Err(e) => Some(e.words()),
        };
        if !here {
            continue;
        }
        let always = p
            .fields
            .iter()
            .filter(|f| f.required && step.edit.contains(&f.name))
            .map(|f| &f.name);
        let mut fields: Vec<String> = Vec::new();
        let mut missing = Vec::new();
        for name in step.require.iter().chain(always) {
            if !fields.contains(name) {
                fields.push(name.clone());
                if case.is_none_or(|c| c.text(name).is_empty()) && !step.set.contains_key(name) {
                    missing.push(name.clone());
                }
            }
        }
        for name in &step.edit {
            if !fields.contains(name) {
                fields.push(name.clone());
            }
        }
        let papers = step.papers.iter();
        offers.push(Offer {
            id: step.id.clone(),
            title: step.title.text(),
            to: step.to.clone(),
            not,
            fields,
            missing,
            papers: papers
                .map(|p| PaperNeed {
                    id: p.id.clone(),
                    title: p.title.text(),
                    least: p.least,
                })
                .collect(),
            reason: step.reason,
            bulk: step.bulk,
        });
    }
    offers
}
