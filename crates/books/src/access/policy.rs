//! `packs/access/policy.toml`: roles, grants and numbers as data, and the check of the file itself.

use crate::pack::register::Label;
use crate::pack::{Fault, Words};
use figure::Text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a person wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Look at it; personal data stay hidden.
    Read,
    /// Make or change it.
    Write,
    /// Take it out, put it back, merge two into one.
    Remove,
    /// Bring in many by a workbook.
    Import,
    /// Take a table away as a file; personal data stay hidden.
    Export,
    /// Take a step of a case; opening one is a step.
    Take,
    /// Make it public.
    Publish,
    /// See personal data in full; every time is logged.
    Reveal,
}

impl Action {
    /// All, in the order of tables.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Write,
        Self::Remove,
        Self::Import,
        Self::Export,
        Self::Take,
        Self::Publish,
        Self::Reveal,
    ];

    /// Its name in files and logs, and what a refusal calls it.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Read => ("read", "查看"),
            Self::Write => ("write", "填报或修改"),
            Self::Remove => ("remove", "移除或合并"),
            Self::Import => ("import", "导入"),
            Self::Export => ("export", "导出"),
            Self::Take => ("take", "办理"),
            Self::Publish => ("publish", "发布"),
            Self::Reveal => ("reveal", "查看个人信息"),
        }
    }
}

/// What kind of thing it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// Records of a register.
    Register,
    /// Cases of a procedure.
    Case,
    /// Results of a score card.
    Score,
    /// Accounts and entries of a ledger.
    Ledger,
    /// The plan, its stands, and what is reported to its sentences.
    Plan,
    /// Observations and what is computed from them.
    Observation,
    /// Raw bytes as they came.
    Evidence,
    /// Live packets and the quarantine.
    Packet,
    /// The law library.
    Law,
    /// Drafts of law to try.
    Draft,
    /// The functions of the standards.
    Function,
    /// Boundaries.
    Map,
    /// The files that registers and procedures are made of.
    Pack,
    /// Whether everything is well.
    Status,
    /// Settings of the installation.
    Setting,
    /// Accounts: that they exist, their names and passwords.
    Account,
    /// Roles and scopes of accounts.
    Role,
    /// This policy.
    Policy,
    /// The log of who did what.
    Audit,
    /// One's own account.
    #[serde(rename = "self")]
    Own,
    /// Coming in.
    SignIn,
}

impl Matter {
    /// All, in the order of tables.
    pub const ALL: [Self; 21] = [
        Self::Register,
        Self::Case,
        Self::Score,
        Self::Ledger,
        Self::Plan,
        Self::Observation,
        Self::Evidence,
        Self::Packet,
        Self::Law,
        Self::Draft,
        Self::Function,
        Self::Map,
        Self::Pack,
        Self::Status,
        Self::Setting,
        Self::Account,
        Self::Role,
        Self::Policy,
        Self::Audit,
        Self::Own,
        Self::SignIn,
    ];

    /// Its name in files and logs, and what a refusal calls it.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Register => ("register", "名录"),
            Self::Case => ("case", "案件"),
            Self::Score => ("score", "评分"),
            Self::Ledger => ("ledger", "账本"),
            Self::Plan => ("plan", "要点与看板"),
            Self::Observation => ("observation", "监测数据"),
            Self::Evidence => ("evidence", "原始证据"),
            Self::Packet => ("packet", "数据包"),
            Self::Law => ("law", "标准库"),
            Self::Draft => ("draft", "标准草案"),
            Self::Function => ("function", "试算"),
            Self::Map => ("map", "地图边界"),
            Self::Pack => ("pack", "配置文件"),
            Self::Status => ("status", "运行状态"),
            Self::Setting => ("setting", "系统参数"),
            Self::Account => ("account", "账号"),
            Self::Role => ("role", "角色与范围"),
            Self::Policy => ("policy", "权限表"),
            Self::Audit => ("audit", "审计记录"),
            Self::Own => ("self", "本人账号"),
            Self::SignIn => ("sign_in", "登录"),
        }
    }

    /// Whether labels and divisions apply: what the three administrators must not see.
    pub const fn business(self) -> bool {
        matches!(self, Self::Register | Self::Case | Self::Score | Self::Ledger)
    }
}

