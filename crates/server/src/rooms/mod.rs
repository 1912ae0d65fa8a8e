//! The rooms: pages of packs, registers, cases, score cards and ledgers. Every handler asks the one access function with
//! the room it works in; what a person may not see is covered, what is refused or revealed is in the log.

mod cases;
mod due;
mod exchange;
mod files;
mod form;
mod ledger;
mod page;
mod papers;
mod register;
mod score;
mod seat;
pub mod stands;

use crate::App;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::routing::{MethodRouter, get, post, put};
use books::access::Action;
use std::sync::Arc;

/// A door of the rooms: method, path below `/api`, what a request does there, and its handler.
pub(crate) type RoomDoor = (Method, &'static str, Action, MethodRouter<Arc<App>>);

/// All doors of the rooms.
pub(crate) fn doors() -> Vec<RoomDoor> {
    use Action::{Export, Import, Publish, Read, Remove, Take, Write};
    let large = |handler: MethodRouter<Arc<App>>| handler.layer(DefaultBodyLimit::max(files::MOST));
    let read = |path, handler| (Method::GET, path, Read, handler);
    let send = |path, action, handler| (Method::POST, path, action, handler);
    vec![
        read("/rooms", get(page::index)),
        read("/rooms/page/{pack}", get(page::page)),
        read("/rooms/calendar", get(due::days)),
        read("/rooms/notices", get(due::told)),
        send("/rooms/watch", Read, post(due::heed)),
        read("/rooms/openapi.json", get(exchange::api)),
        send("/rooms/verify", Read, large(post(papers::check_pack))),
        // Registers.
        read("/rooms/register/{pack}/{name}", get(register::schema)),
        read("/rooms/register/{pack}/{name}/records", get(register::list)),
        send("/rooms/register/{pack}/{name}/records", Write, post(register::add)),
        read("/rooms/register/{pack}/{name}/records/{id}", get(register::one)),
        (
            Method::PUT,
            "/rooms/register/{pack}/{name}/records/{id}",
            Write,
            put(register::change),
        ),
        read(
            "/rooms/register/{pack}/{name}/records/{id}/history",
            get(register::history),
        ),
        read("/rooms/register/{pack}/{name}/records/{id}/links", get(register::links)),
        send(
            "/rooms/register/{pack}/{name}/records/{id}/remove",
            Remove,
            post(register::remove),
        ),
        send(
            "/rooms/register/{pack}/{name}/records/{id}/restore",
            Remove,
            post(register::restore),
        ),
        read(
            "/rooms/register/{pack}/{name}/records/{id}/file/{hash}",
            get(files::of_record),
        ),
        send("/rooms/register/{pack}/{name}/merge", Remove, post(register::merge)),
        send("/rooms/register/{pack}/{name}/check", Write, post(register::check)),
        read("/rooms/register/{pack}/{name}/suggest", get(register::suggest)),
        send(
            "/rooms/register/{pack}/{name}/file",
            Write,
            large(post(files::to_register)),
        ),
        read(
            "/rooms/register/{pack}/{name}/template.xlsx",
            get(exchange::template_xlsx),
        ),
        send(
            "/rooms/register/{pack}/{name}/import",
            Import,
            large(post(exchange::import)),
        ),
        send(
            "/rooms/register/{pack}/{name}/problems",
            Import,
            large(post(exchange::problems)),
        ),
        send(
            "/rooms/register/{pack}/{name}/undo/{batch}",
            Import,
            post(exchange::undo_batch),
        ),
        (
            Method::GET,
            "/rooms/register/{pack}/{name}/file/{ending}",
            Export,
            get(exchange::export),
        ),
        read("/rooms/register/{pack}/{name}/layer", get(exchange::map_layer)),
        read("/rooms/register/{pack}/{name}/views", get(exchange::views)),
        send("/rooms/register/{pack}/{name}/views", Read, post(exchange::keep)),
        send(
            "/rooms/register/{pack}/{name}/views/{view}/drop",
            Read,
            post(exchange::forget),
        ),
        // Cases.
        read("/rooms/case/{pack}/{name}", get(cases::schema)),
        read("/rooms/case/{pack}/{name}/cases", get(cases::list)),
        read("/rooms/case/{pack}/{name}/cases/{id}", get(cases::one)),
        read("/rooms/case/{pack}/{name}/suggest", get(register::suggest_case)),
        send("/rooms/case/{pack}/{name}/take", Take, post(cases::step)),
        send("/rooms/case/{pack}/{name}/bulk", Take, post(cases::bulk)),
        send(
            "/rooms/case/{pack}/{name}/cases/{id}/hand-over",
            Take,
            post(cases::hand),
        ),
        send("/rooms/case/{pack}/{name}/file", Take, large(post(files::to_case))),
        read("/rooms/case/{pack}/{name}/cases/{id}/file/{hash}", get(files::of_case)),
        (
            Method::GET,
            "/rooms/case/{pack}/{name}/sheet/{sheet}",
            Export,
            get(papers::sheet),
        ),
        (
            Method::GET,
            "/rooms/case/{pack}/{name}/cases/{id}/pack.zip",
            Export,
            get(papers::pack),
        ),
        // Score cards.
        read("/rooms/score/{pack}/{name}", get(score::schema)),
        read("/rooms/score/{pack}/{name}/results", get(score::results)),
        read("/rooms/score/{pack}/{name}/results/{id}", get(score::result)),
        send("/rooms/score/{pack}/{name}/evaluate", Write, post(score::evaluate)),
        send("/rooms/score/{pack}/{name}/simulate", Read, post(score::simulate)),
        send("/rooms/score/{pack}/{name}/publish", Publish, post(score::publish)),
        send("/rooms/score/{pack}/{name}/contest", Take, post(score::contest)),
        // Ledgers.
        read("/rooms/ledger/{pack}/{name}", get(ledger::schema)),
        read("/rooms/ledger/{pack}/{name}/trial", get(ledger::trial)),
        read("/rooms/ledger/{pack}/{name}/statement", get(ledger::statement)),
        read("/rooms/ledger/{pack}/{name}/entries", get(ledger::entries)),
        send("/rooms/ledger/{pack}/{name}/entries", Write, post(ledger::post)),
        read("/rooms/ledger/{pack}/{name}/entries/{id}", get(ledger::entry)),
        send(
            "/rooms/ledger/{pack}/{name}/entries/{id}/reverse",
            Write,
            post(ledger::reverse),
        ),
        send("/rooms/ledger/{pack}/{name}/close", Write, post(ledger::close)),
    ]
}
