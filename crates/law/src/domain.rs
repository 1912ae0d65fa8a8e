//! The rooms of the library: the folder in which a standard stands, and its keys with it.

use crate::{Law, Missing, Provision, Standard};
use figure::{Certainty, Text};
use serde::Serialize;
use std::collections::BTreeMap;

/// What stands in one room.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Domain {
    /// `air`.
    pub id: String,
    /// Its name.
    pub title: Text,
    /// Standards whose file stands in it.
    pub standards: usize,
    /// Keys of its standards.
    pub keys: usize,
    /// Provisions under these keys that are not certain.
    pub doubtful: usize,
    /// What is known to exist but not recorded (待录入).
    pub missing: usize,
}

/// Names, in the order in which rooms are shown; a room that is not here comes after them under its own word.
const NAMES: &[(&str, &str, &str)] = &[
    ("air", "环境空气", "Ambient air"),
    ("air_emergency", "重污染天气应急", "Heavy-pollution response"),
    ("water", "地表水", "Surface water"),
    ("water_compensation", "流域生态补偿", "River compensation"),
    ("lake", "湖库", "Lakes and reservoirs"),
    ("groundwater", "地下水", "Groundwater"),
    ("soil", "土壤", "Soil"),
    ("noise", "声环境", "Noise"),
    ("emission", "污染物排放", "Emissions"),
    ("online", "自动监控", "Online monitoring"),
    ("monitoring", "监测与传输", "Monitoring and transmission"),
    ("validity", "数据有效性", "Validity of data"),
    ("permit", "排污许可", "Permits"),
    ("rural", "农村环境", "Rural environment"),
    ("chemicals", "化学品与新污染物", "Chemicals"),
    ("industry", "行业管理", "Industry"),
    ("radiation", "辐射", "Radiation"),
    ("risk", "环境风险", "Risk"),
    ("ecology", "生态", "Ecology"),
    ("carbon", "碳排放", "Carbon"),
    ("inventory", "排放清单", "Inventories"),
    ("waste", "固体废物", "Solid waste"),
    ("code", "编码", "Codes"),
    ("basis", "法律依据", "Legal bases"),
    ("enforcement", "执法", "Enforcement"),
    ("credit", "环保信用", "Credit"),
    ("cleaner", "清洁生产", "Cleaner production"),
    ("compensation", "生态补偿", "Compensation"),
    ("eia", "环境影响评价", "Impact assessment"),
    ("outfall", "入河排污口", "Outfalls"),
    ("source_zone", "水源保护区", "Source protection zones"),
    ("key_units", "重点单位", "Key units"),
    ("quality", "质量管理", "Quality assurance"),
    ("interfaces", "数据接口", "Interfaces"),
    ("deadline", "期限", "Deadlines"),
    ("procedure", "办理程序", "Procedures"),
    ("holiday", "节假日", "Holidays"),
    ("round", "数值修约", "Rounding"),
];

/// Folders and first words that are the same room under another word.
const SAME: &[(&str, &str)] = &[
    ("codes", "code"),
    ("deadlines", "deadline"),
    ("hj212", "monitoring"),
    ("rounding", "round"),
];

fn room(word: &str) -> &str {
    SAME.iter()
        .find(|(other, _)| *other == word)
        .map_or(word, |(_, room)| room)
}

impl Domain {
    /// The name of a room; its own word where none is known.
    pub fn title(id: &str) -> Text {
        NAMES
            .iter()
            .find(|(word, ..)| *word == id)
            .map_or_else(|| Text::new(id, id), |(_, zh, en)| Text::new(*zh, *en))
    }

    fn rank(id: &str) -> usize {
        NAMES.iter().position(|(word, ..)| *word == id).unwrap_or(NAMES.len())
    }
}

/// The room of a function by its name (`air.iaqi` → `air`).
pub fn domain_of(key: &str) -> &str {
    room(key.split('.').next().unwrap_or(key))
}

impl Standard {
    /// The folder under `law/` in which its file stands.
    pub fn domain(&self) -> &str {
        let inside = self.file.strip_prefix("law/").unwrap_or(&self.file);
        room(inside.split_once('/').map_or("", |(folder, _)| folder))
    }
}

impl Provision {
    /// The room of its standard.
    pub fn domain(&self) -> &str {
        self.standard.domain()
    }
}

impl Missing {
    /// The room of its standard.
    pub fn domain(&self) -> &str {
        self.standard.domain()
    }
}

impl Law {
    /// The room of a key: that of the standard of its youngest version.
    pub fn domain_of_key<'a>(&'a self, key: &'a str) -> &'a str {
        let standard = self.versions(key).last().map(|p| &p.standard);
        let standard = standard.or_else(|| self.missing().find(|m| m.key == key).map(|m| &m.standard));
        standard.map_or_else(|| domain_of(key), |s| s.domain())
    }

    /// All rooms with what stands in them, in the order in which they are shown.
    pub fn domains(&self) -> Vec<Domain> {
        let mut rooms = BTreeMap::<&str, Domain>::new();
        for s in self.standards() {
            rooms.entry(s.domain()).or_default().standards += 1;
        }
        for key in self.keys() {
            let room = rooms.entry(self.domain_of_key(key)).or_default();
            room.keys += 1;
            room.doubtful += self
                .versions(key)
                .iter()
                .filter(|p| p.certainty != Certainty::Certain)
                .count();
        }
        for m in self.missing() {
            rooms.entry(m.domain()).or_default().missing += 1;
        }
        let mut out: Vec<Domain> = rooms
            .into_iter()
            .map(|(id, room)| Domain {
                id: id.to_string(),
                title: Domain::title(id),
                ..room
            })
            .collect();
        out.sort_by(|a, b| (Domain::rank(&a.id), &a.id).cmp(&(Domain::rank(&b.id), &b.id)));
        out
    }
}