/// Which of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// All.
    All,
    /// Of the account's divisions and what lies in them.
    Division,
    /// Of the account's enterprises.
    Own,
    /// What is published.
    Published,
}

/// Level of a division by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 省.
    Province,
    /// 市.
    City,
    /// 县 and below.
    County,
}

impl Level {
    /// All.
    pub const ALL: [Self; 3] = [Self::Province, Self::City, Self::County];

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
        }
    }
}

/// Who may be given a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleKind {
    /// One of the separated administrators.
    Admin,
    /// Works in a bureau: needs a division.
    Bureau,
    /// From outside: needs an owner's code.
    Outside,
    /// Comes by itself, is given to nobody.
    Everyone,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Name in data.
    pub id: String,
    /// Who may be given it.
    pub kind: RoleKind,
    /// Title.
    pub title: Words,
    /// What it is for.
    #[serde(default)]
    pub note: Words,
}

/// Who may do what, where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Roles that have it.
    pub roles: Vec<String>,
    /// What it is about.
    pub on: Vec<Matter>,
    /// Labels it holds for; empty: all.
    #[serde(default)]
    pub labels: Vec<Label>,
    /// Only these rooms; empty: all of the matters.
    #[serde(default)]
    pub rooms: Vec<String>,
    /// Only accounts of these levels; empty: all.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Actions.
    #[serde(rename = "do")]
    pub actions: Vec<Action>,
    /// Which of it.
    pub scope: Reach,
}

/// Roles that are kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Separate {
    /// An account holds at most one of these …
    pub roles: Vec<String>,
    /// … and no other role with it.
    #[serde(default)]
    pub alone: bool,
}

/// What a password must be, and how it is hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordRule {
    /// Characters at least.
    pub least_length: usize,
    /// Characters at most.
    pub most_length: usize,
    /// Of lower case, upper case, digits and other characters, how many kinds.
    pub kinds: usize,
    /// Days after which it must be changed.
    pub change_days: i64,
    /// argon2id memory in KiB.
    pub memory_kib: u32,
    /// argon2id passes.
    pub passes: u32,
    /// argon2id lanes.
    pub lanes: u32,
}

/// When failures lock an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lockout {
    /// So many failures …
    pub failures: usize,
    /// … within so many minutes …
    pub within_minutes: i64,
    /// … lock for so many.
    pub lock_minutes: i64,
}

/// How long a session lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRule {
    /// Minutes without a request.
    pub idle_minutes: i64,
    /// Hours in all.
    pub absolute_hours: i64,
}

/// One-time links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkRule {
    /// Hours that one holds.
    pub hours: i64,
}

/// Time codes as second factor (RFC 6238).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    /// Digits of a code.
    pub digits: u32,
    /// Seconds that a code is valid.
    pub step_seconds: u64,
    /// Steps before and after that are taken as well.
    pub steps_of_drift: u64,
    /// Roles whose accounts must have one.
    pub required_for: Vec<String>,
}

/// The whole policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What it rests on.
    pub source: String,
    /// How sure that is.
    pub certainty: figure::Certainty,
    /// Day it was last checked.
    pub checked: String,
    /// Passwords.
    pub password: PasswordRule,
    /// Lockout.
    pub lockout: Lockout,
    /// Sessions.
    pub session: SessionRule,
    /// One-time links.
    pub link: LinkRule,
    /// Second factor.
    pub second_factor: SecondFactor,
    /// Duties kept apart.
    #[serde(default)]
    pub separate: Vec<Separate>,
    /// Roles.
    #[serde(rename = "role")]
    pub roles: Vec<Role>,
    /// Grants.
    #[serde(rename = "grant")]
    pub grants: Vec<Grant>,
}

/// Where the policy stands below `packs/`.
pub const FILE: &str = "access/policy.toml";

