//! What comes in and goes out of a register as files: template, import with its report and its undoing, export, the map
//! layer, kept views, the description of the API.

use super::register::Name;
use super::seat::{Asked, Raw, Seat, XLSX, file};
use crate::error::{ApiError, ApiResult, Q};
use crate::state::blocking;
use axum::Json;
use axum::extract::Path;
use axum::response::Response;
use books::access::Action;
use books::register::{
    Mode, SavedView, csv, drop_view, keep_view, layer, openapi, rows_of, saved_views, template, undo, xlsx,
};
use serde::Deserialize;
use serde_json::{Value, json};

fn room((pack, name): &Name) -> String {
    format!("register:{pack}/{name}")
}

fn id((pack, name): &Name) -> String {
    format!("{pack}/{name}")
}

/// `GET …/template.xlsx`
pub async fn template_xlsx(seat: Seat, Path(name): Path<Name>) -> ApiResult<Response> {
    seat.may(Action::Read, &room(&name), "").await?;
    let desk = seat.desk(&id(&name))?;
    let title = desk.register().title.zh.clone();
    let bytes = blocking(move || Ok(template(&desk)?)).await?;
    Ok(file(&format!("{title}-模板.xlsx"), XLSX, bytes))
}

#[derive(Deserialize)]
pub struct How {
    /// 1: nothing is kept.
    #[serde(default)]
    dry: u8,
    mode: Option<Mode>,
    #[serde(default)]
    name: String,
}

impl How {
    fn mode(&self) -> Mode {
        match self.dry {
            0 => self.mode.unwrap_or(Mode::Whole),
            _ => Mode::Dry,
        }
    }
}

/// `POST …/import?dry=1` or `?mode=dry|whole|good`: the workbook (or CSV) is the body. The report names every cell.
pub async fn import(seat: Seat, Path(name): Path<Name>, Q(how): Q<How>, Raw(bytes): Raw) -> ApiResult<Json<Value>> {
    let may = seat.may(Action::Import, &room(&name), "").await?;
    let desk = seat.desk(&id(&name))?.within(may.decision.scope.clone());
    let raw = bytes.clone();
    let rows = blocking(move || Ok(rows_of(&raw)?)).await?;
    let source = books::Hash::Sha256.hex(&bytes);
    let mode = how.mode();
    if mode != Mode::Dry {
        // The workbook itself is evidence: it is kept before anything is taken from it.
        super::files::keep(&seat, &how.name, &bytes, "import").await?;
    }
    let author = seat.author(&format!("导入 {}", how.name));
    match desk.import_rows(rows, source, mode, false, author).await {
        Ok(report) => Ok(Json(json!(report))),
        Err(e) => Err(seat.answer(Action::Import, &may, "", e).await),
    }
}

/// `POST …/problems`: the workbook back, with a column that says what is wrong with each row.
pub async fn problems(seat: Seat, Path(name): Path<Name>, Raw(bytes): Raw) -> ApiResult<Response> {
    let may = seat.may(Action::Import, &room(&name), "").await?;
    let desk = seat.desk(&id(&name))?.within(may.decision.scope.clone());
    let raw = bytes.clone();
    let rows = blocking(move || Ok(rows_of(&raw)?)).await?;
    let report = desk
        .import_rows(rows.clone(), String::new(), Mode::Dry, false, seat.author(""))
        .await?;
    let out = blocking(move || Ok(desk.problems(&rows, &report)?)).await?;
    Ok(file("问题.xlsx", XLSX, out))
}

/// `POST …/undo/{batch}`: takes a whole import back.
pub async fn undo_batch(
    seat: Seat,
    Path((pack, name, batch)): Path<(String, String, String)>,
) -> ApiResult<Json<Value>> {
    let name = (pack, name);
    let may = seat.may(Action::Import, &room(&name), &batch).await?;
    let books = seat.books()?;
    let missing = || ApiError::not_found(format!("没有批次“{batch}”"), format!("there is no batch {batch}"));
    let doc = books.get("batch", &batch).await?.ok_or_else(missing)?;
    if doc.text("register") != id(&name) {
        return Err(missing());
    }
    let first = books.history("batch", &batch).await?.into_iter().next();
    let mine = first.is_some_and(|e| e.author.actor == seat.who.actor());
    if !mine {
        // Somebody else's import is taken back by those who may remove.
        seat.may(Action::Remove, &room(&name), &batch).await?;
    }
    let author = books::Author::new(seat.who.actor(), "撤销导入");
    match undo(books, &batch, author).await {
        Ok(n) => Ok(Json(json!({"undone": n}))),
        Err(e) => Err(seat.answer(Action::Import, &may, &batch, e).await),
    }
}

