//! Every door of the API in one table: method, path, what a request does there and to what. The router is made from
//! this table and from nothing else, so that there is no door which nobody guards.

use crate::{
    App, access, evidence, explain, export, figure, law, library, packets, pages, plan, search, stand, status, what_if,
};
use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, post};
use books::access::{Action, Matter};
use std::sync::Arc;

/// What is behind a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// A matter that is one room: the guard decides.
    Matter(Matter),
    /// Records of a room that the request names: the handler asks [`App::decide`] with that room.
    Rooms,
}

/// A door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Method.
    pub method: Method,
    /// Path below `/api`.
    pub path: &'static str,
    /// What a request does.
    pub action: Action,
    /// To what.
    pub behind: Behind,
}

type Handler = MethodRouter<Arc<App>>;

fn table() -> Vec<(Door, Handler)> {
    use Action::{Export, Read, Write};
    use Matter as M;
    let door = |method, path, action, matter, handler: Handler| {
        let behind = Behind::Matter(matter);
        (
            Door {
                method,
                path,
                action,
                behind,
            },
            handler,
        )
    };
    let read = |path, matter, handler: Handler| door(Method::GET, path, Read, matter, handler);
    let export = |path, matter, handler: Handler| door(Method::GET, path, Export, matter, handler);
    let write = |path, matter, handler: Handler| door(Method::POST, path, Write, matter, handler);
    vec![
        read("/plan", M::Plan, get(plan::plan)),
        read("/measures", M::Plan, get(stand::measures)),
        read("/stand/{measure}", M::Plan, get(stand::stand)),
        read("/explain", M::Observation, get(explain::explain)),
        read("/evidence", M::Evidence, get(evidence::evidence)),
        read("/law", M::Law, get(law::standards)),
        read("/law/standard", M::Law, get(law::one_standard)),
        read("/law/key", M::Law, get(law::key)),
        read("/law/diff", M::Law, get(law::diff)),
        read("/law/side", M::Law, get(law::side)),
        read("/law/search", M::Law, get(law::search)),
        read("/law/doubts", M::Law, get(law::doubts)),
        read("/law/missing", M::Law, get(library::missing)),
        write("/law/addition", M::Law, post(library::addition)),
        read("/drafts", M::Draft, get(library::drafts)),
        write("/drafts", M::Draft, post(library::new_draft)),
        read("/what-if", M::Observation, get(what_if::what_if)),
        read("/what-if/choices", M::Observation, get(what_if::choices)),
        read("/functions", M::Function, get(figure::list)),
        read("/figure", M::Function, get(figure::evaluate)),
        read("/packets", M::Packet, get(packets::snapshot)),
        read("/packets/stream", M::Packet, get(packets::stream)),
        read("/quarantine", M::Packet, get(packets::quarantine)),
        write("/quarantine/{id}/replay", M::Packet, post(packets::replay)),
        read("/search", M::Plan, get(search::search)),
        read("/map/{what}", M::Map, get(pages::map)),
        export("/export/figure.xlsx", M::Function, get(export::figure)),
        export("/export/what-if.xlsx", M::Observation, get(export::what_if)),
        export("/export/{what}", M::Observation, get(export::export)),
        read("/status", M::Status, get(status::status)),
        // Who is there, and who may what.
        read("/session", M::SignIn, get(access::session)),
        write("/session", M::SignIn, post(access::sign_in)),
        door(Method::DELETE, "/session", Write, M::Own, delete(access::sign_out)),
        read("/link/{token}", M::SignIn, get(access::link)),
        write("/link/{token}", M::SignIn, post(access::use_link)),
        write("/own/password", M::Own, post(access::own_password)),
        write("/own/factor", M::Own, post(access::own_factor)),
        write("/own/factor/confirm", M::Own, post(access::own_factor_confirm)),
        read("/accounts", M::Account, get(access::accounts)),
        write("/accounts", M::Account, post(access::new_account)),
        write("/accounts/{id}/state", M::Account, post(access::account_state)),
        write("/accounts/{id}/reset", M::Account, post(access::account_reset)),
        write("/accounts/{id}/unlock", M::Account, post(access::account_unlock)),
        write("/accounts/{id}/roles", M::Role, post(access::account_roles)),
        write(
            "/accounts/{id}/factor-clear",
            M::Role,
            post(access::account_factor_clear),
        ),
        read("/roles", M::Account, get(access::roles)),
        read("/policy", M::Policy, get(access::policy)),
        read("/audit", M::Audit, get(access::audit)),
        export("/audit.csv", M::Audit, get(access::audit_csv)),
        read("/packs/check", M::Pack, get(access::packs_check)),
    ]
    .into_iter()
    .chain(
        crate::rooms::doors()
            .into_iter()
            .map(|(method, path, action, handler)| {
                let behind = Behind::Rooms;
                (
                    Door {
                        method,
                        path,
                        action,
                        behind,
                    },
                    handler,
                )
            }),
    )
    .collect()
}

/// The table of doors, for whoever wants to walk through all of them.
pub fn doors() -> Vec<Door> {
    table().into_iter().map(|(door, _)| door).collect()
}

/// The API: every door with its guard.
pub(crate) fn api(app: &Arc<App>) -> Router<Arc<App>> {
    table().into_iter().fold(Router::new(), |router, (door, handler)| {
        let path = door.path;
        let gate = access::Gate {
            app: app.clone(),
            action: door.action,
            behind: door.behind,
        };
        router.route(path, handler.layer(from_fn_with_state(gate, access::guard)))
    })
}
