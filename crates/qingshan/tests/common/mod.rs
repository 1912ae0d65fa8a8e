//! What the end-to-end tests share: the real binary, its command line and its HTTP side.
// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code)]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn qingshan(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qingshan"))
        .args(args)
        .current_dir(root())
        .output()
        .expect("the binary runs")
}

pub fn json(args: &[&str]) -> Value {
    let out = qingshan(args);
    assert!(
        out.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|e| panic!("{args:?}: {e}: {}", String::from_utf8_lossy(&out.stdout)))
}

pub struct Server {
    child: Child,
    pub pages: String,
    pub loggers: String,
    /// What it said on standard error until it served.
    pub said: Vec<String>,
    /// Who asks: cookie and second secret of a session, or nobody.
    pub session: Option<Session>,
}

/// An open session, as a browser keeps it.
#[derive(Clone, Debug)]
pub struct Session {
    pub cookie: String,
    pub csrf: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts `qingshan serve` on any ports and reads from its words which they are.
pub fn serve(dir: &Path) -> Server {
    serve_from(dir, None)
}

/// The same with law, packs and plan read from a folder instead of the binary. A legal officer who also keeps the
/// monitoring is signed in, so that law can be recorded and packets replayed.
pub fn serve_from(dir: &Path, home: Option<&Path>) -> Server {
    let told = account(&dir.join("store"), "tester", &["legal", "monitoring"], &["340000"], &[]);
    let mut server = start(dir, home, "");
    let first = server.sign_in("tester", &told, None);
    let changed = server.ask("POST", "/api/own/password", Some(&first), &json_text(&told, WORD));
    assert_eq!(changed.0, 200, "{}", changed.2);
    server.session = Some(server.sign_in("tester", WORD, None));
    server
}

/// The password of accounts that tests make.
pub const WORD: &str = "Huangshan-1864";

pub fn json_text(old: &str, new: &str) -> String {
    serde_json::json!({"old": old, "new": new}).to_string()
}

/// Makes an account from the console, or gives it a new password: the password that was told.
pub fn account(data: &Path, id: &str, roles: &[&str], divisions: &[&str], owners: &[&str]) -> String {
    let data = data.display().to_string();
    let mut args = vec!["user", "add", id, "--title", "测试", "--data", &data, "--json"];
    for (name, values) in [("--role", roles), ("--division", divisions), ("--owner", owners)] {
        args.extend(values.iter().flat_map(|v| [name, v]));
    }
    let mut out = qingshan(&args);
    if !out.status.success() {
        out = qingshan(&["user", "reset", id, "--data", &data, "--json"]);
    }
    let told: Value = serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|e| panic!("{args:?}: {e}: {}", String::from_utf8_lossy(&out.stderr)));
    told["password"].as_str().expect("a password is told").to_string()
}

/// Starts a server with nobody signed in; `more` are further lines of its configuration.
pub fn start(dir: &Path, home: Option<&Path>, more: &str) -> Server {
    let config = dir.join("qingshan.toml");
    let data = dir.join("store");
    std::fs::write(
        &config,
        format!(
            "data = {:?}\nlisten = \"127.0.0.1:0\"\ngateway = \"127.0.0.1:0\"\n{more}",
            data.display().to_string()
        ),
    )
    .expect("written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_qingshan"))
        .args(home.iter().flat_map(|h| ["--home".as_ref(), h.as_os_str()]))
        .args(["serve", "--config"])
        .arg(&config)
        .current_dir(root())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let (mut pages, mut loggers, mut said) = (None, None, vec![]);
    while pages.is_none() || loggers.is_none() {
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("the server says its addresses: {said:?}"))
            .expect("text");
        said.push(line.clone());
        if let Some(a) = line.strip_prefix("pages on http://") {
            pages = Some(a.trim_end_matches('/').to_string());
        } else if let Some(a) = line.strip_prefix("loggers on ") {
            loggers = Some(a.to_string());
        }
    }
    std::thread::spawn(move || lines.for_each(drop));
    Server {
        child,
        pages: pages.expect("seen"),
        loggers: loggers.expect("seen"),
        said,
        session: None,
    }
}

impl Server {
    pub fn request(&self, method: &str, path: &str) -> (u16, String) {
        self.send(method, path, "")
    }

    fn send(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let (status, _, body) = self.ask(method, path, self.session.as_ref(), body);
        (status, body)
    }

    fn connect(&self, method: &str, path: &str, who: Option<&Session>, body: &str) -> TcpStream {
        let mut s = TcpStream::connect(&self.pages).expect("connected");
        let session = who.map_or(String::new(), |w| {
            format!("Cookie: {}\r\nX-Csrf: {}\r\n", w.cookie, w.csrf)
        });
        write!(
            s,
            "{method} {path} HTTP/1.1\r\nHost: q\r\nConnection: close\r\n{session}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("sent");
        s
    }

    /// Status, head and body of an answer.
    pub fn ask(&self, method: &str, path: &str, who: Option<&Session>, body: &str) -> (u16, String, String) {
        let mut bytes = vec![];
        self.connect(method, path, who, body)
            .read_to_end(&mut bytes)
            .expect("answered");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let body = if head.to_lowercase().contains("transfer-encoding: chunked") {
            unchunk(body)
        } else {
            body.to_string()
        };
        (status_of(head), head.to_string(), body)
    }

    /// Only the status: of an answer that never ends as well.
    pub fn status(&self, method: &str, path: &str, who: Option<&Session>, body: &str) -> u16 {
        let mut line = String::new();
        let answer = BufReader::new(self.connect(method, path, who, body)).read_line(&mut line);
        answer.expect("answered");
        status_of(&line)
    }

    /// Signs in as a browser does.
    pub fn sign_in(&self, id: &str, password: &str, code: Option<&str>) -> Session {
        let given = serde_json::json!({"id": id, "password": password, "code": code});
        let (status, head, body) = self.ask("POST", "/api/session", None, &given.to_string());
        assert_eq!(status, 200, "{id}: {body}");
        let answer: Value = serde_json::from_str(&body).expect("JSON");
        let set = head
            .lines()
            .find_map(|l| l.strip_prefix("set-cookie: "))
            .expect("a cookie");
        Session {
            cookie: set.split(';').next().expect("a name").to_string(),
            csrf: answer["csrf"].as_str().expect("a second secret").to_string(),
        }
    }

    /// Posts JSON: status and answer.
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let (status, text) = self.send("POST", path, &body.to_string());
        let answer = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}: {text}"));
        (status, answer)
    }

    pub fn get(&self, path: &str) -> Value {
        let (status, body) = self.request("GET", path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|e| panic!("{path}: {e}: {body}"))
    }
}

fn status_of(head: &str) -> u16 {
    head.split(' ')
        .nth(1)
        .and_then(|s| s.trim().parse().ok())
        .expect("a status")
}

fn unchunk(mut body: &str) -> String {
    let mut out = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let n = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if n == 0 {
            break;
        }
        out.push_str(&rest[..n]);
        body = rest[n..].trim_start_matches("\r\n");
    }
    out
}
