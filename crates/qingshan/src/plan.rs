//! `qingshan plan`: `what-if`, and `check`: any plan text into chapters, items and sentences, proving that nothing of it was lost.

use crate::{assets, out};
use clap::Subcommand;
use plan::text::{BlockKind, Document};
use plan::words::Words;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum PlanCommand {
    /// Chapters, items, sentences with ids, targets as worded; joined they are the file again, byte for byte
    Check {
        file: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// What if another law, or a draft, had held: who and how many days change
    WhatIf(crate::what_if::WhatIfArgs),
}

/// Runs the command.
///
/// # Errors
/// A file that cannot be read or is not UTF-8, with the place of the first bad byte.
pub fn run(command: PlanCommand) -> Result<(), String> {
    let (file, as_json) = match command {
        PlanCommand::Check { file, json } => (file, json),
        PlanCommand::WhatIf(a) => return crate::what_if::run(a),
    };
    let name = file.display();
    let bytes = std::fs::read(&file).map_err(|e| format!("{name}: {e}"))?;
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        format!("{name}: not UTF-8 from byte {at} on; convert it first: `iconv -f GB18030 -t UTF-8 {name}`")
    })?;
    let doc = Document::parse(&text);
    let words = Words::parse(&assets::text("packs/plan/words.toml")?).map_err(crate::fail)?;
    let same = doc.joined() == text;
    let chapter = |c: Option<usize>| c.map(|c| doc.chapters[c].id.as_str());
    let sentences: Vec<Value> = doc
        .sentences
        .iter()
        .map(|s| {
            let words_of = doc.words(s);
            json!({"id": s.id, "chapter": chapter(s.chapter), "block": doc.blocks[s.block].id, "text": words_of,
                "start": s.range.start, "end": s.range.end, "targets": words.targets(words_of)})
        })
        .collect();
    let headings = doc.blocks.iter().filter(|b| b.kind == BlockKind::Heading).count();
    let items = doc.blocks.iter().filter(|b| b.kind == BlockKind::Section).count();
    if as_json {
        out(
            &json!({"ok": same, "title": doc.title, "bytes": text.len(), "headings": headings, "items": items,
            "chapters": doc.chapters, "blocks": doc.blocks, "sentences": sentences}),
        )?;
    } else {
        println!("{}", doc.title);
        for (i, c) in doc.chapters.iter().enumerate() {
            println!("{} {}{}", c.id, c.number, c.name);
            for s in doc.sentences.iter().filter(|s| s.chapter == Some(i)) {
                println!("    {}  {}", s.id, doc.words(s));
                for t in words.targets(doc.words(s)) {
                    println!("        target {} {} {}", t.op.sign(), t.value, t.unit);
                }
            }
        }
        println!(
            "{headings} headings, {items} items, {} sentences, {} bytes",
            doc.sentences.len(),
            text.len()
        );
    }
    if same {
        Ok(())
    } else {
        Err(format!("{name}: the pieces joined are not the file again"))
    }
}
