//! A process that writes is killed with SIGKILL at random moments; everything it said is stored is found.

mod common;
use common::*;
use evidence::Kind;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

const DIR: &str = "EVIDENCE_KILL_DIR";
const SEED: &str = "EVIDENCE_KILL_SEED";
const SEGMENT: u64 = 256 << 10;

/// Not a test by itself: the process that is killed. Prints a line for every acknowledged record.
#[test]
fn child() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    let seed: u64 = std::env::var(SEED).expect("a seed").parse().expect("a number");
    let (e, _) = open(dir.as_ref(), SEGMENT);
    std::thread::scope(|s| {
        for t in 0..4u64 {
            let e = &e;
            s.spawn(move || {
                for k in 0u64.. {
                    let id = (seed << 32) | (t << 24) | k;
                    let len = (payload(id, 2)[0] as usize) * 8;
                    let at = e
                        .append(Kind::Packet, "child", id as i64, &payload(id, len))
                        .wait()
                        .expect("stored");
                    // One write a line: a line that arrived whole was acknowledged.
                    std::io::stderr()
                        .write_all(format!("{} {id} {len}\n", at.seq).as_bytes())
                        .expect("says");
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_survives_sigkill() {
    let dir = tempfile::tempdir().expect("a folder");
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(20261124u64);
    println!("SEED={seed}");
    let rounds = 60;
    let mut acknowledged: Vec<(u64, u64, usize)> = vec![];
    let mut torn = 0;
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(DIR, dir.path())
            .env(SEED, round.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let lines = BufReader::new(child.stderr.take().expect("piped"));
        let reader = std::thread::spawn(move || {
            let mut said = vec![];
            for line in lines.lines().map_while(Result::ok) {
                let mut fields = line.split(' ').map(|f| f.parse::<u64>());
                if let (Some(Ok(seq)), Some(Ok(id)), Some(Ok(len)), None) =
                    (fields.next(), fields.next(), fields.next(), fields.next())
                {
                    said.push((seq, id, len as usize));
                }
            }
            said
        });
        let pause = u64::from(payload(seed ^ round, 4)[3]) / 2 + 5;
        std::thread::sleep(Duration::from_millis(pause));
        child.kill().expect("SIGKILL");
        child.wait().expect("gone");
        let mut said = reader.join().expect("read");
        // The last line may be cut; its record is then not counted as acknowledged.
        said.retain(|(_, id, len)| payload(*id, 2)[0] as usize * 8 == *len);
        acknowledged.extend(said);
        let (e, r) = open(dir.path(), SEGMENT);
        torn += u32::from(r.cut.is_some());
        for (seq, id, len) in &acknowledged {
            let record = e
                .record(*seq)
                .unwrap_or_else(|error| panic!("round {round}: record {seq} is lost: {error}"));
            assert_eq!(
                (record.received_ms, record.payload),
                (*id as i64, payload(*id, *len)),
                "round {round}, record {seq}"
            );
        }
        let report = e.verify().expect("reads");
        assert!(report.ok(), "round {round}: {report:?}");
        assert!(report.records >= acknowledged.len() as u64);
    }
    println!(
        "{rounds} kills, {} acknowledged, none lost, {torn} torn tails cut",
        acknowledged.len()
    );
    assert!(acknowledged.len() > 200, "the children did write");
}
