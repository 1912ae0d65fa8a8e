//! The shipped policy against the table stated by hand, and what must hold of any policy.

use books::access::{
    Action, Decision, Level, MASK, Matter, Must, Person, Policy, RoleKind, Target, decide, level, prefix,
};
use books::pack::register::Label;
use books::{Doc, Scope};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

const SHIPPED: &str = include_str!("../../../packs/access/policy.toml");
const STATED: &str = include_str!("data/access.csv");
const LABELS: [(&str, Label); 3] = [
    ("public", Label::Public),
    ("internal", Label::Internal),
    ("sensitive", Label::Sensitive),
];

fn policy() -> Policy {
    Policy::parse(SHIPPED).expect("the shipped policy is good")
}

fn division(level: Level) -> &'static str {
    match level {
        Level::Province => "340000",
        Level::City => "340100",
        Level::County => "340104",
    }
}

fn person(policy: &Policy, role: &str, level: Level) -> Person {
    if policy.role(role).expect("a role").kind == RoleKind::Everyone {
        let mut nobody = Person::nobody(role == "guest");
        if role == "person" {
            nobody.name = "wang".into();
        }
        return nobody;
    }
    Person {
        name: "wang".into(),
        roles: [role.to_string()].into(),
        divisions: vec![division(level).into()],
        owners: vec!["91340100MA2MRF2E6T".into()],
        ..Person::default()
    }
}

fn target(matter: Matter, label: Label) -> Target {
    Target {
        room: if matter.business() {
            "x:t/a".into()
        } else {
            String::new()
        },
        label,
        published: Some(vec!["shown".into()]),
        personal: vec!["phone".into()],
        ..Target::matter(matter)
    }
}

/// A decision as a cell of the table writes it; the scope's own values are checked on the way.
fn cell(decided: Result<Decision, figure::Text>, level: Level) -> String {
    let Ok(Decision { scope, .. }) = decided else {
        return String::new();
    };
    let mut parts = vec![];
    if scope.all {
        parts.push("all");
    }
    if !scope.divisions.is_empty() {
        assert_eq!(scope.divisions, [prefix(division(level)).expect("a prefix")]);
        parts.push("division");
    }
    if !scope.owners.is_empty() {
        assert_eq!(scope.owners, ["91340100MA2MRF2E6T"]);
        parts.push("own");
    }
    if !scope.states.is_empty() {
        assert_eq!(scope.states, ["shown"]);
        parts.push("published");
    }
    parts.join("+")
}

