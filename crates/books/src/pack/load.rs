//! Reads the packs from their files. A mistake names file and line; the rest is still read.

use super::{About, Code, CodeList, Fault, Packs, check};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is done with a file: path, id, text, where mistakes go.
type Take<'a> = dyn FnMut(&str, String, &str, &mut Vec<Fault>) + 'a;

/// The files of packs: path below `packs/` → text.
pub type Texts = BTreeMap<String, String>;

/// Reads every pack below a folder: what is good, and what is wrong.
pub fn load(root: &Path) -> (Packs, Vec<Fault>) {
    let (texts, mut unread) = texts(root);
    let (packs, faults) = load_texts(&texts);
    unread.extend(faults);
    (packs, unread)
}

/// The text files below a folder that packs are made of, and which cannot be read.
pub fn texts(root: &Path) -> (Texts, Vec<Fault>) {
    let (mut texts, mut faults) = (Texts::new(), vec![]);
    let mut open = vec![String::new()];
    while let Some(folder) = open.pop() {
        for name in names(&root.join(&folder)) {
            let path = if folder.is_empty() {
                name
            } else {
                format!("{folder}/{name}")
            };
            let whole = root.join(&path);
            if whole.is_dir() {
                open.push(path);
            } else if [".toml", ".csv", ".jsonl"].iter().any(|e| path.ends_with(e)) {
                match std::fs::read_to_string(&whole) {
                    Ok(text) => {
                        texts.insert(path, text);
                    }
                    Err(e) => faults.push(fault(
                        &path,
                        1,
                        format!("文件读不出来：{e}"),
                        format!("cannot be read: {e}"),
                    )),
                }
            }
        }
    }
    (texts, faults)
}

