//! The one function that says who may do what. Pages, API, exports and commands all ask it, and nothing else decides.

use super::policy::{Action, Grant, Level, Matter, Policy, Reach};
use crate::pack::register::Label;
use crate::pack::{Field, Packs, Procedure, Register};
use crate::{Doc, Scope};
use figure::Text;
use std::collections::BTreeSet;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// Account name; empty for somebody who has not signed in.
    pub name: String,
    /// Name of the person.
    pub title: String,
    /// Roles given.
    pub roles: BTreeSet<String>,
    /// Divisions, as 6-digit codes (or longer).
    pub divisions: Vec<String>,
    /// Owners (credit codes) the account acts for.
    pub owners: Vec<String>,
    /// Sits at this machine while the house stands open (no accounts yet, or the demo).
    pub guest: bool,
    /// What must be done before anything else is allowed.
    pub must: Option<Must>,
}

/// What an account must do first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Must {
    /// Choose a new password.
    ChangePassword,
    /// Set up a second factor.
    SecondFactor,
}

impl Person {
    /// Somebody who has not signed in.
    pub fn nobody(guest: bool) -> Self {
        Self {
            guest,
            ..Self::default()
        }
    }

    /// Whether somebody signed in.
    pub fn known(&self) -> bool {
        !self.name.is_empty()
    }

    /// Name for the log.
    pub fn actor(&self) -> &str {
        if self.known() { &self.name } else { "public" }
    }

    /// Roles with those that come by themselves.
    pub fn all_roles(&self) -> BTreeSet<&str> {
        let mut all: BTreeSet<&str> = BTreeSet::from(["public"]);
        if self.guest {
            all.insert("guest");
        }
        if self.known() {
            all.insert("person");
            all.extend(self.roles.iter().map(String::as_str));
        }
        all
    }

    /// Roles as procedures name them: plain (`leader`) and with each of the account's levels (`city_leader`).
    pub fn role_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.all_roles().into_iter().map(str::to_string).collect();
        for level in self.levels() {
            names.extend(self.roles.iter().map(|r| format!("{}_{r}", level.name())));
        }
        names
    }

    /// Levels of the account's divisions.
    pub fn levels(&self) -> BTreeSet<Level> {
        self.divisions.iter().filter_map(|d| level(d)).collect()
    }
}

/// The prefix that all divisions inside one share: `340000` → `34`, `340100` → `3401`, `340104` → `340104`. None for
/// what is no code, and for the code of the whole country: an empty prefix would be no bound.
pub fn prefix(code: &str) -> Option<&str> {
    if !code.bytes().all(|b| b.is_ascii_digit()) || !matches!(code.len(), 2 | 4 | 6 | 9 | 12) {
        return None;
    }
    let mut short = code;
    // Threes below the county (township, village), pairs from there up.
    while let Some(cut) = short.strip_suffix(if short.len() > 6 { "000" } else { "00" }) {
        short = cut;
    }
    (!short.is_empty()).then_some(short)
}

/// Level of a division; none for what is no code.
pub fn level(code: &str) -> Option<Level> {
    Some(match prefix(code)?.len() {
        2 => Level::Province,
        4 => Level::City,
        _ => Level::County,
    })
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Kind of thing.
    pub matter: Matter,
    /// Room, `register:pack/name`; empty where the matter is one room.
    pub room: String,
    /// Title of the room for people.
    pub title: Text,
    /// Label.
    pub label: Label,
    /// States in which the public sees it; none: it is public whatever its state.
    pub published: Option<Vec<String>>,
    /// Fields with personal data.
    pub personal: Vec<String>,
}

fn personal(fields: &[Field]) -> Vec<String> {
    fields.iter().filter(|f| f.personal).map(|f| f.name.clone()).collect()
}

impl Target {
    /// A matter that is one room.
    pub fn matter(matter: Matter) -> Self {
        let (en, zh) = matter.words();
        Self {
            matter,
            room: String::new(),
            title: Text::new(zh, en),
            label: Label::Internal,
            published: Some(vec![]),
            personal: vec![],
        }
    }

    /// A register.
    pub fn register(r: &Register) -> Self {
        // What is labelled public and has no states is public as a whole.
        let open = r.label == Label::Public && r.state.is_none() && r.published.is_empty();
        Self {
            room: r.room(),
            title: r.title.text(),
            label: r.label,
            published: (!open).then(|| r.published.clone()),
            personal: personal(&r.fields),
            ..Self::matter(Matter::Register)
        }
    }

    /// A procedure's cases.
    pub fn case(p: &Procedure) -> Self {
        let states = p.states.iter().filter(|s| s.published).map(|s| s.id.clone());
        Self {
            room: p.room(),
            title: p.title.text(),
            label: p.label,
            published: Some(states.collect()),
            personal: personal(&p.fields),
            ..Self::matter(Matter::Case)
        }
    }