#[test]
fn every_role_level_matter_label_and_action_is_as_stated() {
    let mut stated: BTreeMap<[String; 4], Vec<String>> = BTreeMap::new();
    let mut lines = STATED.lines().filter(|l| !l.starts_with('#'));
    let head: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let actions: Vec<&str> = Action::ALL.iter().map(|a| a.words().0).collect();
    assert_eq!(head[4..], actions);
    for line in lines {
        let cells: Vec<String> = line.split(',').map(str::to_string).collect();
        assert_eq!(cells.len(), head.len(), "{line}");
        let key = [cells[0].clone(), cells[1].clone(), cells[2].clone(), cells[3].clone()];
        assert!(stated.insert(key, cells[4..].to_vec()).is_none(), "twice: {line}");
    }
    let policy = policy();
    let (mut walked, mut wrong) = (0, vec![]);
    let mut used = std::collections::BTreeSet::new();
    for role in &policy.roles {
        for matter in Matter::ALL {
            let labels: &[(&str, Label)] = match matter {
                Matter::Register | Matter::Case => &LABELS,
                Matter::Score | Matter::Ledger => &LABELS[1..2],
                _ => &[("", Label::Internal)],
            };
            for (label, value) in labels {
                for level in Level::ALL {
                    let key = |level: &str| {
                        [
                            role.id.clone(),
                            level.into(),
                            matter.words().0.into(),
                            (*label).to_string(),
                        ]
                    };
                    let key = [key(level.name()), key("")]
                        .into_iter()
                        .find(|k| stated.contains_key(k));
                    let row = key.as_ref().map(|k| stated[k].clone());
                    used.extend(key);
                    for (n, action) in Action::ALL.into_iter().enumerate() {
                        let who = person(&policy, &role.id, level);
                        let is = cell(decide(&policy, &who, action, &target(matter, *value)), level);
                        let should = row.as_ref().map_or("", |r| r[n].as_str());
                        walked += 1;
                        if is != should {
                            wrong.push(format!(
                                "{} ({}) {} {label} {}: `{is}`, stated is `{should}`",
                                role.id,
                                level.name(),
                                matter.words().0,
                                action.words().0
                            ));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(walked, policy.roles.len() * 25 * 3 * 8);
    let unused: Vec<_> = stated.keys().filter(|k| !used.contains(*k)).collect();
    assert!(unused.is_empty(), "stated, but walked past: {unused:?}");
}

#[test]
fn a_refusal_says_what_and_why_and_what_to_do() {
    let policy = policy();
    let handler = person(&policy, "monitoring", Level::City);
    let words = decide(&policy, &handler, Action::Take, &target(Matter::Case, Label::Internal)).expect_err("refused");
    assert!(
        words.zh.contains("监测中心") && words.zh.contains("办理") && words.zh.contains("安全管理员"),
        "{words:?}"
    );
    let nobody = decide(
        &policy,
        &Person::nobody(false),
        Action::Read,
        &Target::matter(Matter::Plan),
    );
    assert!(nobody.expect_err("refused").zh.contains("先登录"));
    let mut late = person(&policy, "handler", Level::County);
    late.must = Some(Must::ChangePassword);
    let words = decide(
        &policy,
        &late,
        Action::Write,
        &target(Matter::Register, Label::Internal),
    );
    assert!(words.expect_err("refused").zh.contains("密码"));
    assert!(decide(&policy, &late, Action::Write, &Target::matter(Matter::Own)).is_ok());
}

#[test]
fn personal_data_stay_hidden_until_revealed_and_that_is_to_be_logged() {
    let policy = policy();
    let handler = person(&policy, "handler", Level::City);
    let rooms = target(Matter::Register, Label::Internal);
    for action in [Action::Read, Action::Export, Action::Write] {
        let d = decide(&policy, &handler, action, &rooms).expect("may");
        assert_eq!(
            (d.hidden.as_slice(), d.log_read),
            (["phone".to_string()].as_slice(), false)
        );
        let mut body = json!({"name": "甲", "phone": "13900000000"});
        d.hide(&mut body);
        assert_eq!(body, json!({"name": "甲", "phone": MASK}));
    }
    let d = decide(&policy, &handler, Action::Reveal, &rooms).expect("may");
    assert_eq!((d.hidden.len(), d.log_read), (0, true));
}

#[test]
fn codes_have_their_prefix_and_level() {
    let cases = [
        ("340000", Some("34"), Some(Level::Province)),
        ("341000", Some("3410"), Some(Level::City)),
        ("340104", Some("340104"), Some(Level::County)),
        ("340104001000", Some("340104001"), Some(Level::County)),
        ("340100000000", Some("3401"), Some(Level::City)),
        ("000000", None, None),
        ("", None, None),
        ("34010", None, None),
        ("34a100", None, None),
    ];
    for (code, p, l) in cases {
        assert_eq!((prefix(code), level(code)), (p, l), "{code}");
    }
}

#[test]
fn mistakes_of_the_file_are_named_with_their_line() {
    let business = SHIPPED.replace(
        "roles = [\"admin_audit\"]\non = [\"audit\"]",
        "roles = [\"admin_audit\"]\non = [\"audit\", \"case\"]",
    );
    assert_ne!(business, SHIPPED);
    let faults = Policy::parse(&business).expect_err("an administrator that sees cases");
    assert!(
        faults.iter().any(|f| f.words.zh.contains("管理员角色“admin_audit”")),
        "{faults:?}"
    );
    let unknown = SHIPPED.replace(
        "roles = [\"monitoring\"]\non = [\"score\"]",
        "roles = [\"monitor\"]\non = [\"score\"]",
    );
    let faults = Policy::parse(&unknown).expect_err("an unknown role");
    let line = 1 + unknown.lines().position(|l| l.contains("\"monitor\"")).expect("there");
    assert_eq!((faults.len(), faults[0].line), (1, line), "{faults:?}");
    let zero = SHIPPED.replace("idle_minutes = 15", "idle_minutes = 0");
    assert_eq!(Policy::parse(&zero).expect_err("no time at all").len(), 1);
    let odd = SHIPPED.replace("scope = \"published\"", "scope = \"everything\"");
    assert!(Policy::parse(&odd).expect_err("an unknown scope")[0].line > 100);
}

fn anybody() -> impl Strategy<Value = Person> {
    let roles: Vec<String> = policy()
        .roles
        .iter()
        .filter(|r| r.kind != RoleKind::Everyone)
        .map(|r| r.id.clone())
        .collect();
    let divisions = prop::sample::select(vec!["340000", "340100", "340104", "341500", "", "000000", "x"]);
    (
        prop::collection::btree_set(prop::sample::select(roles), 0..4),
        prop::collection::vec(divisions.prop_map(str::to_string), 0..3),
        prop::collection::vec(prop::sample::select(vec!["", "A", "B"]).prop_map(str::to_string), 0..2),
        any::<bool>(),
    )
        .prop_map(|(roles, divisions, owners, known)| Person {
            name: if known { "wang".into() } else { String::new() },
            roles,
            divisions,
            owners,
            ..Person::default()
        })
}

fn anything() -> impl Strategy<Value = (Action, Target)> {
    let label = prop::sample::select(LABELS.map(|l| l.1).to_vec());
    (
        prop::sample::select(Action::ALL.to_vec()),
        prop::sample::select(Matter::ALL.to_vec()),
        label,
    )
        .prop_map(|(action, matter, label)| (action, target(matter, label)))
}

fn business() -> impl Strategy<Value = (Action, Target)> {
    let matters: Vec<Matter> = Matter::ALL.into_iter().filter(|m| m.business()).collect();
    let label = prop::sample::select(LABELS.map(|l| l.1).to_vec());
    (
        prop::sample::select(Action::ALL.to_vec()),
        prop::sample::select(matters),
        label,
    )
        .prop_map(|(action, matter, label)| (action, target(matter, label)))
}

fn doc(division: &str, owner: &str, state: &str) -> Doc {
    let mut doc = Doc::new("x:t/a", "1");
    doc.body = json!({"_division": division, "_owner": owner, "_state": state});
    doc
}

proptest! {
    #[test]
    fn more_roles_never_see_less((action, target) in anything(), who in anybody()) {
        let policy = policy();
        let all = decide(&policy, &who, action, &target);
        for role in &who.roles {
            let one = Person { roles: [role.clone()].into(), ..who.clone() };
            if let Ok(part) = decide(&policy, &one, action, &target) {
                let whole = all.as_ref().expect("a part is allowed, so the whole is").scope.clone();
                let inside = |a: &[String], b: &[String]| a.iter().all(|x| b.contains(x));
                prop_assert!(!part.scope.all || whole.all);
                prop_assert!(inside(&part.scope.divisions, &whole.divisions) && inside(&part.scope.owners, &whole.owners));
            }
        }
    }

    #[test]
    fn administrators_enterprises_and_the_public_reach_no_foreign_record((action, target) in business(), who in anybody(), admin in 0usize..3) {
        let policy = policy();
        let foreign = doc("340104", "C", "draft");
        let role = ["admin_system", "admin_security", "admin_audit"][admin];
        let administrator = Person { roles: [role.to_string()].into(), ..who.clone() };
        let enterprise = Person { roles: ["enterprise".to_string()].into(), ..who.clone() };
        for person in [administrator, enterprise, Person::nobody(false), Person::nobody(true)] {
            if let Ok(d) = decide(&policy, &person, action, &target) {
                prop_assert!(!d.holds(&foreign), "{:?} {:?}", person.roles, d.scope);
            }
        }
    }

    #[test]
    fn nobody_reaches_beyond_their_divisions((action, target) in business(), who in anybody()) {
        if let Ok(d) = decide(&policy(), &who, action, &target) {
            prop_assert_ne!(&d.scope, &Scope::all());
            for code in ["340104", "340200", "341500", "310000", ""] {
                let mine = who.divisions.iter().filter_map(|d| prefix(d)).any(|p| code.starts_with(p));
                prop_assert!(mine || !d.holds(&doc(code, "C", "draft")), "{code} {:?}", d.scope);
            }
        }
    }
}