/// `GET …/export.xlsx` and `…/export.csv`: all records of the list.
pub async fn export(
    seat: Seat,
    Path((pack, name, ending)): Path<(String, String, String)>,
    Q(asked): Q<Asked>,
) -> ApiResult<Response> {
    let name = (pack, name);
    let may = seat.may(Action::Export, &room(&name), "").await?;
    let desk = seat.desk(&id(&name))?;
    let fields = desk.register().fields.clone();
    let mut list = asked.fill(desk.list(may.decision.scope.clone()), &fields, &may)?;
    list.after = None;
    let sheet = desk.sheet(&list, &may.decision.hidden).await?;
    let title = format!("{}-{}", sheet.title, seat.today);
    match ending.as_str() {
        "export.xlsx" => {
            let bytes = blocking(move || Ok(xlsx(&sheet)?)).await?;
            Ok(file(&format!("{title}.xlsx"), XLSX, bytes))
        }
        "export.csv" => Ok(file(&format!("{title}.csv"), "text/csv; charset=utf-8", csv(&sheet)?)),
        other => Err(ApiError::not_found(
            format!("没有“{other}”；可用 export.xlsx、export.csv"),
            format!("there is no {other}; there are export.xlsx and export.csv"),
        )),
    }
}

#[derive(Deserialize)]
pub struct Frame {
    /// `west,south,east,north`.
    bbox: Option<String>,
}

/// `GET …/layer`: the records with a place, as GeoJSON.
pub async fn map_layer(
    seat: Seat,
    Path(name): Path<Name>,
    Q(asked): Q<Asked>,
    Q(frame): Q<Frame>,
) -> ApiResult<Json<Value>> {
    let may = seat.may(Action::Read, &room(&name), "").await?;
    let desk = seat.desk(&id(&name))?;
    let list = asked.fill(desk.list(may.decision.scope.clone()), &desk.register().fields, &may)?;
    let bbox = frame.bbox.map(|text| {
        let parts: Vec<String> = text.split(',').map(|p| p.trim().to_string()).collect();
        <[String; 4]>::try_from(parts).map_err(|_| {
            ApiError::bad(
                "bbox 应为 西,南,东,北 四个数",
                "bbox is four numbers: west,south,east,north",
            )
        })
    });
    let shapes = layer(&desk, &list, bbox.transpose()?.as_ref(), &may.decision.hidden).await?;
    Ok(Json(shapes.unwrap_or_else(
        || json!({"type": "FeatureCollection", "features": [], "none": true}),
    )))
}

/// `GET …/views`
pub async fn views(seat: Seat, Path(name): Path<Name>) -> ApiResult<Json<Value>> {
    seat.may(Action::Read, &room(&name), "").await?;
    let all = saved_views(seat.books()?, &id(&name), seat.who.actor()).await?;
    let shown = all
        .into_iter()
        .map(|(owner, view)| json!({"mine": owner == seat.who.actor(), "owner": owner, "view": view}));
    Ok(Json(shown.collect()))
}

fn signed_in(seat: &Seat) -> ApiResult<()> {
    if seat.who.known() {
        return Ok(());
    }
    let words = ::figure::Text::new("登录后才能保存自己的视图。", "Sign in to keep a view of your own.");
    Err(ApiError::denied(false, words))
}

/// `POST …/views`: keeps one under its name.
pub async fn keep(seat: Seat, Path(name): Path<Name>, Json(view): Json<SavedView>) -> ApiResult<Json<Value>> {
    seat.may(Action::Read, &room(&name), "").await?;
    signed_in(&seat)?;
    keep_view(
        seat.books()?,
        &id(&name),
        &view,
        books::Author::new(seat.who.actor(), ""),
    )
    .await?;
    Ok(Json(json!({"ok": true})))
}

/// `POST …/views/{view}/drop`
pub async fn forget(seat: Seat, Path((pack, name, view)): Path<(String, String, String)>) -> ApiResult<Json<Value>> {
    let name = (pack, name);
    seat.may(Action::Read, &room(&name), "").await?;
    signed_in(&seat)?;
    drop_view(
        seat.books()?,
        &id(&name),
        &view,
        books::Author::new(seat.who.actor(), ""),
    )
    .await?;
    Ok(Json(json!({"ok": true})))
}

/// `GET /rooms/openapi.json`: the registers that the person may read.
pub async fn api(seat: Seat) -> ApiResult<Json<Value>> {
    let mut packs = (**seat.packs()).clone();
    packs
        .registers
        .retain(|_, r| seat.can(Action::Read, &books::access::Target::register(r)));
    Ok(Json(openapi(&packs)))
}
