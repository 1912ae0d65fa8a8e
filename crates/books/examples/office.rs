//! An office at work: users who read (90 %) and write (10 %) on a large register, on SQLite and on PostgreSQL.
//! `cargo run -p books --example office [RECORDS] [USERS] [SECONDS] [PAUSE in ms between two actions of a user]`
//! Of ten actions six are pages of a list in the user's county, one a search there, two a record with its history, one a
//! change that needs the version read before. Times are those that the user waits.

#[path = "../tests/store/mod.rs"]
mod store;

use books::{Author, Books, Change, Error, Hash, List, Scope};
use serde_json::json;
use std::time::{Duration, Instant};
use store::Store;

const ROOM: &str = "register:enterprise/enterprises";
const COUNTIES: usize = 100;

fn county(i: usize) -> String {
    format!("34{:02}{:02}", 1 + i % COUNTIES / 10, 1 + i % 10)
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap_or(0)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1).map(|a| a.parse::<usize>());
    let mut arg = |usual: usize| args.next().transpose().map(|a| a.unwrap_or(usual));
    let (records, users, seconds, pause) = (arg(1_000_000)?, arg(200)?, arg(30)?, arg(1_000)?);
    for (name, store) in ["SQLite", "PostgreSQL"].into_iter().zip(Store::both()) {
        let books = Books::open(&store.url, Hash::Sha256).await?;
        let start = Instant::now();
        for from in (0..records).step_by(20_000) {
            let rows = from..(from + 20_000).min(records);
            let changes = rows.map(|i| {
                let body = json!({
                    "code": format!("{i:018}"), "name": format!("企业{i}"), "address": "安徽省某市某路1号", "industry": format!("{}", 1000 + i % 900),
                    "amount": format!("{}.5", i % 7000), "_division": county(i), "_owner": format!("{i:018}"), "_search": format!("企业{i} {i:018}"),
                });
                Change::at(ROOM, format!("{i:018}"), "import", 0, body)
            });
            books.put(Author::new("导入", ""), changes.collect()).await?;
        }
        println!("{name}: {records} records in {:.0} s", start.elapsed().as_secs_f64());
        if let books::Db::Postgres(_) = books.db() {
            books.db().execute("ANALYZE").await?;
        }
        let until = Instant::now() + Duration::from_secs(seconds as u64);
        let tasks: Vec<_> = (0..users)
            .map(|user| tokio::spawn(work(books.clone(), user, records, pause, until)))
            .collect();
        let (mut reads, mut writes, mut conflicts) = (vec![], vec![], 0);
        for task in tasks {
            let (r, w, c) = task.await??;
            reads.extend(r);
            writes.extend(w);
            conflicts += c;
        }
        for (what, times) in [("reads", &mut reads), ("writes", &mut writes)] {
            times.sort();
            let at = |share: f64| {
                times
                    .get((times.len() as f64 * share) as usize)
                    .map_or(0.0, |t: &Duration| t.as_secs_f64() * 1e3)
            };
            println!(
                "{name}: {users} users, {} {what}, {:.0}/s, p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms",
                times.len(),
                times.len() as f64 / seconds as f64,
                at(0.5),
                at(0.95),
                at(0.99)
            );
        }
        println!("{name}: {conflicts} changes met another's and were refused with both versions named");
    }
    Ok(())
}

type Times = (Vec<Duration>, Vec<Duration>, usize);

async fn work(books: Books, user: usize, records: usize, pause: usize, until: Instant) -> books::Result<Times> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (user as u64 + 1));
    let (mut reads, mut writes, mut conflicts) = (vec![], vec![], 0);
    let scope = Scope {
        divisions: vec![county(user)],
        ..Scope::default()
    };
    while Instant::now() < until {
        if pause > 0 {
            let wait = pause / 2 + dice.below(pause);
            tokio::time::sleep(Duration::from_millis(wait as u64)).await;
        }
        let id = format!("{:018}", dice.below(records));
        let action = dice.below(10);
        let doc = if action == 9 { books.get(ROOM, &id).await? } else { None };
        let start = Instant::now();
        match action {
            0..6 => {
                let mut list = List::of(ROOM, scope.clone());
                list.after = (action > 2).then(|| (id.clone(), id.clone()));
                books.list(&list).await?;
                reads.push(start.elapsed());
            }
            6 => {
                let mut list = List::of(ROOM, scope.clone());
                list.words = format!("企业{}", dice.below(records) / 10);
                books.list(&list).await?;
                reads.push(start.elapsed());
            }
            7..9 => {
                books.get(ROOM, &id).await?;
                books.history(ROOM, &id).await?;
                reads.push(start.elapsed());
            }
            _ => {
                let version = doc.map_or(0, |d| d.version);
                let change = Change::at(
                    ROOM,
                    &id,
                    "put",
                    version,
                    json!({"amount": format!("{}.25", dice.below(9000))}),
                );
                match books
                    .put(Author::new(format!("user{user}"), "修改"), vec![change])
                    .await
                {
                    Ok(_) => {}
                    Err(Error::Conflict { .. }) => conflicts += 1,
                    Err(e) => return Err(e),
                }
                writes.push(start.elapsed());
            }
        }
    }
    Ok((reads, writes, conflicts))
}
