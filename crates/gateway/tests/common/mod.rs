//! A gateway on loopback over a small store, and the packets of the standard's examples.
#![allow(dead_code)]

use evidence::{Evidence, Faults, QuarantineEntry};
use gateway::{Batch, Config, Gateway, Registry, SharedRegistry};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

pub const HEAD: &str = "mn,password,st,site,name,division,crc_rule,st21_version,simulated\n";
pub const GAS: &str = "##0190QN=20260105093000120;ST=31;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20260105093000;a00000-Rtd=41.7,a00000-Flag=N;a21026-Rtd=21.40,a21026-ZsRtd=23.05,a21026-Flag=N&&1380\r\n";
pub const HOUR: &str = "##0266QN=20260105100000001;ST=32;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20260105090000;w00000-Cou=61.2,w00000-Min=15.8,w00000-Avg=17.0,w00000-Max=18.3,w00000-Flag=N;w21003-Cou=0.05,w21003-Min=0.71,w21003-Avg=0.82,w21003-Max=0.97,w21003-Flag=N&&17C0\r\n";
pub const SPLIT: &str = "##0153QN=20260105100000002;ST=32;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20260105090000;w01018-Avg=31.2,w01018-Flag=N&&21C0\r\n";
pub const HEARTBEAT: &str =
    "##0087QN=20260105093000120;ST=32;CN=9015;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&0F00\r\n";
pub const OLD: &str =
    "##0096ST=32;CN=2011;PW=123456;MN=88888880000001;CP=&&DataTime=20260105093000;011-Rtd=31.2,011-Flag=N&&EF41\r\n";

/// Free space that a test decides on.
pub struct Disk(AtomicU64);
impl Disk {
    pub fn fill(&self) {
        self.0.store(0, Ordering::Release);
    }
    pub fn free(&self) {
        self.0.store(u64::MAX, Ordering::Release);
    }
}
impl Faults for Disk {
    fn free_bytes(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Acquire))
    }
}

pub fn options(segment_bytes: u64) -> evidence::Options {
    evidence::Options {
        segment_bytes,
        group_bytes: 40 << 10,
        queue_bytes: 1 << 20,
        reserve_bytes: 0,
        ..Default::default()
    }
}

pub struct Server {
    pub dir: tempfile::TempDir,
    pub evidence: Evidence,
    pub gateway: Gateway,
    pub batches: mpsc::Receiver<Batch>,
    pub disk: Arc<Disk>,
    config: Config,
}

impl Server {
    pub async fn start(change: impl FnOnce(&mut Config)) -> Server {
        let dir = tempfile::tempdir().expect("a folder");
        let disk = Arc::new(Disk(AtomicU64::new(u64::MAX)));
        let mut config = Config::default();
        change(&mut config);
        let (evidence, gateway, batches) = run(dir.path(), disk.clone(), config.clone()).await;
        Server {
            dir,
            evidence,
            gateway,
            batches,
            disk,
            config,
        }
    }

    pub async fn restart(&mut self) {
        self.gateway.stop();
        let other = tempfile::tempdir().expect("a folder");
        let (evidence, gateway, batches) = run(other.path(), self.disk.clone(), self.config.clone()).await;
        (self.evidence, self.gateway, self.batches) = (evidence, gateway, batches);
        // The old store is closed now: its last handle went with the old connections.
        for _ in 0..500 {
            match Evidence::open(self.dir.path(), options(64 << 10)) {
                Ok((e, _)) => {
                    drop(e);
                    let (evidence, gateway, batches) =
                        run(self.dir.path(), self.disk.clone(), self.config.clone()).await;
                    (self.evidence, self.gateway, self.batches) = (evidence, gateway, batches);
                    return;
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
        panic!("the old store is not closed");
    }

    pub fn address(&self) -> String {
        self.gateway.address().to_string()
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.gateway.address()).await.expect("connects")
    }

    pub async fn wait_quarantined(&self, n: usize) -> Vec<QuarantineEntry> {
        for _ in 0..500 {
            let q = self.evidence.quarantine_list(None, 1000).expect("lists");
            if q.len() >= n {
                return q;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("fewer than {n} entries");
    }

    pub async fn wait_resume_point(&self, seq: u64) -> u64 {
        for _ in 0..500 {
            if self.gateway.resume_point() >= seq {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.gateway.resume_point()
    }
}

async fn run(dir: &std::path::Path, disk: Arc<Disk>, config: Config) -> (Evidence, Gateway, mpsc::Receiver<Batch>) {
    let mut o = options(64 << 10);
    o.faults = Some(disk);
    let (evidence, _) = Evidence::open(dir, o).expect("opens");
    let rows = format!(
        "{HEAD}010000A8900016F000169DC0,123456,31,site-1,一号,340100,,,true\n88888880000001,123456,32,site-2,二号,340200,,,true\n"
    );
    let registry = SharedRegistry::new(Registry::from_csv(&rows).expect("reads"));
    let (sink, batches) = mpsc::channel(gateway::SINK_BATCHES);
    let gateway = Gateway::start(
        "127.0.0.1:0".parse().expect("an address"),
        evidence.clone(),
        registry,
        Some(sink),
        config,
    )
    .await
    .expect("listens");
    (evidence, gateway, batches)
}

/// Length and CRC anew over the text between them.
pub fn reframe(frame: &str) -> String {
    let body = frame.trim_end();
    let mut out = vec![];
    hj212::write::frame(&body.as_bytes()[6..body.len() - 4], &mut out).expect("fits");
    String::from_utf8(out).expect("text")
}

/// A packet of the registered device.
pub fn packet(head: &str, area: &str) -> Vec<u8> {
    let mut out = vec![];
    let segment = format!("QN=20260105093000120;{head}PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&{area}&&");
    hj212::write::frame(segment.as_bytes(), &mut out).expect("fits");
    out
}

/// One answer, to its line end.
pub async fn read_frame(stream: &mut TcpStream) -> String {
    let mut out = vec![];
    while !out.ends_with(b"\r\n") {
        let b = tokio::time::timeout(Duration::from_secs(20), stream.read_u8())
            .await
            .expect("in time")
            .expect("an answer");
        out.push(b);
    }
    String::from_utf8(out).expect("text")
}
