//! Indexes in the database for the fields that lists are filtered or sorted by, that must be unique, or that link.

use crate::Books;
use crate::error::Result;
use crate::pack::{Field, Kind, Packs};
use crate::query::{field_sql, literal, number_sql};

fn wanted(f: &Field) -> bool {
    f.index || f.unique || f.kind == Kind::Link
}

fn numeric(f: &Field) -> bool {
    matches!(f.kind, Kind::Number | Kind::Integer | Kind::Longitude | Kind::Latitude)
}

/// Makes the indexes that the packs' registers and procedures ask for and that are not there yet. Each covers one room only,
/// so a register of a hundred records costs a million others nothing. Called after each loading of the packs.
pub async fn ensure_indexes(books: &Books, packs: &Packs) -> Result<()> {
    let registers = packs.registers.values().map(|r| (r.room(), &r.fields));
    let procedures = packs.procedures.values().map(|p| (p.room(), &p.fields));
    for (room, fields) in registers.chain(procedures) {
        for f in fields.iter().filter(|f| wanted(f)) {
            let column = if numeric(f) {
                number_sql(&f.name, &f.was)
            } else {
                field_sql(&f.name, &f.was)
            };
            let place = literal(&room);
            // The name tells the definition: a field that gets an older name gets another index.
            // `room` and `gone` stand in it so that SQLite, which has no statistics at first, sees that it answers more than the key.
            let name = &crate::Hash::Sha256.hex(format!("{room} {column} gone").as_bytes())[..16];
            books
                .db()
                .execute(&format!(
                    "CREATE INDEX IF NOT EXISTS doc_f_{name} ON doc (room, gone, ({column}), id) WHERE room = {place}"
                ))
                .await?;
        }
    }
    Ok(())
}
