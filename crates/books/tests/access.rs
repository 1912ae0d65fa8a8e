//! Accounts on both databases: passwords, lock, sessions, second factor, one-time links, separated administrators, log.

mod store;

use books::access::{
    Action, AuditList, Must, NewAccount, Person, Policy, SignedIn, Target, add, audit, change_password,
    clear_second_factor, confirm_second_factor, find, log_reading, log_refusal, open_links, reset_password, session,
    set_active, set_roles, sign_in, sign_out, start_second_factor, unlock, use_link,
};
use books::{Author, Books, Error, Hash};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Store;
use totp_rs::{Builder, Secret};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const START: i64 = 1_790_000_000_000;

/// A clock of the test's own, as a plain function.
macro_rules! clock {
    ($now:ident, $clock:ident) => {
        static $now: AtomicI64 = AtomicI64::new(START);
        fn $clock() -> i64 {
            $now.load(Ordering::SeqCst)
        }
    };
}

/// The shipped policy; hashing made cheap, since its strength is not what is tested.
fn policy() -> Policy {
    let mut policy = Policy::parse(include_str!("../../../packs/access/policy.toml")).expect("good");
    policy.password.memory_kib = 64;
    policy
}

fn account(id: &str, roles: &[&str], password: &str) -> NewAccount {
    NewAccount {
        id: id.into(),
        title: "王一".into(),
        roles: roles.iter().map(|r| (*r).to_string()).collect(),
        divisions: vec!["340100".into()],
        password: Some(password.into()),
        ..NewAccount::default()
    }
}

fn by(actor: &str) -> Author {
    Author::new(actor, "测试")
}

const GOOD: &str = "Qing-shan-2024";

async fn enters(books: &Books, policy: &Policy, id: &str, word: &str) -> bool {
    match sign_in(books, policy, id, word, None).await {
        Ok(SignedIn::Yes { .. }) => true,
        Err(Error::Forbidden(_)) => false,
        other => panic!("{other:?}"),
    }
}

