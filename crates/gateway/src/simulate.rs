//! Simulated outlets: flue gas (ST=31), waste water (32) and ambient air (22), in the forms of 2017 and 2025.
//! Everything they say is made up from a seed; that it is simulated is a mark of their registration.

use crate::clock::stamp;
use crate::send::{Connection, SendOptions};
use crate::{Clock, Registry};
use hj212::Version;
use hj212::write::Outgoing;
use std::time::Duration;

/// A made-up sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Device identity.
    pub mn: String,
    /// Password.
    pub password: String,
    /// System code: 31, 32 or 22.
    pub st: String,
    /// Version it speaks.
    pub version: Version,
}

/// How to simulate.
#[derive(Clone)]
pub struct SimulateOptions {
    /// Packets a second, all senders together.
    pub rate: f64,
    /// Seed of all values.
    pub seed: u64,
    /// Share of packets with a fault, for the quarantine page (0 to 1).
    pub faulty: f64,
    /// Packets in all; `None`: go on.
    pub packets: Option<u64>,
    /// Clock the packets are labelled by.
    pub clock: Clock,
    /// How they wait and repeat.
    pub send: SendOptions,
}

/// Sites of the made-up registry: division code, name, weight none. Codes are those of GB/T 2260.
const CITIES: [(&str, &str); 16] = [
    ("340100", "合肥"),
    ("340200", "芜湖"),
    ("340300", "蚌埠"),
    ("340400", "淮南"),
    ("340500", "马鞍山"),
    ("340600", "淮北"),
    ("340700", "铜陵"),
    ("340800", "安庆"),
    ("341000", "黄山"),
    ("341100", "滁州"),
    ("341200", "阜阳"),
    ("341300", "宿州"),
    ("341500", "六安"),
    ("341600", "亳州"),
    ("341700", "池州"),
    ("341800", "宣城"),
];

const KINDS: [(&str, &str); 3] = [("31", "烟气排放口"), ("32", "废水排放口"), ("22", "环境空气点位")];

/// `n` made-up senders; every third speaks 2025.
pub fn senders(n: usize, seed: u64) -> Vec<Sender> {
    (0..n)
        .map(|k| Sender {
            mn: format!(
                "34{:02}A0{:08X}{:08X}0F",
                k % CITIES.len(),
                mix(seed, k as u64, 1) as u32,
                k
            ),
            password: "123456".into(),
            st: KINDS[k % 3].0.into(),
            version: if k % 3 == 2 { Version::V2025 } else { Version::V2017 },
        })
        .collect()
}

/// The senders of a registry that are marked simulated, by MN; about a third speak 2025. Only these may be
/// simulated: a made-up packet in the name of a real device would be a false one.
pub fn senders_of(registry: &Registry) -> Vec<Sender> {
    let mut all: Vec<_> = registry
        .iter()
        .filter(|l| l.simulated && !l.password.is_empty())
        .collect();
    all.sort_by(|a, b| a.mn.cmp(&b.mn));
    let version = |k: usize| {
        if k % 3 == 2 { Version::V2025 } else { Version::V2017 }
    };
    all.into_iter()
        .enumerate()
        .map(|(k, l)| Sender {
            mn: l.mn.to_string(),
            password: l.password.clone(),
            st: l.st.clone(),
            version: version(k),
        })
        .collect()
}

/// The registry of [`senders`], every one marked simulated.
pub fn registry_csv(n: usize, seed: u64) -> String {
    let mut out = String::from("mn,password,st,site,name,division,crc_rule,st21_version,simulated\n");
    for (k, s) in senders(n, seed).iter().enumerate() {
        let ((division, city), (_, kind)) = (CITIES[k % CITIES.len()], KINDS[k % 3]);
        out += &format!(
            "{},{},{},sim-{k:05},模拟{city}{kind}{k:05},{division},hj212,2017,true\n",
            s.mn, s.password, s.st
        );
    }
    out
}

/// Code, decimals, lowest and highest value, whether a converted value (折算) goes with it.
type Factor = (&'static str, u32, f64, f64, bool);
const GAS: [Factor; 8] = [
    ("a00000", 2, 18.0, 60.0, false),
    ("a21026", 2, 4.0, 34.0, true),
    ("a21002", 2, 18.0, 49.0, true),
    ("a34013", 2, 1.0, 9.5, true),
    ("a19001", 2, 5.0, 8.0, false),
    ("a01011", 2, 8.0, 16.0, false),
    ("a01012", 1, 48.0, 130.0, false),
    ("a01013", 3, -0.35, -0.05, false),
];
const WATER: [Factor; 6] = [
    ("w00000", 2, 80.0, 260.0, false),
    ("w01001", 2, 6.6, 7.9, false),
    ("w01018", 1, 12.0, 44.0, false),
    ("w21003", 3, 0.1, 2.6, false),
    ("w21011", 3, 0.05, 0.45, false),
    ("w21001", 2, 5.0, 13.5, false),
];
const AIR: [Factor; 6] = [
    ("a21026", 0, 4.0, 18.0, false),
    ("a21004", 0, 8.0, 70.0, false),
    ("a21005", 2, 0.3, 1.3, false),
    ("a05024", 0, 20.0, 190.0, false),
    ("a34002", 0, 20.0, 150.0, false),
    ("a34004", 0, 10.0, 95.0, false),
];

fn factors(st: &str) -> &'static [Factor] {
    match st {
        "32" => &WATER,
        "22" => &AIR,
        _ => &GAS,
    }
}