impl Policy {
    /// Reads and checks the file's text.
    ///
    /// # Errors
    /// Every mistake with its line. A policy with a mistake is not used: a server goes on with the one before.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        let policy: Self = crate::pack::read(FILE, text).map_err(|f| vec![f])?;
        let faults = policy.check(text);
        if faults.is_empty() { Ok(policy) } else { Err(faults) }
    }

    fn check(&self, text: &str) -> Vec<Fault> {
        let mut faults = vec![];
        let mut say = |word: &str, zh: String, en: String| {
            faults.push(Fault {
                file: FILE.into(),
                line: crate::pack::line_of(text, word),
                words: Text::new(zh, en),
            });
        };
        let mut known = BTreeSet::new();
        for role in &self.roles {
            if !known.insert(role.id.as_str()) {
                say(
                    &role.id,
                    format!("角色“{}”写了两次", role.id),
                    format!("role `{}` is there twice", role.id),
                );
            }
        }
        let named = self
            .grants
            .iter()
            .flat_map(|g| &g.roles)
            .chain(self.separate.iter().flat_map(|s| &s.roles))
            .chain(&self.second_factor.required_for);
        for role in named {
            if !known.contains(role.as_str()) {
                say(role, format!("没有角色“{role}”"), format!("there is no role `{role}`"));
            }
        }
        // The three administrators never see business: whatever a bureau writes into the file.
        for role in self.roles.iter().filter(|r| r.kind == RoleKind::Admin) {
            let business = |g: &&Grant| g.roles.contains(&role.id) && g.on.iter().any(|m| m.business());
            if self.grants.iter().any(|g| business(&g)) {
                say(
                    &role.id,
                    format!("管理员角色“{}”不得有业务数据的权限", role.id),
                    format!("administrator `{}` must have no grant on business data", role.id),
                );
            }
            if !self.separate.iter().any(|s| s.roles.contains(&role.id)) {
                say(
                    &role.id,
                    format!("管理员角色“{}”须写入 [[separate]]", role.id),
                    format!("administrator `{}` must stand in a [[separate]]", role.id),
                );
            }
        }
        for needed in ["public", "person", "guest"] {
            if self.role(needed).is_none_or(|r| r.kind != RoleKind::Everyone) {
                say(
                    needed,
                    format!("须有角色“{needed}”，kind = everyone"),
                    format!("there must be a role `{needed}` of kind everyone"),
                );
            }
        }
        let numbers = [
            ("lock_minutes", self.lockout.lock_minutes),
            ("within_minutes", self.lockout.within_minutes),
            ("idle_minutes", self.session.idle_minutes),
            ("absolute_hours", self.session.absolute_hours),
            ("change_days", self.password.change_days),
            ("hours", self.link.hours),
            ("failures", i64::try_from(self.lockout.failures).unwrap_or(i64::MAX)),
            (
                "step_seconds",
                i64::try_from(self.second_factor.step_seconds).unwrap_or(i64::MAX),
            ),
            ("passes", i64::from(self.password.passes)),
            ("lanes", i64::from(self.password.lanes)),
            (
                "memory_kib",
                i64::from(self.password.memory_kib) - 8 * i64::from(self.password.lanes) + 1,
            ),
        ];
        // RFC 4226 allows 6 to 8 digits.
        let digits = ("digits", i64::from((6..=8).contains(&self.second_factor.digits)));
        for (name, n) in numbers.into_iter().chain([digits]) {
            if !(1..=10_000_000).contains(&n) {
                say(
                    name,
                    format!("“{name}”的数值不可用"),
                    format!("`{name}`: that number cannot be used"),
                );
            }
        }
        faults
    }

    /// A role by its name.
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|r| r.id == id)
    }

    /// What people call a role.
    pub fn title(&self, id: &str) -> Text {
        self.role(id).map_or_else(|| Text::new(id, id), |r| r.title.text())
    }

    /// Roles that procedures name and nobody can have, with file and line.
    pub fn unknown_roles(&self, packs: &crate::pack::Packs) -> Vec<String> {
        let known = |name: &str| {
            let bare = Level::ALL
                .iter()
                .find_map(|l| name.strip_prefix(l.name()).and_then(|r| r.strip_prefix('_')))
                .unwrap_or(name);
            self.role(bare).is_some()
        };
        let mut out = vec![];
        for (id, p) in &packs.procedures {
            let named = p
                .moves
                .iter()
                .flat_map(|m| &m.roles)
                .chain(p.deadlines.iter().flat_map(|d| &d.escalate));
            for role in named.filter(|r| !known(r)) {
                out.push(format!("{id}: {role}"));
            }
        }
        out.sort();
        out.dedup();
        out
    }
}
