//! Speed of the gateway, end to end: packets over TCP, answers only after the flush.
//!
//! `gateway serve DIR PORT LOGGERS` runs the server until its input ends and says what it took;
//! `gateway load HOST:PORT LOGGERS SECONDS [RATE [WINDOW]]` sends from one connection a logger: with RATE
//! packets a second in all, or (RATE 0) as fast as answers come, WINDOW packets at a time on a connection;
//! `gateway packets FILE COUNT` writes the same packets to a file, for other receivers.
//! Packets are half flue gas (2011, 8 factors) and half waste water (2061, 6 factors). Values are made up.

use gateway::{Config, Gateway, Registry, SharedRegistry};
use std::io::Write;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The allocator of the released program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn mn(k: usize) -> String {
    format!("3401{k:020}")
}

fn registry(n: usize) -> String {
    let head = "mn,password,st,site,name,division,crc_rule,st21_version,simulated\n";
    (0..n).fold(head.to_string(), |out, k| {
        out + &format!("{},123456,31,site-{k},n,340100,,,true\n", mn(k))
    })
}

/// A packet whose time and values are written anew for every sending.
struct Template {
    frame: Vec<u8>,
    times: Vec<usize>,
    values: Vec<usize>,
    state: u64,
}

const GAS: [&str; 8] = [
    "a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a01014",
];
const WATER: [&str; 6] = ["w00000", "w01001", "w01018", "w21003", "w21011", "w21001"];

impl Template {
    fn new(k: usize) -> Template {
        let gas = k.is_multiple_of(2);
        let body: String = if gas {
            GAS.iter().map(|c| format!(";{c}-Rtd=100.00,{c}-Flag=N")).collect()
        } else {
            WATER
                .iter()
                .map(|c| format!(";{c}-Cou=100.000,{c}-Min=1.000,{c}-Avg=10.000,{c}-Max=90.000,{c}-Flag=N"))
                .collect()
        };
        let (st, cn) = if gas { (31, 2011) } else { (32, 2061) };
        let time = "20260101000000";
        let segment = format!(
            "QN={time}000;ST={st};CN={cn};PW=123456;MN={};Flag=5;CP=&&DataTime={time}{body}&&",
            mn(k)
        );
        let mut frame = vec![];
        hj212::write::frame(segment.as_bytes(), &mut frame).expect("fits");
        let find = |what: &str| {
            let text = String::from_utf8_lossy(&frame).into_owned();
            text.match_indices(what).map(|(at, _)| at).collect::<Vec<_>>()
        };
        let values = find(".0").into_iter().map(|at| at + 1).collect();
        Template {
            times: find(time),
            values,
            state: k as u64 * 2 + 1,
            frame,
        }
    }

    /// Appends packet number `n`.
    fn write(&mut self, n: u64, out: &mut Vec<u8>) {
        // Hours for the hourly ones, seconds for the others: all within a few years before now.
        let hourly = self.frame.windows(7).take(60).any(|w| w == b"CN=2061");
        let (y, mo, d, h, mi, s) = if hourly {
            (2020 + n / 8064 % 6, 1 + n / 672 % 12, 1 + n / 24 % 28, n % 24, 0, 0)
        } else {
            (
                2025,
                1 + n / 2_419_200 % 12,
                1 + n / 86_400 % 28,
                n / 3600 % 24,
                n / 60 % 60,
                n % 60,
            )
        };
        let time = format!("{y:04}{mo:02}{d:02}{h:02}{mi:02}{s:02}");
        for at in &self.times {
            self.frame[*at..*at + 14].copy_from_slice(time.as_bytes());
        }
        for at in &self.values {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            self.frame[*at] = b'0' + (self.state % 10) as u8;
        }
        let end = self.frame.len() - 6;
        let crc = hj212::crc::hj212(&self.frame[6..end]);
        let crc = format!("{crc:04X}");
        self.frame[end..end + 4].copy_from_slice(crc.as_bytes());
        out.extend_from_slice(&self.frame);
    }
}

