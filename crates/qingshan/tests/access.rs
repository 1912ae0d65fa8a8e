//! Access at the real doors: every door × every role against the policy, sessions as browsers keep them, the first start.

mod common;

use books::access::{Person, Policy, RoleKind, Target, decide};
use common::{Server, Session, WORD, account, json_text, qingshan, root, start};
use serde_json::{Value, json};
use server::doors::{Behind, doors};
use std::path::Path;
use totp_rs::{Builder, Secret};

fn policy() -> Policy {
    let text = std::fs::read_to_string(root().join("packs/access/policy.toml")).expect("readable");
    Policy::parse(&text).expect("good")
}

const OWNER: &str = "91340100MA2DEM001M";

fn time_code(base32: &str) -> String {
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(base32).expect("base 32"))
        .build()
        .expect("good");
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    totp.generate(now.as_secs()).to_string()
}

/// An account that has done what it must: a password of its own, and a second factor if its role needs one.
fn in_order(server: &Server, id: &str, told: &str, admin: bool) -> Session {
    let first = server.sign_in(id, told, None);
    let (status, _, body) = server.ask("POST", "/api/own/password", Some(&first), &json_text(told, WORD));
    assert_eq!(status, 200, "{id}: {body}");
    let session = server.sign_in(id, WORD, None);
    if admin {
        let (status, _, body) = server.ask("POST", "/api/own/factor", Some(&session), "{}");
        assert_eq!(status, 200, "{id}: {body}");
        let secret = serde_json::from_str::<Value>(&body).expect("JSON")["secret"].clone();
        let code = json!({"code": time_code(secret.as_str().expect("a secret"))});
        let (status, _, body) = server.ask("POST", "/api/own/factor/confirm", Some(&session), &code.to_string());
        assert_eq!(status, 200, "{id}: {body}");
    }
    session
}

