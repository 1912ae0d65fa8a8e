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

/// The same with law, packs and plan read from a folder instead of the binary.
pub fn serve_from(dir: &Path, home: Option<&Path>) -> Server {
    let config = dir.join("qingshan.toml");
    let data = dir.join("store");
    std::fs::write(
        &config,
        format!(
            "data = {:?}\nlisten = \"127.0.0.1:0\"\ngateway = \"127.0.0.1:0\"\n",
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
    let (mut pages, mut loggers) = (None, None);
    while pages.is_none() || loggers.is_none() {
        let line = lines.next().expect("the server says its addresses").expect("text");
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
    }
}

impl Server {
    pub fn request(&self, method: &str, path: &str) -> (u16, String) {
        self.send(method, path, "")
    }

    fn send(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut s = TcpStream::connect(&self.pages).expect("connected");
        write!(
            s,
            "{method} {path} HTTP/1.1\r\nHost: q\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("sent");
        let mut bytes = vec![];
        s.read_to_end(&mut bytes).expect("answered");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        let body = if head.to_lowercase().contains("transfer-encoding: chunked") {
            unchunk(body)
        } else {
            body.to_string()
        };
        (status, body)
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
