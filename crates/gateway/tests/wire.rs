//! The server on loopback, as loggers see it.

mod common;
use common::*;
use gateway::send::{SendOptions, frames, send};
use gateway::{Period, Registry, Stat};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_stored_answered_and_handed_on() {
    let mut s = Server::start(|_| {}).await;
    let mut c = s.connect().await;
    c.write_all(GAS.as_bytes()).await.expect("sends");
    assert_eq!(
        read_frame(&mut c).await,
        "##0087QN=20260105093000120;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&DBC1\r\n"
    );
    let batch = s.batches.recv().await.expect("handed on");
    let record = s.evidence.record(batch.seq).expect("stored");
    assert_eq!(record.payload, GAS.as_bytes());
    let got: Vec<_> = batch
        .observed
        .iter()
        .map(|o| (o.factor.to_string(), o.stat, o.v, o.e, o.mark))
        .collect();
    assert_eq!(
        got,
        [
            ("a00000".to_string(), Stat::Rtd, Some(417), 1, 'N'),
            ("a21026".to_string(), Stat::Rtd, Some(2140), 2, 'N'),
            ("a21026".to_string(), Stat::ZsRtd, Some(2305), 2, 'N'),
        ]
    );
    let o = &batch.observed[0];
    assert_eq!(
        (&*o.site, o.period, o.simulated, o.evidence_seq),
        ("site-1", Period::Rtd, true, batch.seq)
    );
    assert_eq!(o.t_utc_s, 1_767_576_600, "09:30 in Beijing is 01:30 UTC");
    let snap = s.gateway.snapshot(10);
    assert_eq!(
        (snap.totals.accepted, snap.outlets.connected, snap.recent.len()),
        (1, 1, 1)
    );
    assert_eq!(snap.recent[0].raw, GAS);
    assert_eq!(
        snap.recent[0].warnings,
        ["clock_drift"],
        "the packet is a year off the clock"
    );
    let json = serde_json::to_value(&snap).expect("serialises");
    assert_eq!(json["outlets_list"][0]["last_values"][1]["value"], "21.40");
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_are_labelled_by_their_start_and_old_codes_are_mapped() {
    let mut s = Server::start(|_| {}).await;
    let mut c = s.connect().await;
    c.write_all(HOUR.as_bytes()).await.expect("sends");
    read_frame(&mut c).await;
    let b = s.batches.recv().await.expect("handed on");
    assert!(
        b.observed
            .iter()
            .all(|o| o.period == Period::Hour && o.t_utc_s == 1_767_574_800)
    );
    assert_eq!(b.observed.len(), 8);
    // 2005: no QN, no Flag, no answer; 011 is COD.
    c.write_all(OLD.as_bytes()).await.expect("sends");
    let b = s.batches.recv().await.expect("handed on");
    assert_eq!(
        (&*b.observed[0].factor, b.observed[0].v, b.observed[0].e),
        ("w01018", Some(312), 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_are_answered_by_9013() {
    let s = Server::start(|_| {}).await;
    let mut c = s.connect().await;
    c.write_all(HEARTBEAT.as_bytes()).await.expect("sends");
    let answer = read_frame(&mut c).await;
    assert!(answer.contains("CN=9013") && answer.contains("Flag=8"), "{answer}");
    let clock = packet("ST=31;CN=1013;", "");
    c.write_all(&clock).await.expect("sends");
    assert!(read_frame(&mut c).await.contains("CN=9013"));
}

#[tokio::test(flavor = "multi_thread")]
async fn halves_glue_and_noise() {
    let mut s = Server::start(|_| {}).await;
    let mut c = s.connect().await;
    // Byte by byte.
    for b in GAS.as_bytes() {
        c.write_all(&[*b]).await.expect("sends");
        tokio::task::yield_now().await;
    }
    read_frame(&mut c).await;
    // Glued, with noise before and line ends between.
    let glued = [
        b"AT+OK",
        HOUR.as_bytes(),
        b"\r\n\r\n",
        SPLIT.as_bytes(),
        HEARTBEAT.as_bytes(),
    ]
    .concat();
    c.write_all(&glued).await.expect("sends");
    for cn in ["9014", "9014", "9013"] {
        assert!(read_frame(&mut c).await.contains(&format!("CN={cn}")));
    }
    for _ in 0..4 {
        s.batches.recv().await.expect("handed on");
    }
    let q = s.evidence.quarantine_list(None, 10).expect("lists");
    assert_eq!(q.len(), 1);
    assert_eq!(
        (q[0].why.reason.as_str(), q[0].raw.as_slice()),
        ("no_header", &b"AT+OK"[..])
    );
    assert!(q[0].source.starts_with("127.0.0.1:"));
    // Half a packet, then the connection is gone.
    c.write_all(&GAS.as_bytes()[..50]).await.expect("sends");
    drop(c);
    let q = s.wait_quarantined(2).await;
    assert_eq!((q[0].why.reason.as_str(), q[0].raw.len()), ("truncated", 50));
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_packets_are_quarantined_with_their_reason_and_not_answered() {
    let s = Server::start(|_| {}).await;
    let mut c = s.connect().await;
    let good = GAS.to_string();
    let cases = [
        (good.replace("1380\r\n", "1381\r\n"), "crc_mismatch", Some(9)),
        (reframe(&good.replace("MN=01", "MN=02")), "mn_unknown", Some(4)),
        (reframe(&good.replace("PW=123456", "PW=111111")), "pw_wrong", Some(3)),
        (
            reframe(&good.replace("Flag=5", "Flag=13")),
            "flag_version_unknown",
            Some(6),
        ),
        (good.replace("##0190", "##0189"), "length_mismatch", None),
    ];
    for (bytes, _, _) in &cases {
        c.write_all(bytes.as_bytes()).await.expect("sends");
    }
    // Nothing of the data is usable, but sending it again would not mend it: answered.
    c.write_all(reframe(&good.replace("DataTime=20260105093000", "DataTime=20260229093000")).as_bytes())
        .await
        .expect("sends");
    assert!(read_frame(&mut c).await.contains("CN=9014"));
    let q = s.evidence.quarantine_list(None, 20).expect("lists");
    let reasons: Vec<_> = q.iter().rev().map(|q| (q.why.reason.as_str(), q.why.qnrtn)).collect();
    for (_, reason, qnrtn) in &cases {
        assert!(reasons.contains(&(*reason, *qnrtn)), "{reason} in {reasons:?}");
    }
    assert!(reasons.contains(&("datatime_bad", Some(100))));
    assert!(
        q.iter()
            .all(|q| !q.why.remedy.is_empty() || q.why.reason == "no_header")
    );
    assert_eq!(s.gateway.snapshot(0).totals.accepted, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_item_is_set_aside_and_the_packet_accepted() {
    let mut s = Server::start(|_| {}).await;
    let mut c = s.connect().await;
    c.write_all(reframe(&GAS.replace("a21026-Rtd=21.40", "a21026-Rtd=abc")).as_bytes())
        .await
        .expect("sends");
    read_frame(&mut c).await;
    let b = s.batches.recv().await.expect("handed on");
    assert_eq!(
        b.observed.iter().filter(|o| &*o.factor == "a21026").count(),
        1,
        "the converted value stays"
    );
    let q = s.evidence.quarantine_list(None, 20).expect("lists");
    assert_eq!(q.len(), 1);
    assert_eq!(
        (q[0].why.reason.as_str(), q[0].why.place.as_str()),
        ("value_not_number", "a21026-Rtd")
    );
    assert_eq!(
        (q[0].raw.as_slice(), q[0].why.part_of.as_deref()),
        (&b"a21026-Rtd=abc"[..], Some("packet:1"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn repetitions_are_answered_and_stored_once_also_over_a_restart() {
    let mut s = Server::start(|_| {}).await;
    let mut c = s.connect().await;
    // The second is glued to the first.
    c.write_all([GAS, GAS].concat().as_bytes()).await.expect("sends");
    let first = read_frame(&mut c).await;
    assert_eq!(read_frame(&mut c).await, first);
    c.write_all(GAS.as_bytes()).await.expect("sends");
    assert_eq!(read_frame(&mut c).await, first);
    // Another value for the same time is a revision: both are kept.
    let revised = reframe(&GAS.replace("21.40", "21.41"));
    c.write_all(revised.as_bytes()).await.expect("sends");
    assert_eq!(read_frame(&mut c).await, first);
    let snap = s.gateway.snapshot(0);
    assert_eq!((snap.totals.accepted, snap.totals.duplicates), (2, 2));
    s.restart().await;
    let mut c = s.connect().await;
    for bytes in [revised.as_bytes(), GAS.as_bytes()] {
        c.write_all(bytes).await.expect("sends");
        assert_eq!(read_frame(&mut c).await, first);
    }
    let snap = s.gateway.snapshot(0);
    // Of a time's statements only the newest is recognised; an older one that returns is a statement again.
    assert_eq!((snap.totals.accepted, snap.totals.duplicates), (1, 1));
    assert_eq!(s.evidence.next_seq(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarantined_packet_is_accepted_when_its_sender_is_registered() {
    let mut s = Server::start(|_| {}).await;
    let mut c = s.connect().await;
    let stranger = reframe(&GAS.replace("MN=010000A8900016F000169DC0", "MN=020000A8900016F000169DC0"));
    c.write_all(stranger.as_bytes()).await.expect("sends");
    let id = s.wait_quarantined(1).await[0].id;
    let again = s.gateway.replay_quarantined(id, "operator").await.expect("tried");
    assert_eq!((again.ok, again.reason.as_str()), (false, "mn_unknown"));
    let mut registry = (*s.gateway.registry().now()).clone();
    registry.merge(
        Registry::from_csv(&format!(
            "{HEAD}020000A8900016F000169DC0,123456,31,site-9,n,340100,,,false\n"
        ))
        .expect("reads"),
    );
    s.gateway.registry().set(registry);
    assert!(s.gateway.replay_quarantined(id, "operator").await.expect("tried").ok);
    let b = s.batches.recv().await.expect("handed on");
    assert_eq!(
        (
            &*b.observed[0].site,
            b.observed[0].evidence_seq,
            b.observed[0].simulated
        ),
        ("site-9", id, false)
    );
    // A second success changes nothing.
    let before = s.evidence.next_seq();
    assert!(s.gateway.replay_quarantined(id, "operator").await.expect("tried").ok);
    assert_eq!(s.evidence.next_seq(), before);
    // A consumer that was away gets the same batch from the evidence.
    let all: Vec<_> = gateway::replay(&s.evidence, s.gateway.registry().now(), 1)
        .map(|b| b.expect("reads"))
        .collect();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].seq, &all[0].observed), (b.seq, &b.observed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_gives_what_the_channel_gave() {
    let mut s = Server::start(|_| {}).await;
    let sent = [GAS, HOUR, SPLIT, HEARTBEAT, OLD].concat();
    let report = send(&s.address(), frames(sent.as_bytes()), SendOptions::default())
        .await
        .expect("sends");
    assert_eq!(
        (report.packets, report.answered, report.unasked, report.repeated),
        (5, 4, 1, 0)
    );
    let mut live = vec![];
    for _ in 0..5 {
        live.push(s.batches.recv().await.expect("handed on"));
    }
    assert_eq!(s.wait_resume_point(6).await, 6);
    let again: Vec<_> = gateway::replay(&s.evidence, s.gateway.registry().now(), 1)
        .map(|b| b.expect("reads"))
        .collect();
    assert_eq!(again.len(), 5);
    for (a, b) in live.iter().zip(&again) {
        assert_eq!((a.seq, &a.observed), (b.seq, &b.observed));
    }
    assert_eq!(gateway::replay(&s.evidence, s.gateway.registry().now(), 5).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_noise_and_crowds_are_bounded() {
    let s = Server::start(|c| {
        c.idle_ms = 400;
        c.tail_wait_ms = 50;
        c.half_wait_ms = 200;
        c.connections_max = 3;
    })
    .await;
    // A packet without its line end is taken after a short silence.
    let mut c = s.connect().await;
    c.write_all(GAS.trim_end().as_bytes()).await.expect("sends");
    assert!(read_frame(&mut c).await.contains("CN=9014"));
    // Half a packet is given up, and the rest of it is noise; the connection goes on.
    c.write_all(&HOUR.as_bytes()[..60]).await.expect("sends");
    let q = s.wait_quarantined(1).await;
    assert_eq!(q[0].why.reason, "truncated");
    c.write_all(HOUR.as_bytes()).await.expect("sends");
    assert!(read_frame(&mut c).await.contains("CN=9014"));
    // A crowd.
    let a = s.connect().await;
    let b = s.connect().await;
    let mut d = s.connect().await;
    assert_eq!(d.read(&mut [0; 1]).await.unwrap_or(0), 0, "turned away");
    assert_eq!(s.gateway.snapshot(0).totals.turned_away, 1);
    drop((a, b));
    // Silence.
    assert_eq!(c.read(&mut [0; 1]).await.unwrap_or(0), 0, "closed after its silence");
    // Noise without end.
    let mut n = s.connect().await;
    let noise = vec![b'x'; 8192];
    let mut sent = 0;
    while n.write_all(&noise).await.is_ok() && sent < 100 * noise.len() {
        sent += noise.len();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(sent < 100 * noise.len(), "cut off");
    assert!(s.gateway.snapshot(0).totals.cut_off >= 1);
    // What it sent until then is kept.
    let kept: usize = s
        .evidence
        .quarantine_list(None, 1000)
        .expect("lists")
        .iter()
        .filter(|q| q.why.reason == "no_header")
        .map(|q| q.raw.len())
        .sum();
    assert!(kept > gateway::NOISE_MAX, "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_takes_no_answers_holds_nobody_up() {
    let s = Server::start(|c| c.write_wait_ms = 300).await;
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("small");
    let mut deaf = socket.connect(s.gateway.address()).await.expect("connects");
    let flood = tokio::spawn(async move {
        for k in 0..200_000u32 {
            let text = reframe(
                &GAS.replace(
                    "093000120",
                    &format!("09{:02}{:02}{:03}", k / 60_000, k / 1000 % 60, k % 1000),
                )
                .replace("21.40", &format!("{k}.0")),
            );
            if deaf.write_all(text.as_bytes()).await.is_err() {
                return k;
            }
        }
        0
    });
    let mut c = s.connect().await;
    for k in 0..20 {
        let text = reframe(&HOUR.replace("DataTime=2026010509", &format!("DataTime=20260106{k:02}")));
        c.write_all(text.as_bytes()).await.expect("sends");
        let answer = tokio::time::timeout(Duration::from_secs(5), read_frame(&mut c))
            .await
            .expect("answered in time");
        assert!(answer.contains("CN=9014"));
    }
    assert!(
        tokio::time::timeout(Duration::from_secs(60), flood)
            .await
            .expect("ends")
            .expect("joins")
            > 0,
        "cut off"
    );
    drop(c);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_packets_unanswered_and_a_logger_repeats_them() {
    let mut s = Server::start(|_| {}).await;
    s.disk.fill();
    let to = s.address();
    let mut sent: Vec<Vec<u8>> = vec![];
    for k in 0..1200 {
        let text = reframe(&GAS.replace("093000", &format!("09{:02}{:02}", k / 60, k % 60)));
        sent.push(text.into_bytes());
    }
    let options = SendOptions {
        over_time: Duration::from_millis(300),
        re_count: 50,
        window: 20,
    };
    let logger = tokio::spawn(async move { send(&to, sent, options).await });
    while s.gateway.snapshot(0).totals.unanswered == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(s.gateway.snapshot(0).trouble.expect("said").contains("no room"));
    s.disk.free();
    let report = logger.await.expect("joins").expect("sends");
    assert_eq!((report.answered, report.unanswered.len()), (1200, 0));
    assert!(report.repeated > 0);
    let mut times = std::collections::BTreeSet::new();
    // Values follow the answers.
    while let Ok(Some(b)) = tokio::time::timeout(Duration::from_secs(2), s.batches.recv()).await {
        times.insert(b.observed[0].t_utc_s);
        if times.len() == 1200 {
            break;
        }
    }
    assert_eq!(times.len(), 1200, "all are there");
    assert!(s.evidence.verify().expect("reads").ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn simulated_outlets_are_taken_and_their_faults_quarantined() {
    use gateway::simulate::*;
    let s = Server::start(|_| {}).await;
    s.gateway
        .registry()
        .set(Registry::from_csv(&registry_csv(30, 3)).expect("reads"));
    let options = SimulateOptions {
        rate: 600.0,
        seed: 3,
        faulty: 0.2,
        packets: Some(300),
        clock: gateway::system_clock(),
        send: SendOptions {
            over_time: Duration::from_secs(5),
            ..SendOptions::default()
        },
    };
    let (sent, lost) = simulate(&s.address(), &senders(30, 3), &options).await.expect("runs");
    assert!(sent >= 300 && lost == 0, "{sent} {lost}");
    s.wait_quarantined(20).await;
    let snap = s.gateway.snapshot(20);
    assert!(snap.simulated && snap.totals.accepted >= 200, "{:?}", snap.totals);
    assert!(snap.totals.quarantined >= 20);
    assert_eq!(snap.outlets.simulated, 30);
    assert!(
        snap.recent
            .iter()
            .all(|p| p.simulated && !p.warnings.contains(&"clock_drift")),
        "{:?}",
        snap.recent
    );
    let reasons: std::collections::BTreeSet<_> = s
        .evidence
        .quarantine_list(None, 500)
        .expect("lists")
        .into_iter()
        .map(|q| q.why.reason)
        .collect();
    for reason in ["crc_mismatch", "mn_unknown", "pw_wrong", "datatime_bad", "no_header"] {
        assert!(reasons.contains(reason), "{reason} in {reasons:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_answers_what_was_sent() {
    let s = Server::start(|_| {}).await;
    let mut c: TcpStream = s.connect().await;
    c.write_all(GAS.as_bytes()).await.expect("sends");
    read_frame(&mut c).await;
    s.gateway.stop();
    let mut rest = vec![];
    c.read_to_end(&mut rest).await.expect("closed in order");
    assert!(TcpStream::connect(s.address()).await.is_err() || s.gateway.snapshot(0).totals.accepted == 1);
}
