//! The HTTP side: API, live events, exports and the pages. It asks the crates below and computes nothing itself, so
//! that a page, an export and the command line cannot disagree.

pub mod access;
pub mod doors;
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
mod rooms;
mod search;
mod shelf;
mod stand;
mod state;
mod status;
mod what_if;
mod words;

pub use packets::Units;
pub use pages::Assets;
pub use shelf::{Loaded, PackFiles, Shelf};
pub use state::{App, Level, Parts, Site};

use axum::Router;
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// All routes: the doors of the API, each with its guard, and the pages, which hold nothing but themselves.
pub fn routes(app: Arc<App>) -> Router {
    let api = doors::api(&app).route_layer(axum::middleware::from_fn_with_state(app.clone(), newest_law));
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
