//! The guard at every door: finds who is there, checks that a change was meant, asks the policy, logs a refusal.

use super::Strangers;
use crate::App;
use crate::doors::Behind;
use crate::error::{ApiError, ApiResult};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use books::access::{Action, Decision, Matter, Person, Session, Target, decide, log_refusal, session};
use figure::Text;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

/// Name of the session cookie.
pub(super) const COOKIE: &str = "qingshan";
/// Header that carries the second secret of a session: a foreign page can make a browser send the cookie, but not this.
const CSRF: &str = "x-csrf";
/// Refusals of strangers at one door are logged at most once in so long, with their number.
const STRANGERS_MS: i64 = 60_000;

/// Who is there, as handlers get it: `Extension(who): Extension<Who>`.
#[derive(Debug, Clone)]
pub struct Who {
    pub(super) person: Person,
    pub(super) session: Option<Session>,
    pub(super) token: String,
}

/// A door's guard.
#[derive(Clone)]
pub struct Gate {
    pub app: Arc<App>,
    pub action: Action,
    pub behind: Behind,
}

fn token(headers: &HeaderMap) -> &str {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map_or("", |(_, value)| value)
}

/// Stands before every handler.
pub async fn guard(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    match enter(&gate, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

async fn enter(gate: &Gate, request: &mut Request) -> ApiResult<()> {
    let who = gate.app.who(request.headers()).await?;
    let path = request.uri().path();
    let target = match gate.behind {
        Behind::Matter(matter) => Target::matter(matter),
        Behind::Rooms => Target::matter(Matter::Pack),
    };
    if let (false, Some(session)) = (request.method().is_safe(), &who.session) {
        let given = request.headers().get(CSRF).and_then(|v| v.to_str().ok());
        if given != Some(session.csrf.as_str()) {
            let words = Text::new(
                "请求缺少或带错了防伪标记：刷新页面后再试。",
                "The request lacks its x-csrf header or has another session's: reload the page.",
            );
            return Err(gate.app.refuse(&who.person, gate.action, &target, path, words).await?);
        }
    }
    if matches!(gate.behind, Behind::Matter(_)) {
        gate.app.decide(&who.person, gate.action, &target, path).await?;
    }
    request.extensions_mut().insert(who);
    Ok(())
}

impl App {
    /// Who a request comes from.
    ///
    /// # Errors
    /// The books.
    pub async fn who(&self, headers: &HeaderMap) -> ApiResult<Who> {
        let token = token(headers);
        if !token.is_empty()
            && let Some(session) = session(self.books()?, &self.policy(), token, self.now_ms()).await?
        {
            return Ok(Who {
                person: session.person.clone(),
                session: Some(session),
                token: token.to_string(),
            });
        }
        Ok(Who {
            person: Person::nobody(self.stands_open().await?),
            session: None,
            token: String::new(),
        })
    }

    /// Whether whoever sits at this machine may look around: on loopback, in the demo or before the first account.
    ///
    /// # Errors
    /// The books.
    pub async fn stands_open(&self) -> ApiResult<bool> {
        let house = &self.house;
        if !house.loopback {
            return Ok(false);
        }
        if !house.demo.is_empty() {
            return Ok(true);
        }
        if !house.closed.load(Ordering::Relaxed) {
            let sql = "SELECT count(*) FROM doc WHERE room = $1";
            let accounts = self.books()?.db().int(sql, &[books::access::ROOM.into()]).await?;
            house.closed.store(accounts > 0, Ordering::Relaxed);
        }
        Ok(!house.closed.load(Ordering::Relaxed))
    }

    /// Asks the policy; a refusal is logged and becomes the answer. `id` is the record, or the path, that was asked for.
    ///
    /// # Errors
    /// The refusal.
    pub async fn decide(&self, person: &Person, action: Action, target: &Target, id: &str) -> ApiResult<Decision> {
        match decide(&self.policy(), person, action, target) {
            Ok(decision) => Ok(decision),
            Err(words) => Err(self.refuse(person, action, target, id, words).await?),
        }
    }

    /// Logs a refusal (a record outside the scope is one as well) and makes the answer.
    ///
    /// # Errors
    /// The books.
    pub async fn refuse(
        &self,
        person: &Person,
        action: Action,
        target: &Target,
        id: &str,
        words: Text,
    ) -> ApiResult<ApiError> {
        let denied = ApiError::denied(person.known(), words.clone()).at(id);
        let mut said = words;
        if !person.known() {
            // Strangers must not be able to fill the disk with lines about themselves.
            let key = format!("{} {}", action.words().0, target.name());
            let now = self.now_ms();
            let mut all = self.house.strangers.lock().unwrap_or_else(PoisonError::into_inner);
            let counted = all.entry(key).or_default();
            if counted.last > 0 && now - counted.last < STRANGERS_MS {
                counted.more += 1;
                return Ok(denied);
            }
            let before = std::mem::replace(counted, Strangers { last: now, more: 0 });
            if before.more > 0 {
                said.zh.push_str(&format!("（此前另有 {} 次）", before.more));
            }
        }
        log_refusal(self.books()?, person, action, target, id, &said).await?;
        Ok(denied)
    }
}
