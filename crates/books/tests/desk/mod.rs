//! A pack written for the tests: a register of firms with a tree of groups, permits that link to them.
#![allow(dead_code)] // each test binary uses what it needs

use books::pack::{Packs, load};
use books::register::Desk;
use books::{Author, Books};
use chrono::NaiveDate;
use law::Law;
use serde_json::{Map, Value};
use std::path::Path;
use std::sync::{Arc, OnceLock};

pub fn law() -> Arc<Law> {
    static LAW: OnceLock<Arc<Law>> = OnceLock::new();
    Arc::clone(LAW.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law");
        Arc::new(Law::load_dir(&folder).unwrap_or_else(|e| panic!("{e:#?}")))
    }))
}

pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 6, 30).expect("a day")
}

pub const FIRM: &str = r#"
title = { zh = "企业", en = "Firms" }
key = "credit"
name = "name"
division = "division"
owner = "credit"
state = "state"

[[field]]
name = "credit"
title = { zh = "统一社会信用代码", en = "Credit code" }
type = "text"
required = true
check = "code.credit"
search = true

[[field]]
name = "name"
title = { zh = "企业名称", en = "Name" }
type = "text"
required = true
length = 60
search = true
column = true

[[field]]
name = "division"
title = { zh = "行政区", en = "Division" }
type = "division"
required = true

[[field]]
name = "state"
title = { zh = "状态", en = "State" }
type = "code"
codes = "state"
default = "run"

[[field]]
name = "opened"
title = { zh = "投产日期", en = "Opened" }
type = "date"
max = "today"

[[field]]
name = "closed"
title = { zh = "关停日期", en = "Closed" }
type = "date"

[[field]]
name = "output"
title = { zh = "年产量", en = "Output" }
type = "number"
unit = "t"
digits = 2
min = "0"
index = true

[[field]]
name = "group"
title = { zh = "上级企业", en = "Parent firm" }
type = "link"
to = "firm"

[[field]]
name = "listed"
title = { zh = "重点单位", en = "Key unit" }
type = "bool"

[[field]]
name = "longitude"
title = { zh = "经度", en = "Longitude" }
type = "longitude"

[[field]]
name = "latitude"
title = { zh = "纬度", en = "Latitude" }
type = "latitude"

[[field]]
name = "phone"
title = { zh = "联系电话", en = "Phone" }
type = "text"
pattern = "[0-9-]{7,20}"
personal = true

[[rule]]
when = "state"
is = ["shut"]
require = ["closed"]
words = { zh = "关停企业须填关停日期", en = "a shut firm needs its closing day" }

[[rule]]
ascending = ["opened", "closed"]
words = { zh = "关停日期早于投产日期", en = "closed before it opened" }
"#;

pub const PERMIT: &str = r#"
title = { zh = "许可证", en = "Permits" }
prefix = "XK"
name = "number"

[[field]]
name = "number"
title = { zh = "证书编号", en = "Number" }
type = "text"
required = true
unique = true
check = "code.permit"

[[field]]
name = "firm"
title = { zh = "持证企业", en = "Holder" }
type = "link"
to = "firm"
required = true

[[field]]
name = "others"
title = { zh = "相关企业", en = "Other firms" }
type = "links"
to = "firm"
"#;

pub const STATES: &str = "# source: made for the test\n# certainty: certain\ncode,zh,en\nrun,在产,running\nstop,停产,stopped\nshut,关停,shut down\n";

/// Writes the pack below a folder.
pub fn pack(root: &Path) {
    let folder = root.join("t");
    for sub in ["registers", "codes"] {
        std::fs::create_dir_all(folder.join(sub)).expect("a folder");
    }
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("written");
    write("pack.toml", "title = { zh = \"测试\", en = \"Test\" }\n");
    write("registers/firm.toml", FIRM);
    write("registers/permit.toml", PERMIT);
    write("codes/state.csv", STATES);
}

/// The packs below a folder, which must have no fault.
pub fn packs(root: &Path) -> Arc<Packs> {
    let (packs, faults) = load(root);
    assert!(faults.is_empty(), "{faults:#?}");
    Arc::new(packs)
}

/// The pack, read.
pub fn shipped() -> Arc<Packs> {
    let folder = tempfile::tempdir().expect("a folder");
    pack(folder.path());
    packs(folder.path())
}

pub fn desk(books: &Books, packs: &Arc<Packs>, register: &str) -> Desk {
    Desk::open(books, packs, &law(), today(), register).expect("the register")
}

pub fn who(reason: &str) -> Author {
    Author::new("测试员", reason)
}

pub fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

/// A right credit code: 17 characters made from a number, and their check character (GB 32100-2015).
pub fn credit(n: usize) -> String {
    const SIGNS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let head = format!("91340100{}", organisation(n));
    let mut weight = 1;
    let mut sum = 0;
    for b in head.bytes() {
        sum += SIGNS.iter().position(|s| *s == b).expect("a sign") * weight;
        weight = weight * 3 % 31;
    }
    format!("{head}{}", char::from(SIGNS[(31 - sum % 31) % 31]))
}

/// An organisation code with its check digit (GB 11714), without the hyphen.
fn organisation(n: usize) -> String {
    let head = format!("{n:08}");
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = head.bytes().zip(weights).map(|(b, w)| usize::from(b - b'0') * w).sum();
    match 11 - sum % 11 {
        10 => format!("{head}X"),
        11 => format!("{head}0"),
        c => format!("{head}{c}"),
    }
}