async fn token(books: &Books, policy: &Policy, id: &str, word: &str, code: Option<&str>) -> (Person, String) {
    match sign_in(books, policy, id, word, code).await.expect("in") {
        SignedIn::Yes { person, token } => (person, token),
        other @ SignedIn::CodeNeeded => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn passwords_keep_the_rule_and_are_never_stored() {
    clock!(NOW, clock);
    let policy = policy();
    for store in Store::both() {
        let books = Books::open_at(&store.url, Hash::Sha256, clock).await.expect("opens");
        for bad in [
            "Short-1",
            "alllowercaseletters",
            "lower1234567",
            "xx-Wang-2024-xx",
            &"Aa1-".repeat(40),
        ] {
            let refused = add(&books, &policy, account("wang", &["handler"], bad), by("sys")).await;
            assert!(matches!(refused, Err(Error::Refused(_))), "{bad}");
        }
        for id in ["w", "Wang li", "1wang", "public", "system:x", "王一"] {
            let refused = add(&books, &policy, account(id, &[], GOOD), by("sys")).await;
            assert!(matches!(refused, Err(Error::Refused(_))), "{id}");
        }
        add(&books, &policy, account("wang", &["handler"], GOOD), by("sys"))
            .await
            .expect("made");
        assert!(
            add(&books, &policy, account("WANG", &[], GOOD), by("sys"))
                .await
                .is_err(),
            "the name is in use"
        );
        assert!(enters(&books, &policy, "wang", GOOD).await);
        assert!(enters(&books, &policy, " Wang ", GOOD).await);
        assert!(!enters(&books, &policy, "wang", "Qing-shan-2025").await);
        assert!(!enters(&books, &policy, "nobody", GOOD).await);
        let stored = books.get("user", "wang").await.expect("asked").expect("there");
        assert!(
            stored.text("hash").starts_with("$argon2id$v=19$m=64,t=2,p=1$"),
            "{}",
            stored.text("hash")
        );
        let (_, token) = token(&books, &policy, "wang", GOOD, None).await;
        let all = books.db().events("ORDER BY seq", &[]).await.expect("read");
        let text = format!("{all:?}");
        assert!(!text.contains(GOOD) && !text.contains(&token));
        let tickets = books.db().texts("SELECT hash FROM ticket", &[]).await.expect("read");
        assert!(tickets.iter().flatten().flatten().all(|h| *h != token) && tickets.len() == 3);
        let report = books.verify().await.expect("checked");
        assert_eq!(report.faults, Vec::<String>::new());
    }
}

#[tokio::test]
async fn five_failures_lock_for_half_an_hour_by_the_clock() {
    clock!(NOW, clock);
    let policy = policy();
    for store in Store::both() {
        let books = Books::open_at(&store.url, Hash::Sha256, clock).await.expect("opens");
        add(&books, &policy, account("wang", &["handler"], GOOD), by("sys"))
            .await
            .expect("made");
        // Four failures, a success: the count begins anew.
        for _ in 0..4 {
            assert!(!enters(&books, &policy, "wang", "wrong").await);
        }
        assert!(enters(&books, &policy, "wang", GOOD).await);
        // Failures that lie more than fifteen minutes apart do not add up.
        for _ in 0..8 {
            NOW.fetch_add(4 * MINUTE, Ordering::SeqCst);
            assert!(!enters(&books, &policy, "wang", "wrong").await);
        }
        assert!(enters(&books, &policy, "wang", GOOD).await);
        for _ in 0..5 {
            assert!(!enters(&books, &policy, "wang", "wrong").await);
        }
        assert!(!enters(&books, &policy, "wang", GOOD).await, "locked");
        NOW.fetch_add(30 * MINUTE - 1, Ordering::SeqCst);
        assert!(!enters(&books, &policy, "wang", GOOD).await, "still locked");
        NOW.fetch_add(1, Ordering::SeqCst);
        assert!(enters(&books, &policy, "wang", GOOD).await, "the time is over");
        for _ in 0..5 {
            assert!(!enters(&books, &policy, "wang", "wrong").await);
        }
        assert!(find(&books, "wang").await.expect("asked").expect("there").locked > 0);
        assert!(unlock(&books, "wang", by("wang")).await.is_err(), "not by oneself");
        unlock(&books, "wang", by("sys")).await.expect("lifted");
        assert!(enters(&books, &policy, "wang", GOOD).await);
        // Many guesses at once, the right one among them: five count, the lock takes the rest.
        let mut tasks = vec![];
        for n in 0..30 {
            let (books, policy) = (books.clone(), policy.clone());
            tasks.push(tokio::spawn(async move {
                enters(&books, &policy, "wang", &format!("guess {n}")).await
            }));
        }
        for t in tasks {
            assert!(!t.await.expect("ran"));
        }
        let failed = books.history("user", "wang").await.expect("read");
        let last: Vec<&str> = failed.iter().rev().take(30).map(|e| e.kind.as_str()).collect();
        assert_eq!(last.iter().filter(|k| **k == "sign-in-locked").count(), 25);
        assert_eq!(last.iter().filter(|k| **k == "sign-in-lock").count(), 1);
        assert!(!enters(&books, &policy, "wang", GOOD).await);
    }
}

#[tokio::test]
async fn sessions_end_idle_at_last_by_signing_out_and_with_their_account() {
    clock!(NOW, clock);
    let policy = policy();
    for store in Store::both() {
        let books = Books::open_at(&store.url, Hash::Sha256, clock).await.expect("opens");
        add(&books, &policy, account("wang", &["handler"], GOOD), by("sys"))
            .await
            .expect("made");
        let is = async |token: &str| session(&books, &policy, token, clock()).await.expect("asked").is_some();
        let (person, idle) = token(&books, &policy, "wang", GOOD, None).await;
        assert_eq!(
            (person.must, person.role_names().contains(&"city_handler".to_string())),
            (None, true)
        );
        NOW.fetch_add(15 * MINUTE - 1, Ordering::SeqCst);
        assert!(is(&idle).await);
        NOW.fetch_add(15 * MINUTE - 1, Ordering::SeqCst);
        assert!(is(&idle).await, "the request before kept it open");
        NOW.fetch_add(15 * MINUTE, Ordering::SeqCst);
        assert!(!is(&idle).await, "idle");
        NOW.fetch_sub(15 * MINUTE, Ordering::SeqCst);
        assert!(!is(&idle).await, "ended is ended, whatever the clock says");
        NOW.fetch_add(15 * MINUTE, Ordering::SeqCst);

        let (_, long) = token(&books, &policy, "wang", GOOD, None).await;
        let opened = clock();
        while clock() < opened + 8 * HOUR - 10 * MINUTE {
            NOW.fetch_add(10 * MINUTE, Ordering::SeqCst);
            assert!(is(&long).await);
        }
        NOW.fetch_add(10 * MINUTE, Ordering::SeqCst);
        assert!(!is(&long).await, "eight hours are over");

        let (_, a) = token(&books, &policy, "wang", GOOD, None).await;
        let (_, b) = token(&books, &policy, "wang", GOOD, None).await;
        assert!(!is("").await && !is(&a.replace(|c: char| c.is_ascii_digit(), "0")).await);
        sign_out(&books, &a).await.expect("out");
        assert!(!is(&a).await && is(&b).await);
        set_active(&books, &policy, "wang", false, by("sys"))
            .await
            .expect("stopped");
        assert!(!is(&b).await && !enters(&books, &policy, "wang", GOOD).await);
        set_active(&books, &policy, "wang", true, by("sys"))
            .await
            .expect("started");
        let (_, c) = token(&books, &policy, "wang", GOOD, None).await;
        let version = find(&books, "wang").await.expect("asked").expect("there").version;
        let new = (
            BTreeSet::from(["leader".to_string()]),
            vec!["340000".to_string()],
            vec![],
        );
        set_roles(&books, &policy, "wang", version, new, by("sec"))
            .await
            .expect("given");
        assert!(!is(&c).await, "the old roles end with their session");
        let (leader, _) = token(&books, &policy, "wang", GOOD, None).await;
        assert!(leader.role_names().contains(&"province_leader".to_string()));
        NOW.store(START, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn passwords_are_changed_when_told_and_when_their_time_is_over() {
    clock!(NOW, clock);
    let policy = policy();
    let store = Store::sqlite();
    let books = Books::open_at(&store.url, Hash::Sha256, clock).await.expect("opens");
    let mut new = account("wang", &["handler"], GOOD);
    new.password = None;
    let told = add(&books, &policy, new, by("sys"))
        .await
        .expect("made")
        .expect("a password was made");
    let (person, _) = token(&books, &policy, "wang", &told, None).await;
    assert_eq!(person.must, Some(Must::ChangePassword));
    assert!(change_password(&books, &policy, "wang", "wrong", GOOD).await.is_err());
    assert!(change_password(&books, &policy, "wang", &told, &told).await.is_err());
    assert!(change_password(&books, &policy, "wang", &told, "weak").await.is_err());
    change_password(&books, &policy, "wang", &told, GOOD)
        .await
        .expect("changed");
    assert!(!enters(&books, &policy, "wang", &told).await);
    NOW.fetch_add(90 * DAY - 1, Ordering::SeqCst);
    let (person, kept) = token(&books, &policy, "wang", GOOD, None).await;
    assert_eq!(person.must, None);
    NOW.fetch_add(1, Ordering::SeqCst);
    let open = session(&books, &policy, &kept, clock())
        .await
        .expect("asked")
        .expect("open");
    assert_eq!(open.person.must, Some(Must::ChangePassword));
    assert!(
        reset_password(&books, &policy, "wang", by("wang")).await.is_err(),
        "not by oneself"
    );
    let again = reset_password(&books, &policy, "wang", by("sys")).await.expect("reset");
    let (person, _) = token(&books, &policy, "wang", &again, None).await;
    assert_eq!(person.must, Some(Must::ChangePassword));
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_a_code_counts_once() {
    clock!(NOW, clock);
    let policy = policy();
    let store = Store::sqlite();
    let books = Books::open_at(&store.url, Hash::Sha256, clock).await.expect("opens");
    add(
        &books,
        &policy,
        account("sec", &["admin_security"], GOOD),
        by("console"),
    )
    .await
    .expect("made");
    let (person, _) = token(&books, &policy, "sec", GOOD, None).await;
    assert_eq!(person.must, Some(Must::SecondFactor), "administrators need one");
    let (base32, address) = start_second_factor(&books, &policy, "sec").await.expect("begun");
    assert!(address.starts_with("otpauth://totp/") && address.contains(&base32));
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(&base32).expect("base 32"))
        .build()
        .expect("good");
    let code = || {
        totp.generate(u64::try_from(clock() / 1000).expect("after 1970"))
            .to_string()
    };
    assert!(confirm_second_factor(&books, &policy, "sec", "000000").await.is_err());
    confirm_second_factor(&books, &policy, "sec", &code())
        .await
        .expect("set");
    let asked = sign_in(&books, &policy, "sec", GOOD, None).await.expect("half in");
    assert_eq!(asked, SignedIn::CodeNeeded);
    let used = sign_in(&books, &policy, "sec", GOOD, Some(&code())).await;
    assert!(used.is_err(), "the code was used to set it up");
    NOW.fetch_add(30_000, Ordering::SeqCst);
    let (person, _) = token(&books, &policy, "sec", GOOD, Some(&code())).await;
    assert_eq!(person.must, None);
    assert!(
        sign_in(&books, &policy, "sec", GOOD, Some(&code())).await.is_err(),
        "twice"
    );
    assert!(
        start_second_factor(&books, &policy, "sec").await.is_err(),
        "not replaced by whoever sits there"
    );
    // Wrong codes lock like wrong passwords: one failure counts from above, four more.
    for _ in 0..4 {
        assert!(sign_in(&books, &policy, "sec", GOOD, Some("000000")).await.is_err());
    }
    assert!(find(&books, "sec").await.expect("asked").expect("there").locked > 0);
    assert!(clear_second_factor(&books, "sec", by("sec")).await.is_err());
    clear_second_factor(&books, "sec", by("sec2")).await.expect("cleared");
    unlock(&books, "sec", by("sys")).await.expect("lifted");
    let (person, _) = token(&books, &policy, "sec", GOOD, None).await;
    assert_eq!(person.must, Some(Must::SecondFactor));
}

#[tokio::test]
async fn three_links_make_three_administrators_once() {
    clock!(NOW, clock);
    let policy = policy();
    for store in Store::both() {
        let books = Books::open_at(&store.url, Hash::Sha256, clock).await.expect("opens");
        let first = open_links(&books, &policy, clock()).await.expect("made");
        let links = open_links(&books, &policy, clock()).await.expect("made");
        let roles: Vec<&str> = links.iter().map(|l| l.role.as_str()).collect();
        assert_eq!(roles, ["admin_system", "admin_security", "admin_audit"]);
        let old = use_link(&books, &policy, &first[0].token, account("old", &[], GOOD), clock()).await;
        assert!(matches!(old, Err(Error::Forbidden(_))), "newer links end older ones");
        let weak = use_link(&books, &policy, &links[0].token, account("sys", &[], "weak"), clock()).await;
        assert!(matches!(weak, Err(Error::Refused(_))), "a slip does not spend the link");
        let asks = account("sys", &["admin_security", "leader"], GOOD);
        use_link(&books, &policy, &links[0].token, asks, clock())
            .await
            .expect("used");
        let sys = find(&books, "sys").await.expect("asked").expect("there");
        assert_eq!(
            sys.roles,
            ["admin_system".to_string()].into(),
            "the link says the role, not the form"
        );
        let twice = use_link(&books, &policy, &links[0].token, account("sys2", &[], GOOD), clock()).await;
        assert!(matches!(twice, Err(Error::Forbidden(_))));
        // Two at once with one link: one account.
        let (a, b) = tokio::join!(
            use_link(&books, &policy, &links[1].token, account("sec-a", &[], GOOD), clock()),
            use_link(&books, &policy, &links[1].token, account("sec-b", &[], GOOD), clock())
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        NOW.fetch_add(24 * HOUR, Ordering::SeqCst);
        let late = use_link(&books, &policy, &links[2].token, account("aud", &[], GOOD), clock()).await;
        assert!(matches!(late, Err(Error::Forbidden(_))), "a day is over");
        let again = open_links(&books, &policy, clock()).await.expect("made");
        assert_eq!(
            again.iter().map(|l| l.role.as_str()).collect::<Vec<_>>(),
            ["admin_audit"]
        );
        use_link(&books, &policy, &again[0].token, account("aud", &[], GOOD), clock())
            .await
            .expect("used");
        assert!(open_links(&books, &policy, clock()).await.expect("asked").is_empty());
    }
}

#[tokio::test]
async fn administrators_are_kept_apart_and_the_last_of_a_kind_stays() {
    clock!(NOW, clock);
    let policy = policy();
    let store = Store::sqlite();
    let books = Books::open_at(&store.url, Hash::Sha256, clock).await.expect("opens");
    let admins = ["admin_system", "admin_security", "admin_audit"];
    for pair in [[0, 1], [0, 2], [1, 2]] {
        let both = [admins[pair[0]], admins[pair[1]]];
        assert!(
            add(&books, &policy, account("two", &both, GOOD), by("console"))
                .await
                .is_err(),
            "{both:?}"
        );
    }
    assert!(
        add(
            &books,
            &policy,
            account("two", &["admin_audit", "handler"], GOOD),
            by("console")
        )
        .await
        .is_err()
    );
    assert!(
        add(&books, &policy, account("two", &["public"], GOOD), by("console"))
            .await
            .is_err()
    );
    let mut nowhere = account("two", &["handler"], GOOD);
    nowhere.divisions = vec![];
    assert!(
        add(&books, &policy, nowhere, by("console")).await.is_err(),
        "a handler of no division"
    );
    let mut country = account("two", &["handler"], GOOD);
    country.divisions = vec!["000000".into()];
    assert!(
        add(&books, &policy, country, by("console")).await.is_err(),
        "the whole country is no bound"
    );
    assert!(
        add(&books, &policy, account("two", &["enterprise"], GOOD), by("console"))
            .await
            .is_err(),
        "of no enterprise"
    );
    for (id, role) in [("sys", admins[0]), ("sec", admins[1]), ("sec2", admins[1])] {
        add(&books, &policy, account(id, &[role], GOOD), by("console"))
            .await
            .expect("made");
    }
    let roles = async |id: &str, actor: &str, roles: &[&str]| {
        let version = find(&books, id).await.expect("asked").expect("there").version;
        let roles = roles.iter().map(|r| (*r).to_string()).collect();
        set_roles(
            &books,
            &policy,
            id,
            version,
            (roles, vec!["340100".into()], vec![]),
            by(actor),
        )
        .await
    };
    assert!(roles("sec", "sec", &[]).await.is_err(), "not one's own");
    assert!(roles("sys", "sec", &["admin_system", "admin_security"]).await.is_err());
    assert!(
        roles("sys", "sec", &["handler"]).await.is_err(),
        "the last system administrator"
    );
    assert!(
        set_active(&books, &policy, "sys", false, by("sec")).await.is_err(),
        "the last system administrator"
    );
    set_active(&books, &policy, "sec2", false, by("sys"))
        .await
        .expect("stopped");
    assert!(
        set_active(&books, &policy, "sec", false, by("sys")).await.is_err(),
        "the other one is stopped"
    );
    set_active(&books, &policy, "sec2", true, by("sys"))
        .await
        .expect("started");
    roles("sec", "sec2", &["handler"]).await.expect("one of two");
    // Both of the last two at once: one stays.
    roles("sec", "sec2", &["admin_security"]).await.expect("again");
    let (a, b) = tokio::join!(
        set_active(&books, &policy, "sec", false, by("sys")),
        set_active(&books, &policy, "sec2", false, by("sys"))
    );
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
}

#[tokio::test]
async fn readings_and_refusals_are_in_the_chain_and_the_auditor_sees_no_secret() {
    clock!(NOW, clock);
    let policy = policy();
    for store in Store::both() {
        let books = Books::open_at(&store.url, Hash::Sm3, clock).await.expect("opens");
        add(&books, &policy, account("wang", &["handler"], GOOD), by("sys"))
            .await
            .expect("made");
        let (person, _) = token(&books, &policy, "wang", GOOD, None).await;
        let mut target = Target::matter(books::access::Matter::Register);
        target.room = "register:petitions/persons".into();
        target.personal = vec!["phone".into()];
        let ids = ["P-1".to_string(), "P-2".to_string()];
        log_reading(&books, &person, &target, &ids, "回访")
            .await
            .expect("logged");
        let words = figure::Text::new("不能", "no");
        log_refusal(&books, &person, Action::Remove, &target, "P-1", &words)
            .await
            .expect("logged");
        let body = serde_json::json!({"phone": "13900000000"});
        let put = books::Change::at("register:petitions/persons", "P-1", "put", 0, body);
        books.put(by("wang"), vec![put]).await.expect("written");
        let asked = AuditList {
            room: "register:".into(),
            ..AuditList::default()
        };
        let lines = audit(&books, &asked).await.expect("read");
        let kinds: Vec<(&str, &str, &str)> = lines
            .iter()
            .map(|l| (l.kind.as_str(), l.id.as_str(), l.actor.as_str()))
            .collect();
        assert_eq!(
            kinds,
            [
                ("put", "P-1", "wang"),
                ("refused", "P-1", "wang"),
                ("reveal", "P-2", "wang"),
                ("reveal", "P-1", "wang")
            ]
        );
        assert_eq!(lines[2].reason, "phone: 回访");
        assert_eq!(
            (lines[0].fields.clone(), lines[0].change.is_null()),
            (vec!["phone".to_string()], true)
        );
        let of_users = AuditList {
            room: "user".into(),
            ..AuditList::default()
        };
        let text = serde_json::to_string(&audit(&books, &of_users).await.expect("read")).expect("JSON");
        assert!(
            text.contains("account-add") && text.contains("sign-in") && !text.contains("argon2"),
            "{text}"
        );
        let two = AuditList {
            actor: "wang".into(),
            limit: Some(2),
            before: Some(lines[0].seq),
            ..AuditList::default()
        };
        assert_eq!(audit(&books, &two).await.expect("read").len(), 2);
        assert!(
            books
                .get("register:petitions/persons", "P-2")
                .await
                .expect("asked")
                .is_none(),
            "a reading makes no record"
        );
        assert_eq!(books.verify().await.expect("checked").faults, Vec::<String>::new());
    }
}
