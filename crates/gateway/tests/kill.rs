//! A gateway in a process of its own is killed with SIGKILL at random moments under load. What it answered is
//! in its evidence; what it did not answer is sent again and then is there once.

mod common;
use common::*;
use evidence::{Evidence, Kind};
use gateway::send::{SendOptions, send};
use gateway::{Config, Gateway, Registry, SharedRegistry};
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const DIR: &str = "GATEWAY_KILL_DIR";
const LOGGERS: usize = 12;

fn mn(k: usize) -> String {
    format!("{k:024X}")
}

fn registry() -> Registry {
    let rows: String = (0..LOGGERS)
        .map(|k| format!("{},123456,31,site-{k},n,340100,,,true\n", mn(k)))
        .collect();
    Registry::from_csv(&format!("{HEAD}{rows}")).expect("reads")
}

/// Not a test by itself: the process that is killed.
#[test]
fn child() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (evidence, _) = Evidence::open(dir.as_ref(), options(1 << 20)).expect("opens");
        let (sink, mut batches) = tokio::sync::mpsc::channel(64);
        let at = "127.0.0.1:0".parse().expect("an address");
        let gateway = Gateway::start(
            at,
            evidence,
            SharedRegistry::new(registry()),
            Some(sink),
            Config::default(),
        )
        .await
        .expect("listens");
        std::io::stderr()
            .write_all(format!("LISTENS {}\n", gateway.address()).as_bytes())
            .expect("says");
        while batches.recv().await.is_some() {}
    });
}

fn start(dir: &std::path::Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(DIR, dir)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("LISTENS") {
        line.clear();
        assert!(lines.read_line(&mut line).expect("reads") > 0, "the child ended");
    }
    let address = line.trim().rsplit(' ').next().expect("an address").to_string();
    (child, address)
}

/// Packet `n` of a logger: a second of its own.
fn upload(k: usize, n: u64) -> Vec<u8> {
    let (h, m, s) = (n / 3600 % 24, n / 60 % 60, n % 60);
    let day = 1 + n / 86_400;
    let time = format!("202601{day:02}{h:02}{m:02}{s:02}");
    let mut out = vec![];
    let segment = format!(
        "QN={time}000;ST=31;CN=2011;PW=123456;MN={};Flag=5;CP=&&DataTime={time};a21026-Rtd={n}.5,a21026-Flag=N&&",
        mn(k)
    );
    hj212::write::frame(segment.as_bytes(), &mut out).expect("fits");
    out
}

#[test]
fn nothing_answered_is_lost_by_sigkill() {
    let dir = tempfile::tempdir().expect("a folder");
    let seed: u64 = std::env::var("SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(20261124);
    println!("SEED={seed}");
    let mut x = seed | 1;
    let mut random = move |below: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % below
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    // Per logger: the next packet to send; all before it were answered.
    let mut next = [0u64; LOGGERS];
    let rounds = 55;
    let mut repeated = 0;
    for round in 0..rounds {
        let (mut child, address) = start(dir.path());
        let pause = Duration::from_millis(random(120));
        let counts = runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for (k, from) in next.iter().copied().enumerate() {
                let to = address.clone();
                tasks.spawn(async move {
                    let options = SendOptions {
                        over_time: Duration::from_millis(400),
                        re_count: 0,
                        window: 1 + k % 3,
                    };
                    let mut answered = 0u64;
                    // In packets of a few, so that some are glued together.
                    loop {
                        let burst: Vec<_> = (0..4).map(|n| upload(k, from + answered + n)).collect();
                        match send(&to, burst, options).await {
                            Ok(r) if r.unanswered.is_empty() => answered += r.answered,
                            // Which of the four were answered: those before the first unanswered one.
                            Ok(r) => {
                                let first = r.unanswered.iter().min().expect("not empty").clone();
                                let whole = (0..4)
                                    .take_while(|n| {
                                        !String::from_utf8_lossy(&upload(k, from + answered + n)).contains(&first)
                                    })
                                    .count();
                                return (k, answered + whole as u64);
                            }
                            Err(_) => return (k, answered),
                        }
                    }
                });
            }
            tokio::time::sleep(Duration::from_millis(20) + pause).await;
            child.kill().expect("SIGKILL");
            child.wait().expect("gone");
            let mut counts = vec![];
            while let Some(done) = tasks.join_next().await {
                counts.push(done.expect("joins"));
            }
            counts
        });
        for (k, answered) in counts {
            next[k] += answered;
        }
        // What was answered is there, once.
        let (e, _) = Evidence::open(dir.path(), options(1 << 20)).expect("opens");
        let mut found: HashMap<Vec<u8>, u64> = HashMap::new();
        for record in e.scan(1) {
            let record = record.expect("reads");
            assert_eq!(record.kind, Kind::Packet, "round {round}: nothing was refused");
            *found.entry(record.payload).or_default() += 1;
        }
        for (k, until) in next.iter().enumerate() {
            for n in 0..*until {
                assert!(
                    found.contains_key(&upload(k, n)),
                    "round {round}: packet {n} of logger {k} was answered and is lost (seed {seed})"
                );
            }
        }
        assert!(
            found.values().all(|n| *n == 1),
            "round {round}: a repetition was stored twice"
        );
        let answered: u64 = next.iter().sum();
        repeated += found.len() as u64 - answered.min(found.len() as u64);
        assert!(e.verify().expect("reads").ok());
        // Values can be had again for every packet.
        if round % 10 == 0 {
            let times: HashSet<_> = gateway::replay(&e, std::sync::Arc::new(registry()), 1)
                .map(|b| b.expect("reads"))
                .map(|b| (b.logger.mn.clone(), b.observed[0].t_utc_s))
                .collect();
            assert_eq!(times.len(), found.len());
        }
    }
    let answered: u64 = next.iter().sum();
    println!("{rounds} kills, {answered} answered, none lost; {repeated} stored before the kill and answered after it");
    assert!(answered > 500, "there was load: {answered}");
}