/// Reads every pack from its files' texts: what is good, and what is wrong.
pub fn load_texts(all: &Texts) -> (Packs, Vec<Fault>) {
    let mut packs = Packs::default();
    let mut faults = Vec::new();
    // A folder without `pack.toml` holds other data (imports, words, the policy of access).
    let named = all.keys().filter_map(|p| p.strip_suffix("/pack.toml"));
    for pack in named.filter(|p| !p.contains('/')).map(str::to_string) {
        let about = format!("{pack}/pack.toml");
        if let Some(value) = parse::<About>(&about, &all[&about], &mut faults) {
            packs.about.insert(pack.clone(), value);
        }
        let mut each = |sub: &str, ending: &str, take: &mut Take<'_>| {
            let folder = format!("{pack}/{sub}/");
            for (path, text) in all.range(folder.clone()..).take_while(|(p, _)| p.starts_with(&folder)) {
                let name = path[folder.len()..].strip_suffix(ending);
                if let Some(name) = name.filter(|n| !n.contains('/')) {
                    take(path, format!("{pack}/{name}"), text, &mut faults);
                }
            }
        };
        each("codes", ".csv", &mut |path, id, text, faults| {
            packs.codes.insert(id, codes(path, text, faults));
        });
        each("registers", ".toml", &mut |path, id, text, faults| {
            if let Some(mut r) = parse::<super::Register>(path, text, faults) {
                r.id.clone_from(&id);
                packs.registers.insert(id, r);
            }
        });
        each("procedures", ".toml", &mut |path, id, text, faults| {
            if let Some(mut p) = parse::<super::Procedure>(path, text, faults) {
                p.id.clone_from(&id);
                packs.procedures.insert(id, p);
            }
        });
        each("scores", ".toml", &mut |path, id, text, faults| {
            if let Some(mut s) = parse::<super::ScoreCard>(path, text, faults) {
                s.id.clone_from(&id);
                packs.scores.insert(id, s);
            }
        });
        each("ledgers", ".toml", &mut |path, id, text, faults| {
            if let Some(mut l) = parse::<super::Ledger>(path, text, faults) {
                l.id.clone_from(&id);
                packs.ledgers.insert(id, l);
            }
        });
        let page = format!("{pack}/page.toml");
        if let Some(value) = all.get(&page).and_then(|text| parse(&page, text, &mut faults)) {
            packs.pages.insert(pack.clone(), value);
        }
    }
    check::check(&packs, all, &mut faults);
    faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    (packs, faults)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .map(|d| d.filter_map(|e| e.ok()?.file_name().into_string().ok()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

pub(super) fn fault(file: &str, line: usize, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault {
        file: file.into(),
        line,
        words: figure::Text::new(zh, en),
    }
}

fn parse<T: DeserializeOwned>(path: &str, text: &str, faults: &mut Vec<Fault>) -> Option<T> {
    read(path, text).map_err(|f| faults.push(f)).ok()
}

/// A TOML file; a mistake with its line.
pub(crate) fn read<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, Fault> {
    toml::from_str(text).map_err(|e| {
        let line = e
            .span()
            .map_or(1, |s| 1 + text[..s.start.min(text.len())].matches('\n').count());
        let words = e.message().to_string();
        fault(path, line, format!("写法有误：{words}"), words)
    })
}

fn codes(path: &str, text: &str, faults: &mut Vec<Fault>) -> CodeList {
    let mut list = CodeList::default();
    let mut head: Option<Vec<String>> = None;
    let (mut seen, mut parents) = (BTreeSet::new(), vec![]);
    let mut sure = 1;
    for (number, line) in text.lines().enumerate() {
        if let Some(note) = line.strip_prefix('#') {
            if let Some((key, value)) = note.split_once(':') {
                match key.trim() {
                    "source" => list.source = value.trim().into(),
                    "certainty" => {
                        list.certainty = value.trim().into();
                        sure = number + 1;
                    }
                    _ => {}
                }
            }
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        let cells = cells(line);
        let Some(head) = &head else {
            for needed in ["code", "zh"] {
                if !cells.iter().any(|c| c == needed) {
                    faults.push(fault(
                        path,
                        number + 1,
                        format!("代码表缺“{needed}”列"),
                        format!("the list has no column `{needed}`"),
                    ));
                }
            }
            head = Some(cells);
            continue;
        };
        let cell = |name: &str| {
            head.iter()
                .position(|h| h == name)
                .and_then(|i| cells.get(i))
                .cloned()
                .unwrap_or_default()
        };
        let code = Code {
            code: cell("code"),
            zh: cell("zh"),
            en: cell("en"),
            parent: cell("parent"),
        };
        if code.code.is_empty() || !seen.insert(code.code.clone()) {
            faults.push(fault(
                path,
                number + 1,
                format!("代码“{}”为空或已出现过", code.code),
                format!("the code `{}` is empty or was there before", code.code),
            ));
            continue;
        }
        if !code.parent.is_empty() {
            parents.push((number + 1, code.parent.clone()));
        }
        list.codes.push(code);
    }
    for (line, parent) in parents.into_iter().filter(|(_, p)| !seen.contains(p)) {
        faults.push(fault(
            path,
            line,
            format!("表中没有上级代码“{parent}”"),
            format!("the list has no code `{parent}` to stand above this one"),
        ));
    }
    if !matches!(list.certainty.as_str(), "" | "certain" | "likely" | "uncertain") {
        faults.push(fault(
            path,
            sure,
            format!("certainty 只能是 certain、likely、uncertain，不是“{}”", list.certainty),
            format!("`certainty` is certain, likely or uncertain, not `{}`", list.certainty),
        ));
    }
    if list.source.is_empty() || list.certainty.is_empty() {
        faults.push(fault(
            path,
            1,
            "代码表须注明 # source 与 # certainty",
            "the list must say `# source:` and `# certainty:`",
        ));
    }
    list
}

/// Cells of one CSV line; quotes as usual, no line breaks inside a cell.
pub(crate) fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.trim_end_matches('\r').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cells.last_mut().expect("never empty").push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().expect("never empty").push(c),
        }
    }
    cells
}
