//! A logger for tests: sends packets, waits for their answers, sends again what was not answered.

use hj212::{Event, Framer};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// How to send.
#[derive(Debug, Clone, Copy)]
pub struct SendOptions {
    /// Wait for an answer (OverTime; HJ 212-2017 table 1: 10 s on mobile networks, 5 s on ADSL).
    pub over_time: Duration,
    /// Repetitions after the first sending (ReCount; table 1: 3).
    pub re_count: u32,
    /// Packets on their way without an answer; a real logger sends one after the other.
    pub window: usize,
}

impl Default for SendOptions {
    fn default() -> Self {
        SendOptions {
            over_time: Duration::from_secs(10),
            re_count: 3,
            window: 1,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SendReport {
    /// Packets given.
    pub packets: u64,
    /// Answered packets.
    pub answered: u64,
    /// Packets that ask for no answer (Flag without A): sent and not waited for.
    pub unasked: u64,
    /// Sendings beyond the first.
    pub repeated: u64,
    /// QN of packets that stayed without an answer.
    pub unanswered: Vec<String>,
}

/// Cuts a text of packets into frames: what begins with `##`, one after the other; whatever else stands
/// between is sent along with the packet before it, as it is.
pub fn frames(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = vec![];
    let mut framer = Framer::new();
    let mut rest = bytes;
    let mut take = |framer: &mut Framer| {
        while let Some(event) = framer.next() {
            let (Event::Frame(b) | Event::Junk(b) | Event::Refused { bytes: b, .. }) = event;
            match (matches!(event, Event::Junk(_)), out.last_mut()) {
                (true, Some(last)) => last.extend_from_slice(b),
                _ => out.push(b.to_vec()),
            }
        }
    };
    while !rest.is_empty() {
        let taken = framer.feed(rest);
        rest = &rest[taken..];
        take(&mut framer);
    }
    framer.close();
    take(&mut framer);
    out
}

struct OnTheWay {
    frame: Vec<u8>,
    qn: String,
    sent: Instant,
    again: u32,
}

/// Sends frames over one connection; connects again when it breaks, as long as repetitions are left.
pub async fn send(
    to: &str,
    frames: impl IntoIterator<Item = Vec<u8>>,
    options: SendOptions,
) -> std::io::Result<SendReport> {
    Connection::open(to).await?.send(frames, options).await
}

/// A logger's connection.
pub struct Connection {
    to: String,
    link: Link,
}

impl Connection {
    /// Connects to `HOST:PORT`.
    pub async fn open(to: &str) -> std::io::Result<Connection> {
        Ok(Connection {
            to: to.into(),
            link: Link::connect(to).await?,
        })
    }

    /// Sends bytes as they are and waits for nothing.
    pub async fn send_raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.link.write(bytes).await
    }

    /// Sends frames and waits for their answers.
    pub async fn send(
        &mut self,
        frames: impl IntoIterator<Item = Vec<u8>>,
        options: SendOptions,
    ) -> std::io::Result<SendReport> {
        let Connection { to, link } = self;
        let mut report = SendReport::default();
        let mut waiting: VecDeque<OnTheWay> = VecDeque::new();
        let window = options.window.max(1);
        for frame in frames {
            report.packets += 1;
            // A write that fails shows at the next read; what asks for an answer is then sent again.
            let written = link.write(&frame).await;
            let Some(qn) = asks(&frame) else {
                written?;
                report.unasked += 1;
                continue;
            };
            waiting.push_back(OnTheWay {
                frame,
                qn,
                sent: Instant::now(),
                again: 0,
            });
            while waiting.len() >= window {
                wait(link, to, &mut waiting, &options, &mut report).await?;
            }
        }
        while !waiting.is_empty() {
            wait(link, to, &mut waiting, &options, &mut report).await?;
        }
        Ok(report)
    }
}

/// QN of a packet that wants an answer.
fn asks(frame: &[u8]) -> Option<String> {
    let field = |name: &[u8]| {
        let at = frame.windows(name.len()).position(|w| w == name)? + name.len();
        let rest = &frame[at..];
        let end = rest
            .iter()
            .position(|b| matches!(b, b';' | b',' | b'&'))
            .unwrap_or(rest.len());
        std::str::from_utf8(&rest[..end]).ok()
    };
    let flag: u8 = field(b"Flag=")?.parse().ok()?;
    let qn = field(b"QN=")?;
    (flag & 1 == 1).then(|| qn.to_string())
}

/// Waits for one answer, or sends the oldest packet again.
async fn wait(
    link: &mut Link,
    to: &str,
    waiting: &mut VecDeque<OnTheWay>,
    options: &SendOptions,
    report: &mut SendReport,
) -> std::io::Result<()> {
    let Some(oldest) = waiting.front() else {
        return Ok(());
    };
    let left = (oldest.sent + options.over_time).saturating_duration_since(Instant::now());
    let broken = match timeout(left, link.answer()).await {
        Ok(Ok(Some(qn))) => {
            if let Some(at) = waiting.iter().position(|w| w.qn == qn) {
                waiting.remove(at);
                report.answered += 1;
            }
            return Ok(());
        }
        Ok(Ok(None) | Err(_)) => true,
        Err(_) => false,
    };
    if broken {
        // What was on the way is sent again over a new connection.
        tokio::time::sleep(Duration::from_millis(100)).await;
        if let Ok(new) = Link::connect(to).await {
            *link = new;
        }
    }
    let due: Vec<usize> = (0..waiting.len())
        .filter(|k| broken || waiting[*k].sent.elapsed() >= options.over_time)
        .collect();
    for k in due.into_iter().rev() {
        if waiting[k].again >= options.re_count {
            if let Some(lost) = waiting.remove(k) {
                report.unanswered.push(lost.qn);
            }
            continue;
        }
        let w = &mut waiting[k];
        w.again += 1;
        w.sent = Instant::now();
        report.repeated += 1;
        // A write that fails shows at the next read.
        let _ = link.write(&w.frame).await;
    }
    Ok(())
}

struct Link {
    stream: TcpStream,
    framer: Framer,
    answers: VecDeque<String>,
}

impl Link {
    async fn connect(to: &str) -> std::io::Result<Link> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Link {
            stream,
            framer: Framer::new(),
            answers: VecDeque::new(),
        })
    }

    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// QN of the next answer (9013 or 9014); `None` when the peer closed. May be cancelled.
    async fn answer(&mut self) -> std::io::Result<Option<String>> {
        loop {
            if let Some(qn) = self.answers.pop_front() {
                return Ok(Some(qn));
            }
            let mut buffer = [0; 4096];
            let n = self.stream.read(&mut buffer).await?;
            if n == 0 {
                return Ok(None);
            }
            let mut rest = &buffer[..n];
            while !rest.is_empty() {
                let taken = self.framer.feed(rest);
                rest = &rest[taken..];
                while let Some(event) = self.framer.next() {
                    if let Event::Frame(frame) = event
                        && let Ok(packet) = hj212::parse(frame, &hj212::Options::default())
                        && matches!(packet.cn(), 9013 | 9014)
                        && let Some(qn) = packet.qn()
                    {
                        self.answers.push_back(qn.to_string());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_cut_into_packets() {
        let all = frames(b"##0004a=&&ABCD\r\n##0004b=&&ABCD\r\n\r\n##00");
        assert_eq!(all, [&b"##0004a=&&ABCD\r\n"[..], b"##0004b=&&ABCD\r\n\r\n", b"##00"]);
        assert_eq!(asks(b"##0000QN=1;Flag=5;CP=&&"), Some("1".into()));
        assert_eq!(asks(b"##0000QN=1;Flag=4;CP=&&"), None);
    }
}
