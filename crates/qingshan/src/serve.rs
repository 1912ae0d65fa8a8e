//! `qingshan serve`: pages, API and gateway, as a configuration file says.

use crate::{assets, fail, shipped, stores};
use books::Books;
use books::access::{self, Policy};
use clap::Args;
use gateway::{Gateway, Registry, SharedRegistry};
use serde::Deserialize;
use server::access::{DemoAccount, House};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Args)]
pub struct ServeArgs {
    /// TOML: `data`, `listen`, optionally `gateway` (address for loggers) and `loggers` (CSV of those that may send)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// What a server is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folder of the stores.
    pub data: PathBuf,
    /// Address of the pages. Another address than loopback needs `public_url`.
    pub listen: SocketAddr,
    /// Address for loggers; none: no gateway.
    pub gateway: Option<SocketAddr>,
    /// CSV of registered loggers; none: the simulated ones that are shipped.
    pub loggers: Option<PathBuf>,
    /// The books: `sqlite:PATH` or `postgres://…`; none: `books.db` in the data folder.
    pub books: Option<String>,
    /// Hash of the books' chain, `sha256` or `sm3`; chosen when the books are made.
    #[serde(default)]
    pub hash: books::Hash,
    /// Where browsers find the pages, `https://…`: a gateway in front speaks TLS. With it the house never stands open,
    /// not even on loopback.
    pub public_url: Option<String>,
    /// The demo: its accounts are shown on the sign-in page.
    #[serde(skip)]
    pub demo: bool,
}

/// Runs the command.
///
/// # Errors
/// A configuration that cannot be read, with its line; a store or port that cannot be used.
pub fn run(a: ServeArgs) -> Result<(), String> {
    let name = a.config.display();
    let text = std::fs::read_to_string(&a.config).map_err(|e| format!("{name}: {e}"))?;
    let config: Config = toml::from_str(&text).map_err(|e| format!("{name}: {e}"))?;
    let law = Arc::new(shipped::law(Some(&config.data))?);
    let s = stores::open(&config.data, law.clone())?;
    crate::demo::tables(&s.lake)?;
    let registry = registry(config.loggers.as_deref())?;
    run_with(config, s, law, registry, |_| {})
}

