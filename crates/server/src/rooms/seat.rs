//! What a request about rooms has at hand: who asks, the packs, the law and the day, each taken once; and the one way to
//! ask whether that person may.

use crate::App;
use crate::access::Who;
use crate::error::{ApiError, ApiResult};
use crate::shelf::Loaded;
use ::figure::Text;
use ::law::Law;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use books::access::{Action, Decision, MASK, Person, Target, decide, log_reading};
use books::pack::{Field, Kind, Packs};
use books::register::Desk;
use books::{Author, Books, Doc, Filter, List, Op};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// A request's place at the table.
pub struct Seat {
    pub app: Arc<App>,
    pub who: Person,
    pub shelf: Arc<Loaded>,
    pub law: Arc<Law>,
    pub today: NaiveDate,
    headers: HeaderMap,
}

impl FromRequestParts<Arc<App>> for Seat {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let who = parts.extensions.get::<Who>().map(|w| w.person().clone());
        Ok(Self {
            who: who.ok_or_else(|| ApiError::internal("this door has no guard"))?,
            shelf: app.shelf(),
            law: app.law(),
            today: app.today(),
            headers: parts.headers.clone(),
            app: app.clone(),
        })
    }
}

/// A decision with what it was about.
pub struct May {
    pub target: Target,
    pub decision: Decision,
}

impl May {
    /// Fields that must not be shown.
    pub fn hides(&self, field: &str) -> bool {
        self.decision.hidden.iter().any(|h| h == field)
    }

    /// Covers hidden fields of a map.
    pub fn cover(&self, fields: &mut Map<String, Value>) {
        for field in &self.decision.hidden {
            if let Some(value) = fields.get_mut(field) {
                *value = MASK.into();
            }
        }
    }
}

impl Seat {
    pub fn books(&self) -> ApiResult<&Books> {
        self.app.books()
    }

    pub fn packs(&self) -> &Arc<Packs> {
        &self.shelf.packs
    }

    /// Title of the pack that `pack/name` stands in.
    pub fn room_title(&self, id: &str) -> Value {
        let pack = id.split('/').next().unwrap_or("");
        self.packs()
            .about
            .get(pack)
            .map_or(Value::Null, |a| serde_json::json!(a.title))
    }

    /// The author of a change; the request's `Idempotency-Key` counts for this person only.
    pub fn author(&self, reason: &str) -> Author {
        let author = Author::new(self.who.actor(), reason.trim());
        match self.header("idempotency-key") {
            Some(key) => author.request(format!("{}:{key}", self.who.actor())),
            None => author,
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
        value.filter(|v| !v.is_empty())
    }

    /// The version that was read, from `If-Match`.
    pub fn expect(&self) -> ApiResult<Option<i64>> {
        let Some(text) = self.header("if-match") else {
            return Ok(None);
        };
        let wrong = || {
            ApiError::bad(
                format!("If-Match 应为读到的版本号，而不是“{text}”"),
                format!("If-Match is the version that was read, not `{text}`"),
            )
        };
        text.trim_matches('"').parse().map(Some).map_err(|_| wrong())
    }

    /// What a room is to the policy.
    pub fn target(&self, room: &str) -> ApiResult<Target> {
        Target::room(self.packs(), room).ok_or_else(|| {
            let faults: Vec<String> = self.shelf.faults.iter().map(ToString::to_string).take(3).collect();
            let error = ApiError::not_found(format!("没有“{room}”"), format!("there is no {room}")).at(room);
            match faults.is_empty() {
                true => error,
                false => error.remedy(
                    format!("配置文件有误，改好后自动生效：{}", faults.join("；")),
                    format!(
                        "files of packs are wrong; mended they count at once: {}",
                        faults.join("; ")
                    ),
                ),
            }
        })
    }

    /// Asks the policy; a refusal is logged and is the answer.
    pub async fn may(&self, action: Action, room: &str, id: &str) -> ApiResult<May> {
        let target = self.target(room)?;
        let decision = self.app.decide(&self.who, action, &target, id).await?;
        Ok(May { target, decision })
    }

    /// Whether the policy would allow it: for buttons, nothing is logged.
    pub fn can(&self, action: Action, target: &Target) -> bool {
        decide(&self.shelf.policy, &self.who, action, target).is_ok()
    }

    /// Names of the actions that are allowed in a room.
    pub fn actions(&self, target: &Target) -> Vec<&'static str> {
        let can = Action::ALL.into_iter().filter(|a| self.can(*a, target));
        can.map(|a| a.words().0).collect()
    }

    /// Refuses (and logs) a record outside the decision's scope.
    pub async fn hold(&self, action: Action, may: &May, doc: &Doc) -> ApiResult<()> {
        if may.decision.holds(doc) {
            return Ok(());
        }
        let words = Text::new(
            format!("“{}”不在您的管辖或归属范围内。", doc.id),
            format!("{} is outside your scope.", doc.id),
        );
        Err(self.app.refuse(&self.who, action, &may.target, &doc.id, words).await?)
    }

    /// The answer to a refusal of the books; one for lack of right is logged like every other.
    pub async fn answer(&self, action: Action, may: &May, id: &str, e: books::Error) -> ApiError {
        match e {
            books::Error::Forbidden(words) => {
                let refused = self.app.refuse(&self.who, action, &may.target, id, words).await;
                refused.unwrap_or_else(|store| store)
            }
            e => e.into(),
        }
    }