    /// A room by its name; none for one that no pack has.
    pub fn room(packs: &Packs, room: &str) -> Option<Self> {
        let (kind, id) = room.split_once(':')?;
        match kind {
            "register" => packs.registers.get(id).map(Self::register),
            "case" => packs.procedures.get(id).map(Self::case),
            "score" => packs.scores.get(id).map(|s| Self {
                room: s.room(),
                title: s.title.text(),
                published: Some(vec!["published".into()]),
                personal: personal(&s.fields),
                ..Self::matter(Matter::Score)
            }),
            "ledger" | "account" | "entry" => packs.ledgers.get(id).map(|l| Self {
                room: room.to_string(),
                title: l.title.text(),
                ..Self::matter(Matter::Ledger)
            }),
            _ => None,
        }
    }

    /// Its name in the log.
    pub fn name(&self) -> &str {
        if self.room.is_empty() {
            self.matter.words().0
        } else {
            &self.room
        }
    }
}

/// What is allowed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Decision {
    /// Which records.
    pub scope: Scope,
    /// Fields that must not be shown, filtered by or sorted by.
    pub hidden: Vec<String>,
    /// Personal data are shown: the reading must be logged ([`super::log_reading`]).
    pub log_read: bool,
}

impl Decision {
    /// Whether a record may be touched.
    pub fn holds(&self, doc: &Doc) -> bool {
        self.scope.holds(doc)
    }

    /// Covers what must not be shown. A member stays, so that a reader sees that there is something.
    pub fn hide(&self, body: &mut serde_json::Value) {
        for field in &self.hidden {
            if let Some(value) = body.get_mut(field) {
                *value = serde_json::Value::String(MASK.into());
            }
        }
    }
}

/// What stands in place of personal data.
pub const MASK: &str = "＊＊＊";

/// Whether a person may do something, and with which records: the union of what the grants of all roles allow.
///
/// # Errors
/// The refusal, in words for that person.
pub fn decide(policy: &Policy, person: &Person, action: Action, target: &Target) -> Result<Decision, Text> {
    let mut scope = Scope::default();
    // Until the account is in order only what everybody may, and the account itself, is open.
    let roles: BTreeSet<&str> = match person.must {
        Some(_) => BTreeSet::from(["public", "person"]),
        None => person.all_roles(),
    };
    let levels = person.levels();
    for grant in policy
        .grants
        .iter()
        .filter(|g| applies(g, &roles, &levels, action, target))
    {
        match grant.scope {
            Reach::All => scope.all = true,
            Reach::Division => scope
                .divisions
                .extend(person.divisions.iter().filter_map(|d| prefix(d)).map(str::to_string)),
            Reach::Own => scope
                .owners
                .extend(person.owners.iter().filter(|o| !o.is_empty()).cloned()),
            Reach::Published => match &target.published {
                None => scope.all = true,
                Some(states) => scope.states.extend(states.iter().filter(|s| !s.is_empty()).cloned()),
            },
        }
    }
    for list in [&mut scope.divisions, &mut scope.owners, &mut scope.states] {
        list.sort();
        list.dedup();
    }
    if scope == Scope::default() {
        return Err(refusal(policy, person, action, target));
    }
    let reveal = action == Action::Reveal && !target.personal.is_empty();
    Ok(Decision {
        scope,
        hidden: if action == Action::Reveal {
            vec![]
        } else {
            target.personal.clone()
        },
        log_read: reveal,
    })
}

fn applies(g: &Grant, roles: &BTreeSet<&str>, levels: &BTreeSet<Level>, action: Action, target: &Target) -> bool {
    g.actions.contains(&action)
        && g.on.contains(&target.matter)
        && g.roles.iter().any(|r| roles.contains(r.as_str()))
        && (g.labels.is_empty() || !target.matter.business() || g.labels.contains(&target.label))
        && (g.rooms.is_empty() || g.rooms.contains(&target.room))
        && (g.levels.is_empty() || g.levels.iter().any(|l| levels.contains(l)))
}

fn refusal(policy: &Policy, person: &Person, action: Action, target: &Target) -> Text {
    let (en, zh) = action.words();
    let (what_zh, what_en) = (&target.title.zh, &target.title.en);
    match person.must {
        Some(Must::ChangePassword) => {
            return Text::new(
                "密码须先更换：首次登录、由管理员重置或已到更换期。请在“本人账号”中更换。",
                "Change your password first: it was set by an administrator, or its time is over.",
            );
        }
        Some(Must::SecondFactor) => {
            return Text::new(
                "本角色须先设置动态口令（第二因素）。请在“本人账号”中设置。",
                "This role needs a second factor: set up a time code in your account first.",
            );
        }
        None => {}
    }
    if !person.known() {
        return Text::new(
            format!("{zh}“{what_zh}”须先登录。"),
            format!("Sign in first to {en} {what_en}."),
        );
    }
    let titles: Vec<Text> = person.roles.iter().map(|r| policy.title(r)).collect();
    let join = |each: fn(&Text) -> &str, between: &str| titles.iter().map(each).collect::<Vec<_>>().join(between);
    let (mine_zh, mine_en) = if titles.is_empty() {
        ("尚无角色".to_string(), "none yet".to_string())
    } else {
        (join(|t| &t.zh, "、"), join(|t| &t.en, ", "))
    };
    Text::new(
        format!("您的角色（{mine_zh}）不能{zh}“{what_zh}”。权限按角色、行政区和归属决定；如有需要请向安全管理员申请。"),
        format!("Your role ({mine_en}) may not {en} {what_en}. Ask the security administrator if you need it."),
    )
}
