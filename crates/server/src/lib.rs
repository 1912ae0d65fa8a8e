//! The HTTP side: API, live events, exports and the pages. It asks the crates below and computes nothing itself, so
//! that a page, an export and the command line cannot disagree.

pub mod error;
mod evidence;
mod explain;
mod export;
mod figure;
mod law;
mod library;
mod packets;
mod pages;
mod plan;
mod search;
mod stand;
mod state;
mod status;
mod what_if;
mod words;

pub use packets::Units;
pub use pages::Assets;
pub use state::{App, Level, Parts, Site};

use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// All routes. Read only, but for the replay of quarantined packets and the recording of law and drafts.
pub fn routes(app: Arc<App>) -> Router {
    let api = Router::new()
        .route("/plan", get(plan::plan))
        .route("/measures", get(stand::measures))
        .route("/stand/{measure}", get(stand::stand))
        .route("/explain", get(explain::explain))
        .route("/evidence", get(evidence::evidence))
        .route("/law", get(law::standards))
        .route("/law/standard", get(law::one_standard))
        .route("/law/key", get(law::key))
        .route("/law/diff", get(law::diff))
        .route("/law/side", get(law::side))
        .route("/law/search", get(law::search))
        .route("/law/doubts", get(law::doubts))
        .route("/law/missing", get(library::missing))
        .route("/law/addition", post(library::addition))
        .route("/drafts", get(library::drafts).post(library::new_draft))
        .route("/what-if", get(what_if::what_if))
        .route("/what-if/choices", get(what_if::choices))
        .route("/functions", get(figure::list))
        .route("/figure", get(figure::evaluate))
        .route("/packets", get(packets::snapshot))
        .route("/packets/stream", get(packets::stream))
        .route("/quarantine", get(packets::quarantine))
        .route("/quarantine/{id}/replay", post(packets::replay))
        .route("/search", get(search::search))
        .route("/map/{what}", get(pages::map))
        .route("/export/figure.xlsx", get(export::figure))
        .route("/export/what-if.xlsx", get(export::what_if))
        .route("/export/{what}", get(export::export))
        .route("/status", get(status::status))
        .route_layer(axum::middleware::from_fn_with_state(app.clone(), newest_law));
    Router::new()
        .nest("/api", api)
        .fallback(pages::page)
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// Every answer goes by the law that is recorded when it is asked for.
async fn newest_law(
    axum::extract::State(app): axum::extract::State<Arc<App>>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    app.notice().await;
    next.run(request).await
}

/// Serves until told to stop.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    app: Arc<App>,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, routes(app)).with_graceful_shutdown(stop).await
}