    /// A record that may be read; with `purpose` in full, which is logged first.
    pub async fn record(&self, room: &str, id: &str, reveal: Option<&str>) -> ApiResult<(May, Doc)> {
        let action = if reveal.is_some() { Action::Reveal } else { Action::Read };
        let may = self.may(action, room, id).await?;
        let missing = || books::Error::Missing {
            room: room.into(),
            id: id.into(),
        };
        let doc = self.books()?.get(room, id).await?.ok_or_else(missing)?;
        self.hold(action, &may, &doc).await?;
        if may.decision.log_read {
            let purpose = reveal.unwrap_or("").trim();
            if purpose.is_empty() {
                return Err(ApiError::bad(
                    "查看个人信息须写明用途，每次查看都会留痕。",
                    "say what you need the personal data for: every reading is logged",
                )
                .at(id));
            }
            let ids = [id.to_string()];
            log_reading(self.books()?, &self.who, &may.target, &ids, purpose).await?;
        }
        Ok((may, doc))
    }

    /// A register opened for work.
    pub fn desk(&self, id: &str) -> ApiResult<Desk> {
        Ok(Desk::open(self.books()?, self.packs(), &self.law, self.today, id)?)
    }
}

/// What is asked of a list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub words: String,
    /// JSON list of `{field, op, value}`.
    pub filter: Option<String>,
    pub sort: Option<String>,
    pub desc: bool,
    /// Place of the last row of the page before, as it was told.
    pub after: Option<String>,
    pub limit: Option<i64>,
    pub count: bool,
    pub gone: bool,
}

/// Rows of a page at most.
const MOST: i64 = 500;

#[derive(Deserialize)]
struct Given {
    field: String,
    op: Op,
    #[serde(default)]
    value: String,
}

impl Asked {
    /// Puts the question into a list: fields must exist and may not be hidden.
    pub fn fill(&self, mut list: List, fields: &[Field], may: &May) -> ApiResult<List> {
        let known = |name: &str| -> ApiResult<bool> {
            if may.hides(name) {
                return Err(ApiError::denied(
                    true,
                    Text::new(
                        "不能按个人信息筛选或排序。",
                        "personal data cannot be filtered or sorted by",
                    ),
                )
                .at(name));
            }
            if matches!(
                name,
                "id" | "_state" | "_division" | "_owner" | "_due" | "_at" | "_simulated"
            ) {
                return Ok(name == "_due");
            }
            let field = fields.iter().find(|f| f.name == name).ok_or_else(|| {
                ApiError::bad(format!("没有字段“{name}”"), format!("there is no field `{name}`")).at(name)
            })?;
            Ok(matches!(
                field.kind,
                Kind::Number | Kind::Integer | Kind::Longitude | Kind::Latitude
            ))
        };
        list.words.clone_from(&self.words);
        list.gone = self.gone;
        list.descending = self.desc;
        list.limit = self.limit.unwrap_or(100).clamp(1, MOST);
        if let Some(sort) = self.sort.as_deref().filter(|s| !s.is_empty()) {
            list.numeric = known(sort)? && sort != "_due";
            list.sort = Some(sort.to_string());
        }
        let wrong = |what: &str, e: &serde_json::Error| {
            ApiError::bad(
                format!("参数 {what} 读不出来：{e}"),
                format!("{what} cannot be read: {e}"),
            )
            .at(what)
        };
        if let Some(text) = self.filter.as_deref().filter(|t| !t.is_empty()) {
            let given: Vec<Given> = serde_json::from_str(text).map_err(|e| wrong("filter", &e))?;
            for g in given {
                list.filters.push(Filter {
                    numeric: known(&g.field)?,
                    field: g.field,
                    op: g.op,
                    value: g.value,
                });
            }
        }
        if let Some(text) = self.after.as_deref().filter(|t| !t.is_empty()) {
            list.after = Some(serde_json::from_str(text).map_err(|e| wrong("after", &e))?);
        }
        Ok(list)
    }
}

/// Where the next page begins; none after the last one.
pub fn next(list: &List, docs: &[Doc]) -> Option<String> {
    let full = i64::try_from(docs.len()).is_ok_and(|n| n >= list.limit);
    let last = docs.last().filter(|_| full)?;
    serde_json::to_string(&list.place(last)).ok()
}

/// Whether a record is demonstration content.
pub fn simulated(doc: &Doc) -> bool {
    doc.body.get("_simulated").and_then(Value::as_bool).unwrap_or(false)
}

/// A file as answer.
pub fn file(name: &str, kind: &str, bytes: Vec<u8>) -> axum::response::Response {
    use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
    use axum::response::IntoResponse;
    let encoded: String = name
        .bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(b).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    let headers = [
        (CONTENT_TYPE, kind.to_string()),
        (CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{encoded}")),
        // What was handed in is never run in the reader's browser.
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_string()),
    ];
    (headers, bytes).into_response()
}

pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The body as it came; one that is too large is refused in words.
pub struct Raw(pub axum::body::Bytes);

impl<S: Send + Sync> axum::extract::FromRequest<S> for Raw {
    type Rejection = ApiError;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Self::Rejection> {
        let most = super::files::MOST / 1024 / 1024;
        axum::body::Bytes::from_request(request, state)
            .await
            .map(Raw)
            .map_err(|e| {
                if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                    ApiError::too_large(
                        format!("文件超过 {most} MB，没有保存。"),
                        format!("the file is larger than {most} MB; nothing was kept"),
                    )
                    .remedy(
                        "请压缩、分卷或拆成几个文件后再上传",
                        "compress it or split it, then send it again",
                    )
                } else {
                    ApiError::bad(format!("上传中断：{e}"), format!("the upload broke off: {e}"))
                        .remedy("请重新上传", "send it again")
                }
            })
    }
}
