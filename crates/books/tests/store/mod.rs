//! The two databases for tests: a SQLite file and a PostgreSQL of its own on loopback, both real, both gone afterwards.
#![allow(dead_code)] // each test binary uses what it needs

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A store for the time of a test.
pub struct Store {
    pub url: String,
    folder: tempfile::TempDir,
    postgres: Option<PathBuf>,
}

impl Store {
    /// A SQLite file in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("books.db").display());
        Self {
            url,
            folder,
            postgres: None,
        }
    }

    /// A PostgreSQL started for the test. Its programs come with Debian's `postgresql` (`make test` installs it).
    pub fn postgres() -> Self {
        let bin = programs();
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let port = free_port();
        // PostgreSQL refuses to run as root: it runs as the account that Debian's package made.
        run(Command::new("chown").arg("postgres").arg(folder.path()));
        run(as_postgres(&bin.join("initdb"))
            .args(["-U", "books", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D"])
            .arg(&data));
        let options =
            format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=60");
        run(as_postgres(&bin.join("pg_ctl"))
            .args(["-w", "-t", "60", "-l"])
            .arg(folder.path().join("log"))
            .arg("-o")
            .arg(options)
            .arg("-D")
            .arg(&data)
            .arg("start"));
        Self {
            url: format!("postgres://books@127.0.0.1:{port}/postgres"),
            folder,
            postgres: Some(bin),
        }
    }

    /// Both, for a suite that must hold on either.
    pub fn both() -> [Self; 2] {
        [Self::sqlite(), Self::postgres()]
    }

    /// The folder it lives in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some(bin) = &self.postgres {
            let _ = as_postgres(&bin.join("pg_ctl"))
                .args(["-m", "immediate", "-D"])
                .arg(self.folder.path().join("data"))
                .arg("stop")
                .stdout(Stdio::null())
                .status();
        }
    }
}

fn programs() -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL's programs below /usr/lib/postgresql: `apt-get install postgresql`")
        .map(|e| e.expect("an entry").path().join("bin"))
        .collect();
    versions.sort();
    versions.pop().expect("a version of PostgreSQL")
}

fn as_postgres(program: &Path) -> Command {
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
    command
}

fn run(command: &mut Command) {
    let out = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .expect("starts");
    assert!(
        out.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port()
}

/// Waits until a condition holds, at most ten seconds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(10), "{what} did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}