fn mix(seed: u64, a: u64, b: u64) -> u64 {
    let mut x = seed ^ a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    for _ in 0..3 {
        x ^= x >> 33;
        x = x.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    }
    x ^ (x >> 33)
}

fn unit(seed: u64, a: u64, b: u64) -> f64 {
    (mix(seed, a, b) >> 11) as f64 / (1u64 << 53) as f64
}

/// A value of a sender's factor at a time: a daily wave and a walk that changes slowly, within its range.
fn level(seed: u64, sender: u64, factor: usize, utc_s: i64) -> f64 {
    let key = mix(seed, sender, factor as u64);
    let hour = utc_s.div_euclid(3600);
    let part = utc_s.rem_euclid(3600) as f64 / 3600.0;
    let slow = unit(key, hour as u64, 0) * (1.0 - part) + unit(key, hour as u64 + 1, 0) * part;
    let wave = (utc_s as f64 / 86_400.0 * std::f64::consts::TAU + factor as f64).sin() * 0.5 + 0.5;
    let noise = unit(key, utc_s as u64, 1);
    0.6 * slow + 0.3 * wave + 0.1 * noise
}

/// The data area of a sender's packet. `cn` is 2011, 2051, 2061 or 2031; `t` the DataTime.
pub fn area(sender: &Sender, number: u64, cn: u16, t: i64, seed: u64) -> String {
    use std::fmt::Write;
    let mut out = format!("DataTime={}", stamp(t));
    let span = match cn {
        2051 => 600,
        2061 => 3600,
        2031 => 86_400,
        _ => 0,
    };
    for (k, (code, decimals, low, high, converted)) in factors(&sender.st).iter().enumerate() {
        let at = |s: i64| low + (high - low) * level(seed, number, k, s);
        let d = *decimals as usize;
        // About one value in two hundred is not a normal one.
        let mark = match mix(seed ^ 77, number * 64 + k as u64, t as u64) % 400 {
            0 => 'C',
            1 => 'M',
            _ => 'N',
        };
        // Writing into a String does not fail.
        let _ = if span == 0 {
            let v = at(t);
            let zs = if *converted {
                format!(",{code}-ZsRtd={:.d$}", v * 1.08)
            } else {
                String::new()
            };
            write!(out, ";{code}-Rtd={v:.d$}{zs},{code}-Flag={mark}")
        } else {
            let all: Vec<f64> = (0..6).map(|n| at(t + span * n / 6)).collect();
            let min = all.iter().copied().fold(f64::INFINITY, f64::min);
            let max = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let avg = all.iter().sum::<f64>() / 6.0;
            let cou = match sender.st.as_str() {
                "22" => String::new(),
                _ => format!("{code}-Cou={:.3},", (avg * span as f64 / 1000.0).abs()),
            };
            write!(
                out,
                ";{cou}{code}-Min={min:.d$},{code}-Avg={avg:.d$},{code}-Max={max:.d$},{code}-Flag={mark}"
            )
        };
    }
    out
}

/// One packet as bytes.
pub fn packet(sender: &Sender, number: u64, cn: u16, t: i64, now_ms: i64, seed: u64) -> Vec<u8> {
    let qn = format!("{}{:03}", stamp(now_ms.div_euclid(1000)), now_ms.rem_euclid(1000));
    let text = area(sender, number, cn, t, seed);
    let out = Outgoing {
        qn: Some(&qn),
        st: &sender.st,
        cn,
        pw: &sender.password,
        mn: &sender.mn,
        version: sender.version,
        wants_answer: true,
        area: &text,
        ..Outgoing::default()
    };
    let mut bytes = vec![];
    // The area is made of numbers and is short; were it refused, nothing would be sent.
    let _ = out.write(&mut bytes);
    bytes
}

/// Does something to a packet that a receiver must notice.
pub fn spoil(frame: &mut Vec<u8>, kind: u64) {
    let replace = |frame: &mut Vec<u8>, from: &str, to: &str| {
        let segment = String::from_utf8_lossy(&frame[6..frame.len() - 6]).replacen(from, to, 1);
        frame.clear();
        let _ = hj212::write::frame(segment.as_bytes(), frame);
    };
    match kind % 6 {
        0 => {
            let at = frame.len() - 40;
            frame[at] ^= 1;
        }
        1 => replace(frame, "MN=", "MN=F0"),
        2 => replace(frame, "PW=", "PW=0"),
        3 => replace(frame, "DataTime=20", "DataTime=20261345"),
        4 => replace(frame, "-Flag=N", "-Rtd=abc"),
        _ => {
            let mut noise = b"AT+CSQ\r\nOK\r\n".to_vec();
            noise.append(frame);
            *frame = noise;
        }
    }
}

