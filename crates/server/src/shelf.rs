//! The packs and the policy in use. They are read again when their files change, so that a register dropped into a
//! folder works without a restart; a file with a mistake leaves the rest in use, and a wrong policy the one before.

use books::access::Policy;
use books::pack::{Fault, Packs, Texts, load_texts};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where packs come from.
pub struct PackFiles {
    /// A number that changes when a file does.
    pub stamp: Box<dyn Fn() -> u64 + Send + Sync>,
    /// The files, by their path below `packs/`.
    pub read: Box<dyn Fn() -> Texts + Send + Sync>,
}

/// Packs as they were read.
#[derive(Debug)]
pub struct Loaded {
    /// What is good.
    pub packs: Arc<Packs>,
    /// What is not.
    pub faults: Vec<Fault>,
    /// Who may do what.
    pub policy: Arc<Policy>,
    /// All files, for content that ships with a pack (`demo/…`).
    pub texts: Arc<Texts>,
}

/// The packs in use.
pub struct Shelf {
    files: PackFiles,
    kept: Mutex<Kept>,
}

struct Kept {
    stamp: u64,
    looked: Instant,
    loaded: Arc<Loaded>,
}

/// The files are looked at once in so long: what a person drops into a folder is there before the page is.
const LOOK: Duration = Duration::from_millis(500);

fn read(files: &PackFiles, before: Option<&Loaded>) -> Result<Loaded, Vec<Fault>> {
    let texts = (files.read)();
    let (packs, mut faults) = load_texts(&texts);
    let text = texts.get(books::access::FILE).map_or("", String::as_str);
    let policy = match (Policy::parse(text), before) {
        (Ok(policy), _) => Arc::new(policy),
        (Err(wrong), Some(before)) => {
            faults.extend(wrong);
            before.policy.clone()
        }
        (Err(wrong), None) => return Err(wrong),
    };
    Ok(Loaded {
        packs: Arc::new(packs),
        faults,
        policy,
        texts: Arc::new(texts),
    })
}

impl Shelf {
    /// Reads them for the first time.
    ///
    /// # Errors
    /// A policy that is wrong or missing: without one nothing may be served.
    pub fn open(files: PackFiles) -> Result<Self, String> {
        let stamp = (files.stamp)();
        let loaded = read(&files, None).map_err(|wrong| {
            let lines: Vec<String> = wrong.iter().map(|f| format!("packs/{f}")).collect();
            lines.join("\n")
        })?;
        let kept = Kept {
            stamp,
            looked: Instant::now(),
            loaded: Arc::new(loaded),
        };
        Ok(Self {
            files,
            kept: Mutex::new(kept),
        })
    }

    /// What is in use now. A request takes it once.
    pub fn loaded(&self) -> Arc<Loaded> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.looked.elapsed() >= LOOK {
            kept.looked = Instant::now();
            let stamp = (self.files.stamp)();
            if stamp != kept.stamp {
                kept.stamp = stamp;
                // With something before it reading cannot fail.
                if let Ok(loaded) = read(&self.files, Some(&kept.loaded)) {
                    kept.loaded = Arc::new(loaded);
                }
            }
        }
        kept.loaded.clone()
    }
}