fn rss_mib(pid: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find(|l| l.starts_with("VmRSS"))
        .unwrap_or_default()
        .to_string();
    line.split_whitespace()
        .nth(1)
        .and_then(|n| n.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

/// Processor seconds of this process so far: user, system (100 ticks a second on Linux).
fn cpu_s() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default().to_string();
    let ticks = |k: usize| {
        after
            .split_whitespace()
            .nth(k)
            .and_then(|t| t.parse::<f64>().ok())
            .unwrap_or(0.0)
            / 100.0
    };
    (ticks(11), ticks(12))
}

async fn serve(dir: &str, port: u16, loggers: usize) {
    let (evidence, _) = evidence::Evidence::open(dir.as_ref(), evidence::Options::default()).expect("the store opens");
    let registry = SharedRegistry::new(Registry::from_csv(&registry(loggers)).expect("a registry"));
    let (sink, mut batches) = tokio::sync::mpsc::channel(gateway::SINK_BATCHES);
    let at = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let gateway = Gateway::start(at, evidence.clone(), registry, Some(sink), Config::default())
        .await
        .expect("listens");
    let consumer = tokio::spawn(async move {
        let (mut values, mut sum) = (0u64, 0i128);
        while let Some(batch) = batches.recv().await {
            values += batch.observed.len() as u64;
            sum += batch
                .observed
                .iter()
                .map(|o| i128::from(o.v.unwrap_or(0)))
                .sum::<i128>();
        }
        (values, sum)
    });
    println!("listening on {}", gateway.address());
    // Ends when its input does.
    let (ended, mut input) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = ended.send(());
    });
    let mut most = 0;
    let mut first = 0;
    loop {
        tokio::select! {
            _ = &mut input => break,
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                let now = rss_mib("self");
                let accepted = gateway.snapshot(0).totals.accepted;
                if first == 0 && accepted > 100_000 { first = now; }
                most = most.max(now);
            }
        }
    }
    let snap = gateway.snapshot(0);
    gateway.stop();
    drop(gateway);
    let (values, sum) = consumer.await.expect("the consumer ends");
    println!(
        "server: accepted {} duplicates {} quarantined {} unanswered {}; values {values} (sum {sum}); answers p50 {:.1} ms p99 {:.1} ms; memory {first} MiB after 100,000 packets, at most {most} MiB; segments {} MiB",
        snap.totals.accepted,
        snap.totals.duplicates,
        snap.totals.quarantined,
        snap.totals.unanswered,
        snap.rate.p50_ms,
        snap.rate.p99_ms,
        std::fs::read_dir(format!("{dir}/segments"))
            .map(|d| d
                .flatten()
                .filter_map(|f| f.metadata().ok())
                .map(|m| m.len())
                .sum::<u64>())
            .unwrap_or(0)
            >> 20,
    );
    let (user, system) = cpu_s();
    println!("server: {user:.2} s user, {system:.2} s system");
    assert_eq!(snap.totals.quarantined, 0, "the load is made of good packets");
}

async fn load(to: &str, loggers: usize, seconds: f64, rate: f64, window: usize) {
    let start = Instant::now() + Duration::from_millis(1500);
    let end = start + Duration::from_secs_f64(seconds);
    let mut tasks = tokio::task::JoinSet::new();
    for k in 0..loggers {
        let to = to.to_string();
        tasks.spawn(async move {
            let mut stream = tokio::net::TcpStream::connect(&to).await.expect("connects");
            stream.set_nodelay(true).expect("no delay");
            let mut template = Template::new(k);
            let mut out = Vec::with_capacity(window * 800);
            let mut buffer = vec![0; 8192];
            let mut waits: Vec<(u32, u32)> = vec![];
            let mut n = 0;
            let pause = Duration::from_secs_f64(if rate > 0.0 {
                window as f64 * loggers as f64 / rate
            } else {
                0.0
            });
            // Spread over the pause, so that loggers do not all speak at once.
            let mut due = start + pause.mul_f64(k as f64 / loggers as f64);
            loop {
                tokio::time::sleep_until(due.into()).await;
                let now = Instant::now();
                if now >= end {
                    break;
                }
                out.clear();
                for _ in 0..window {
                    template.write(n, &mut out);
                    n += 1;
                }
                // With a rate, latency counts from the moment the packet was due (no coordinated omission).
                let from = if rate > 0.0 { due } else { now };
                stream.write_all(&out).await.expect("sends");
                let mut left = window;
                while left > 0 {
                    let got = stream.read(&mut buffer).await.expect("reads");
                    assert!(got > 0, "the server closed the connection");
                    left -= buffer[..got].iter().filter(|b| **b == b'\n').count();
                }
                waits.push((from.elapsed().as_micros() as u32, window as u32));
                due = if rate > 0.0 { due + pause } else { Instant::now() };
            }
            waits
        });
    }
    let mut all: Vec<u32> = vec![];
    let mut packets = 0u64;
    while let Some(done) = tasks.join_next().await {
        for (us, n) in done.expect("joins") {
            packets += u64::from(n);
            all.push(us);
        }
    }
    let took = start.elapsed().as_secs_f64();
    all.sort_unstable();
    let at = |share: f64| {
        all.get(((all.len() as f64 * share) as usize).min(all.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0) as f64
            / 1000.0
    };
    println!(
        "load: {packets} packets answered in {took:.2} s: {:.0} a second over {loggers} connections (window {window}); answer p50 {:.1} ms p99 {:.1} ms max {:.1} ms",
        packets as f64 / took,
        at(0.5),
        at(0.99),
        at(1.0)
    );
    let (user, system) = cpu_s();
    println!("load: {user:.2} s user, {system:.2} s system");
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |k: usize| args.get(k).map(String::as_str).unwrap_or_default();
    let number = |k: usize, or: f64| args.get(k).and_then(|a| a.parse::<f64>().ok()).unwrap_or(or);
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .expect("a runtime");
    match arg(0) {
        "serve" => runtime.block_on(serve(arg(1), number(2, 9212.0) as u16, number(3, 1000.0) as usize)),
        "load" => runtime.block_on(load(
            arg(1),
            number(2, 1000.0) as usize,
            number(3, 10.0),
            number(4, 0.0),
            number(5, 1.0) as usize,
        )),
        "packets" => {
            let mut templates: Vec<_> = (0..1000).map(Template::new).collect();
            let mut out = std::io::BufWriter::new(std::fs::File::create(arg(1)).expect("a file"));
            let mut frame = vec![];
            for n in 0..number(2, 20_000.0) as u64 {
                frame.clear();
                templates[(n % 1000) as usize].write(n / 1000, &mut frame);
                out.write_all(&frame).expect("writes");
            }
        }
        _ => eprintln!(
            "usage: gateway serve DIR PORT LOGGERS | load HOST:PORT LOGGERS SECONDS [RATE [WINDOW]] | packets FILE COUNT"
        ),
    }
}
