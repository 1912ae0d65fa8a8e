//! The web pages, served from inside the binary, and the boundaries that the maps draw.

use crate::App;
use crate::error::{ApiError, ApiResult};
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::sync::Arc;

/// Finds an embedded file by its path, `/`-separated, without a leading slash.
pub type Assets = fn(&str) -> Option<Cow<'static, [u8]>>;

/// Any path that is not the API's: a file of the pages, or the page itself for a client route.
pub async fn page(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(bytes) = (app.assets)(&format!("web/{path}")).filter(|_| !path.is_empty()) {
        return file(path, bytes, path.starts_with("assets/"));
    }
    if path.starts_with("api/") {
        return ApiError::not_found("没有这个接口", "there is no such interface")
            .at(uri.path())
            .into_response();
    }
    match (app.assets)("web/index.html") {
        Some(bytes) => file("index.html", bytes, false),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            "网页没有编入本程序;请先 make web 再编译。 The pages are not in this binary: run `make web`, then build again.",
        )
            .into_response(),
    }
}

fn file(path: &str, bytes: Cow<'static, [u8]>, for_ever: bool) -> Response {
    let kind = match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    };
    // Names under assets/ carry a hash of their content.
    let cache = if for_ever {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)],
        bytes.into_owned(),
    )
        .into_response()
}

/// `GET /api/map/{what}`: `cities`, `counties` or `province` as GeoJSON (CGCS2000 longitude and latitude).
pub async fn map(
    State(app): State<Arc<App>>,
    axum::extract::Path(what): axum::extract::Path<String>,
) -> ApiResult<Response> {
    let name = match what.as_str() {
        "cities" | "counties" | "province" => what,
        _ => {
            return Err(ApiError::not_found(
                format!("没有名为 {what} 的边界"),
                format!("there is no boundary called {what}"),
            )
            .remedy(
                "可用:cities、counties、province",
                "there are cities, counties, province",
            ));
        }
    };
    let path = format!("data/regions/anhui_{name}.geojson.gz");
    let bytes = (app.assets)(&path).ok_or_else(|| ApiError::internal(format!("{path} is not in this binary")))?;
    let headers = [
        (header::CONTENT_TYPE, "application/geo+json"),
        (header::CONTENT_ENCODING, "gzip"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    Ok((headers, bytes.into_owned()).into_response())
}
