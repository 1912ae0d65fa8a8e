//! What a request is answered when it cannot be served: what was wrong, where, and what to do, in both languages.

use ::figure::Text;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An answer that is not the one asked for.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    message: Text,
    place: String,
    remedy: Text,
    /// Further members of the answer: faults by field, both sides of a conflict.
    more: Vec<(&'static str, serde_json::Value)>,
}

/// Result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// The request asks for something that does not exist.
    pub fn not_found(zh: impl Into<String>, en: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, zh, en)
    }

    /// The request itself is wrong.
    pub fn bad(zh: impl Into<String>, en: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, zh, en)
    }

    /// Something of ours failed: the detail goes to the reader too, for there is nobody else to read it.
    pub fn internal(error: impl std::fmt::Display) -> ApiError {
        let detail = error.to_string();
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("服务器内部错误:{detail}"),
            format!("server error: {detail}"),
        )
        .remedy(
            "稍后重试;若仍出现,请把这段文字交给管理员",
            "try again; if it stays, give this text to your administrator",
        )
    }

    /// The asker may not: signs in first, or asks for the right.
    pub fn denied(known: bool, words: Text) -> ApiError {
        let status = if known {
            StatusCode::FORBIDDEN
        } else {
            StatusCode::UNAUTHORIZED
        };
        ApiError::new(status, words.zh, words.en)
    }

    fn new(status: StatusCode, zh: impl Into<String>, en: impl Into<String>) -> ApiError {
        let none = Text::new("", "");
        ApiError {
            status,
            message: Text::new(zh, en),
            place: String::new(),
            remedy: none,
            more: vec![],
        }
    }

    /// More was sent than is taken.
    pub fn too_large(zh: impl Into<String>, en: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, zh, en)
    }

    /// With a further member of the answer.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: serde_json::Value) -> ApiError {
        self.more.push((key, value));
        self
    }

    /// Where: the parameter, file, line, packet.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> ApiError {
        self.place = place.into();
        self
    }

    /// What to do.
    #[must_use]
    pub fn remedy(mut self, zh: impl Into<String>, en: impl Into<String>) -> ApiError {
        self.remedy = Text::new(zh, en);
        self
    }
}

impl From<books::Error> for ApiError {
    fn from(e: books::Error) -> ApiError {
        use books::Error;
        let words = e.words();
        let status = match &e {
            Error::Refused(_) | Error::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Conflict { .. } => StatusCode::CONFLICT,
            Error::Missing { .. } => StatusCode::NOT_FOUND,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::Pack(_) | Error::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let error = ApiError::new(status, words.zh, words.en);
        match e {
            Error::Fields(faults) => error.with("faults", json!(faults)),
            Error::Conflict { read, now, .. } => error.with("versions", json!({"read": read, "now": now})),
            _ => error,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({"error": {
            "zh": self.message.zh, "en": self.message.en, "where": self.place,
            "remedy": self.remedy.en, "remedy_zh": self.remedy.zh, "remedy_en": self.remedy.en,
        }});
        for (key, value) in self.more {
            body["error"][key] = value;
        }
        (self.status, Json(body)).into_response()
    }
}

/// Query parameters; what cannot be read is answered like every other error, with the parameter's name.
pub struct Q<T>(pub T);

impl<T: serde::de::DeserializeOwned, S: Send + Sync> axum::extract::FromRequestParts<S> for Q<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|q| Q(q.0))
            .map_err(|e| {
                ApiError::bad(format!("请求参数有误:{e}"), format!("a parameter is wrong: {e}"))
                    .at(parts.uri.path())
                    .remedy(
                        "日期写作 2024-05-13,行政区写 6 位代码",
                        "write a date as 2024-05-13, a division as 6 digits",
                    )
            })
    }
}