/// Registered loggers from a file, or the ones that are shipped.
///
/// # Errors
/// Every line that is wrong.
pub fn registry(file: Option<&Path>) -> Result<Registry, String> {
    let text = match file {
        Some(path) => std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?,
        None => assets::text("data/sites/loggers.csv")?,
    };
    Registry::from_csv(&text).map_err(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// Serves until interrupted; `started` is told of the gateway once it listens.
///
/// # Errors
/// A port that cannot be used.
pub fn run_with(
    config: Config,
    s: stores::Stores,
    law: Arc<law::Law>,
    registry: Registry,
    started: impl FnOnce(&Gateway),
) -> Result<(), String> {
    let https = config.public_url.as_deref().is_some_and(|u| u.starts_with("https://"));
    if config.public_url.is_some() && !https {
        return Err("public_url must begin with https://: passwords do not travel in the open".to_string());
    }
    if !config.listen.ip().is_loopback() && !https {
        return Err(format!(
            "listen = {}: beyond this machine only behind a gateway that speaks TLS; say its address as `public_url = \"https://…\"`",
            config.listen
        ));
    }
    let runtime = tokio::runtime::Runtime::new().map_err(fail)?;
    runtime.block_on(async move {
        let lake = s.lake.clone();
        let books = stores::books(&s.dir, config.books.as_deref(), config.hash).await?;
        if config.demo {
            // Beside the first pages: they show what is loaded so far.
            let (books, evidence, law, dir) = (books.clone(), s.evidence.clone(), law.clone(), s.dir.clone());
            tokio::spawn(async move {
                if let Err(e) = crate::rooms::demo(&books, &evidence, &law, &dir).await {
                    eprintln!("demo content of the packs: {e}");
                }
            });
        }
        let house = house(&books, &s.dir, &config, https).await?;
        let gateway = match config.gateway {
            None => None,
            Some(address) => {
                let shared = SharedRegistry::new(registry);
                let g = Gateway::start(
                    address,
                    s.evidence.clone(),
                    shared.clone(),
                    None,
                    gateway::Config::default(),
                )
                .await
                .map_err(|e| format!("gateway on {address}: {e}"))?;
                let (lake, evidence) = (s.lake.clone(), s.evidence.clone());
                std::thread::spawn(move || crate::ingest::follow(lake, evidence, shared));
                started(&g);
                Some(g)
            }
        };
        let app = Arc::new(stores::app(s, law, gateway.clone(), Some(books), house)?);
        let listener = tokio::net::TcpListener::bind(config.listen)
            .await
            .map_err(|e| format!("pages on {}: {e}", config.listen))?;
        // Day values are computed with the first question, and files are opened when they are first read: asked and
        // read here, so that nobody's first page or explanation waits. Who connects meanwhile waits for the answer.
        let opening = plan::stand::Asked {
            date: app.plan.head.open_at,
            law_of: None,
        };
        if app.home(opening).await.is_err() {
            eprintln!("the home page cannot be computed; its page says why");
        }
        let first = app.clone();
        let opened = tokio::task::spawn_blocking(move || first.lake.warm()).await;
        if let Ok(Err(e)) = opened {
            eprintln!("observations: {e}");
        }
        // The choices of the what-if page count every reading: found beside the first answers.
        let counted = app.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(e) = counted.choices() {
                eprintln!("observations: {e}");
            }
        });
        // The port that was really taken, for those who asked for any (port 0).
        let listens = listener.local_addr().map_err(fail)?;
        eprintln!("pages on http://{listens}/");
        links(&app, &config, listens).await?;
        if let Some(g) = &gateway {
            eprintln!("loggers on {}", g.address());
        }
        let stop = async {
            // Without a signal handler the process just ends: the evidence is durable either way.
            let _ = tokio::signal::ctrl_c().await;
        };
        server::serve(app, listener, stop).await.map_err(fail)?;
        if let Some(g) = &gateway {
            g.stop();
        }
        lake.flush().map_err(fail)?;
        Ok(())
    })
}

/// How the house stands: the demo makes its accounts, everything else stops them.
async fn house(books: &Books, dir: &Path, config: &Config, https: bool) -> Result<House, String> {
    let said = |e: books::Error| e.words().zh;
    let mut demo = vec![];
    if config.demo {
        let texts = (shipped::packs(dir).read)();
        let text = |name: &str| texts.get(name).map_or("", String::as_str);
        let policy = Policy::parse(text(access::FILE))
            .map_err(|f| f.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        let accounts = access::demo_accounts(books, &policy, text("access/demo.toml"))
            .await
            .map_err(said)?;
        for (account, password) in accounts {
            demo.push(DemoAccount {
                id: account.id,
                password,
                title: account.title,
                roles: account.roles.iter().map(|r| policy.title(r)).collect(),
            });
        }
    } else {
        access::stop_demo_accounts(books).await.map_err(said)?;
    }
    Ok(House::new(config.listen.ip().is_loopback() && !https, https, demo))
}

/// Tells the one-time links for administrators that nobody is yet.
async fn links(app: &server::App, config: &Config, listens: SocketAddr) -> Result<(), String> {
    let books = app.books().map_err(|_| "the books are not open".to_string())?;
    let policy = app.policy();
    let links = access::open_links(books, &policy, app.now_ms()).await.map_err(fail)?;
    let base = config.public_url.clone().unwrap_or_else(|| format!("http://{listens}"));
    for link in links {
        let title = policy.title(&link.role);
        eprintln!(
            "{} ({}) 一次性链接 one-time link, {} h: {}/sign-in?link={}",
            title.zh,
            title.en,
            policy.link.hours,
            base.trim_end_matches('/'),
            link.token
        );
    }
    Ok(())
}