/// Runs all senders, one connection each, until `packets` were sent (or for ever). Gives the packets sent and
/// those of the good ones that stayed unanswered.
pub async fn simulate(to: &str, senders: &[Sender], options: &SimulateOptions) -> std::io::Result<(u64, u64)> {
    let n = senders.len().max(1);
    let pause = Duration::from_secs_f64(n as f64 / options.rate.max(0.001));
    let each = options.packets.map(|p| p.div_ceil(n as u64));
    let mut tasks = tokio::task::JoinSet::new();
    for (number, sender) in senders.iter().cloned().enumerate() {
        let (to, options) = (to.to_string(), options.clone());
        tasks.spawn(async move { one(&to, &sender, number as u64, pause, each, n, &options).await });
    }
    let (mut sent, mut lost) = (0, 0);
    while let Some(done) = tasks.join_next().await {
        let (s, l) = done.map_err(std::io::Error::other)?;
        sent += s;
        lost += l;
    }
    Ok((sent, lost))
}

async fn one(
    to: &str,
    sender: &Sender,
    number: u64,
    pause: Duration,
    each: Option<u64>,
    n: usize,
    options: &SimulateOptions,
) -> (u64, u64) {
    tokio::time::sleep(pause.mul_f64(number as f64 / n as f64)).await;
    let (mut sent, mut lost) = (0, 0);
    let mut connection: Option<Connection> = None;
    let mut last = (options.clock)().div_euclid(1000);
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while each.is_none_or(|each| sent < each) {
        ticks.tick().await;
        let now_ms = (options.clock)();
        let now = now_ms.div_euclid(1000);
        // The period that just ended is reported once, by the label of its start.
        let mut due = vec![(2011, now)];
        for (cn, span) in [(2051, 600), (2061, 3600)] {
            if now.div_euclid(span) > last.div_euclid(span) {
                due.push((cn, now.div_euclid(span) * span - span));
            }
        }
        let day = |t: i64| (t + 8 * 3600).div_euclid(86_400);
        if day(now) > day(last) {
            due.push((2031, day(now) * 86_400 - 8 * 3600 - 86_400));
        }
        last = now;
        let link = match &mut connection {
            Some(link) => link,
            none => match Connection::open(to).await {
                Ok(link) => none.insert(link),
                // Without a connection the period is lost, as it is for a logger without memory.
                Err(_) => {
                    (sent, lost) = (sent + due.len() as u64, lost + due.len() as u64);
                    continue;
                }
            },
        };
        let mut frames = vec![];
        for (k, (cn, t)) in due.into_iter().enumerate() {
            let mut frame = packet(sender, number, cn, t, now_ms + k as i64, options.seed);
            if unit(options.seed ^ 5, number, sent) < options.faulty {
                spoil(&mut frame, mix(options.seed, number, sent));
                // Not waited for: most spoiled packets get no answer.
                lost += u64::from(link.send_raw(&frame).await.is_err());
            } else {
                frames.push(frame);
            }
            sent += 1;
        }
        match link.send(frames, options.send).await {
            Ok(report) => lost += report.unanswered.len() as u64,
            Err(_) => {
                lost += 1;
                connection = None;
            }
        }
    }
    (sent, lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_marked_simulated_is_simulated() {
        let rows = "mn,password,st,site,name,division,crc_rule,simulated\nB,1,31,s,n,d,,1\nA,1,22,s,n,d,,true\nC,1,31,s,n,d,,0\n";
        let all = senders_of(&Registry::from_csv(rows).expect("reads"));
        assert_eq!(all.iter().map(|s| s.mn.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    }

    #[test]
    fn every_simulated_packet_is_accepted_and_the_same_seed_says_the_same() {
        let registry = Registry::from_csv(&registry_csv(12, 7)).expect("reads");
        let t = 1_767_225_600;
        for (k, sender) in senders(12, 7).iter().enumerate() {
            let logger = registry.get(&sender.mn).expect("registered");
            assert!(logger.simulated);
            for cn in [2011, 2051, 2061, 2031] {
                let frame = packet(sender, k as u64, cn, t - 8 * 3600, t * 1000, 7);
                assert_eq!(frame, packet(sender, k as u64, cn, t - 8 * 3600, t * 1000, 7));
                let p = hj212::parse(&frame, &logger.options(t * 1000)).expect("good");
                assert_eq!((p.cn(), p.quarantined().count(), p.version()), (cn, 0, sender.version));
                // Stations send ozone (a05024), which the standard's table of air factors lacks.
                let ozone = hj212::Warning::UnknownFactor;
                assert!(
                    p.warnings().iter().all(|w| w == ozone && sender.st == "22"),
                    "{:?}",
                    p.warnings()
                );
            }
        }
    }
}