#[test]
fn every_door_opens_to_the_roles_of_the_policy_and_to_no_other() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = dir.path().join("store");
    let policy = policy();
    let given: Vec<_> = policy.roles.iter().filter(|r| r.kind != RoleKind::Everyone).collect();
    let told: Vec<String> = given
        .iter()
        .map(|r| account(&store, &r.id, &[&r.id], &["340000"], &[OWNER]))
        .collect();
    let server = start(dir.path(), None, "");
    let mut people: Vec<(Person, Option<Session>)> = vec![(Person::nobody(false), None)];
    for (role, told) in given.iter().zip(&told) {
        let session = in_order(&server, &role.id, told, role.kind == RoleKind::Admin);
        let person = Person {
            name: role.id.clone(),
            roles: [role.id.clone()].into(),
            divisions: vec!["340000".into()],
            owners: vec![OWNER.into()],
            ..Person::default()
        };
        people.push((person, Some(session)));
    }
    let (mut walked, mut wrong) = (0, vec![]);
    for (person, session) in &people {
        // Signing out comes last, or the rest of the walk is a stranger's.
        let mut all = doors();
        all.sort_by_key(|d| d.method == "DELETE");
        for door in all {
            let Behind::Matter(matter) = door.behind else {
                continue;
            };
            let path = door.path.replace("{measure}", "0.1").replace("{what}", "cities");
            let path = path.replace("{id}", "nobody").replace("{token}", "none");
            let may = decide(&policy, person, door.action, &Target::matter(matter)).is_ok();
            let status = server.status(door.method.as_str(), &format!("/api{path}"), session.as_ref(), "{}");
            let refused = if person.known() { 403 } else { 401 };
            walked += 1;
            if may == (status == 401 || status == 403) || (!may && status != refused) {
                wrong.push(format!(
                    "{} {} as `{}`: {status}",
                    door.method,
                    door.path,
                    person.actor()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(walked > 17 * 40, "{walked}");

    // The audit administrator reads the refusals of others, and nothing of what records hold.
    let auditor = in_order_again(&server, "admin_audit", &store);
    let (status, _, body) = server.ask("GET", "/api/audit?kind=refused&limit=1000", Some(&auditor), "");
    let lines: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(status, 200);
    for who in ["handler", "enterprise", "admin_system", "public"] {
        let by = |l: &&Value| l["actor"] == who;
        assert!(lines.as_array().expect("lines").iter().any(|l| by(&l)), "{who}");
    }
    let (_, head, csv) = server.ask("GET", "/api/audit.csv?limit=20", Some(&auditor), "");
    assert!(head.contains("text/csv") && csv.lines().count() == 21, "{csv}");
}

/// Signed out by the walk: in again, with the next time code.
fn in_order_again(server: &Server, id: &str, store: &Path) -> Session {
    let _ = qingshan(&["user", "clear-factor", id, "--data", &store.display().to_string()]);
    let session = server.sign_in(id, WORD, None);
    let (status, _, body) = server.ask("POST", "/api/own/factor", Some(&session), "{}");
    assert_eq!(status, 200, "{body}");
    let secret = serde_json::from_str::<Value>(&body).expect("JSON")["secret"].clone();
    let code = json!({"code": time_code(secret.as_str().expect("a secret"))});
    let (status, _, body) = server.ask("POST", "/api/own/factor/confirm", Some(&session), &code.to_string());
    assert_eq!(status, 200, "{body}");
    session
}

#[test]
fn a_session_is_a_strict_cookie_and_a_change_needs_the_second_secret() {
    let dir = tempfile::tempdir().expect("a folder");
    let told = account(&dir.path().join("store"), "wang", &["legal"], &["340000"], &[]);
    let server = start(dir.path(), None, "");
    let given = json!({"id": "wang", "password": told}).to_string();
    let (status, head, body) = server.ask("POST", "/api/session", None, &given);
    assert_eq!(status, 200, "{body}");
    let cookie = head.lines().find(|l| l.starts_with("set-cookie: ")).expect("a cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=28800"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let state: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(state["person"]["must"], "change_password");
    assert_eq!(state["demo"], json!([]), "no accounts are shown outside the demo");
    let mut session = in_order(&server, "wang", &told, false);
    assert_eq!(server.status("GET", "/api/plan", Some(&session), ""), 200);
    assert_eq!(
        server.status("POST", "/api/law/addition", Some(&session), "{}"),
        400,
        "let in, and judged"
    );
    let right = session.csrf.clone();
    for wrong in ["", "0000", &right.to_uppercase()] {
        session.csrf = wrong.into();
        assert_eq!(
            server.status("POST", "/api/law/addition", Some(&session), "{}"),
            403,
            "`{wrong}`"
        );
        assert_eq!(
            server.status("GET", "/api/plan", Some(&session), ""),
            200,
            "reading needs none"
        );
    }
    session.csrf = right;
    assert_eq!(server.status("DELETE", "/api/session", Some(&session), ""), 200);
    assert_eq!(server.status("GET", "/api/plan", Some(&session), ""), 401, "out is out");
    // Five failures lock; the answer is the same for an account that is not there.
    let wrong = |id: &str| {
        server.ask(
            "POST",
            "/api/session",
            None,
            &json!({"id": id, "password": "no"}).to_string(),
        )
    };
    for _ in 0..5 {
        assert_eq!(wrong("wang").0, 401);
    }
    let right = json!({"id": "wang", "password": WORD}).to_string();
    let (status, _, locked) = server.ask("POST", "/api/session", None, &right);
    assert_eq!((status, &locked), (401, &wrong("nobody").2));
}

#[test]
fn the_first_start_stands_open_to_read_and_tells_one_time_links() {
    let dir = tempfile::tempdir().expect("a folder");
    let links: Vec<String> = {
        let server = start(dir.path(), None, "");
        for path in ["/api/plan", "/api/packets", "/api/law", "/api/session"] {
            assert_eq!(server.status("GET", path, None, ""), 200, "{path}");
        }
        for path in ["/api/law/addition", "/api/drafts", "/api/quarantine/1/replay"] {
            assert_eq!(server.status("POST", path, None, "{}"), 401, "{path}");
        }
        assert_eq!(server.status("GET", "/api/accounts", None, ""), 401);
        let token = |l: &String| l.split_once("/sign-in?link=").map(|(_, t)| t.to_string());
        let links: Vec<String> = server.said.iter().filter_map(token).collect();
        assert_eq!(links.len(), 3, "{:?}", server.said);
        let (_, _, role) = server.ask("GET", &format!("/api/link/{}", links[0]), None, "");
        assert!(role.contains("系统管理员"), "{role}");
        let weak = json!({"id": "sys", "title": "甲", "password": "weak"}).to_string();
        assert_eq!(
            server.status("POST", &format!("/api/link/{}", links[0]), None, &weak),
            422
        );
        let good = json!({"id": "sys", "title": "甲", "password": WORD}).to_string();
        assert_eq!(
            server.status("POST", &format!("/api/link/{}", links[0]), None, &good),
            200
        );
        assert_eq!(
            server.status("POST", &format!("/api/link/{}", links[0]), None, &good),
            403,
            "once"
        );
        assert_eq!(
            server.status("GET", "/api/plan", None, ""),
            401,
            "with the first account the house closes"
        );
        let sys = server.sign_in("sys", WORD, None);
        assert_eq!(
            server.status("GET", "/api/accounts", Some(&sys), ""),
            403,
            "the second factor first"
        );
        links
    };
    let server = start(dir.path(), None, "");
    let told: Vec<&String> = server.said.iter().filter(|l| l.contains("/sign-in?link=")).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter().all(|l| links.iter().all(|old| !l.contains(old.as_str()))),
        "new links"
    );
    assert_eq!(
        server.status("GET", &format!("/api/link/{}", links[1]), None, ""),
        404,
        "the old ones ended"
    );
}

#[test]
fn a_house_behind_a_gateway_never_stands_open() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = start(
        dir.path(),
        None,
        "public_url = \"https://qs.example\"\nhash = \"sm3\"\n",
    );
    assert_eq!(server.status("GET", "/api/plan", None, ""), 401);
    assert_eq!(server.status("GET", "/api/law", None, ""), 200, "standards are public");
    assert!(
        server
            .said
            .iter()
            .any(|l| l.contains("https://qs.example/sign-in?link="))
    );
    let told = account(&dir.path().join("store"), "wang", &["auditor"], &["340100"], &[]);
    let given = json!({"id": "wang", "password": told}).to_string();
    let (_, head, _) = server.ask("POST", "/api/session", None, &given);
    assert!(head.contains("; Secure"), "{head}");
    drop(server);
    let data = dir.path().join("store").display().to_string();
    let checked = qingshan(&["check", "--data", &data, "--json"]);
    let report: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert_eq!(report["books"]["faults"], json!([]), "{report}");
    let open = dir.path().join("open.toml");
    std::fs::write(&open, format!("data = {data:?}\nlisten = \"0.0.0.0:0\"\n")).expect("written");
    let refused = qingshan(&["serve", "--config", &open.display().to_string()]);
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("public_url"),
        "{refused:?}"
    );
}

#[test]
fn a_register_dropped_into_the_folder_is_there_without_a_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = start(dir.path(), None, "");
    let faults = || {
        let (status, _, body) = server.ask("GET", "/api/packs/check", None, "");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str::<Value>(&body).expect("JSON")
    };
    let before = faults();
    let pack = dir.path().join("store/packs/dropped/registers");
    std::fs::create_dir_all(&pack).expect("a folder");
    std::fs::write(pack.join("../pack.toml"), "title = { zh = \"甲\", en = \"A\" }\n").expect("written");
    std::fs::write(
        pack.join("things.toml"),
        "title = { zh = \"物\", en = \"Things\" }\nname = \"nothing\"\n",
    )
    .expect("written");
    let began = std::time::Instant::now();
    let after = loop {
        let after = faults();
        if after != before || began.elapsed().as_secs() > 20 {
            break after;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    let named = |f: &Value| f["file"] == "dropped/registers/things.toml";
    assert!(after["faults"].as_array().expect("a list").iter().any(named), "{after}");
}
