//! What is printed or taken away of cases: sheets (docx, xlsx) and evidence packs.

use super::cases::{gathered, procedure};
use super::seat::{Asked, DOCX, Raw, Seat, XLSX, file};
use crate::error::{ApiError, ApiResult, Q};
use crate::state::blocking;
use axum::Json;
use axum::extract::Path;
use axum::response::Response;
use books::access::Action;
use books::evidence_pack::{Enclosure, Enclosures, export, known, verify, wanted};
use books::procedure::Case;
use books::sheet::{Desk, sheet_docx, sheet_xlsx};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub struct Which {
    /// One case; none: those of the list.
    case: Option<String>,
    /// 填报单位.
    #[serde(default)]
    unit: String,
}

/// `GET /case/{pack}/{name}/sheet/{sheet}.docx` or `.xlsx`
pub async fn sheet(
    seat: Seat,
    Path((pack, name, wanted)): Path<(String, String, String)>,
    Q(which): Q<Which>,
    Q(asked): Q<Asked>,
) -> ApiResult<Response> {
    let p = procedure(&seat, &(pack, name))?;
    let (sheet, ending) = wanted.rsplit_once('.').unwrap_or((wanted.as_str(), ""));
    let may = seat
        .may(Action::Export, &p.room(), which.case.as_deref().unwrap_or(""))
        .await?;
    let mut docs = match &which.case {
        Some(id) => vec![seat.record(&p.room(), id, None).await?.1],
        None => gathered(&seat, p, &may, &asked).await?,
    };
    docs.iter_mut().for_each(|d| may.decision.hide(&mut d.body));
    let title = p.sheets.iter().find(|s| s.id == sheet).map(|s| s.title.zh.clone());
    let title: String = title
        .unwrap_or_default()
        .chars()
        .filter(|c| !"{}/\\".contains(*c))
        .collect();
    let (packs, law, today, id) = (seat.packs().clone(), seat.law.clone(), seat.today, p.id.clone());
    let (sheet, unit, docx) = (sheet.to_string(), which.unit, ending == "docx");
    if !matches!(ending, "docx" | "xlsx") {
        return Err(ApiError::not_found(
            format!("没有“{wanted}”；表单可存为 docx 或 xlsx"),
            format!("there is no {wanted}: a sheet is docx or xlsx"),
        ));
    }
    let bytes = blocking(move || {
        let desk = Desk {
            packs: &packs,
            law: &law,
            today,
            unit: &unit,
        };
        Ok(if docx {
            sheet_docx(&desk, &id, &sheet, &docs)?
        } else {
            sheet_xlsx(&desk, &id, &sheet, &docs)?
        })
    })
    .await?;
    let kind = if docx { DOCX } else { XLSX };
    Ok(file(&format!("{title}-{today}.{ending}"), kind, bytes))
}

#[derive(Deserialize)]
pub struct Reason {
    #[serde(default)]
    reason: String,
}

/// `GET …/cases/{id}/pack.zip?reason=`: the evidence pack. It holds the events whole, personal data too: so who takes it
/// must be allowed to see them, and says what for.
pub async fn pack(
    seat: Seat,
    Path((pack, name, id)): Path<(String, String, String)>,
    Q(q): Q<Reason>,
) -> ApiResult<Response> {
    let p = procedure(&seat, &(pack, name))?;
    let may = seat.may(Action::Export, &p.room(), &id).await?;
    let reveal = (!may.target.personal.is_empty()).then(|| match q.reason.trim() {
        "" => "导出证据包",
        why => why,
    });
    let (_, doc) = seat.record(&p.room(), &id, reveal).await?;
    let case = Case::read(doc);
    let (app, files) = (seat.app.clone(), wanted(&case));
    let attachments = blocking(move || {
        let one = |f: books::procedure::Attached| {
            let bytes = app.evidence.file(&f.hash).ok()?;
            Some(Enclosure {
                reference: f.hash,
                name: f.name,
                bytes,
            })
        };
        Ok(files.into_iter().filter_map(one).collect())
    })
    .await?;
    let with = Enclosures {
        attachments,
        ..Enclosures::default()
    };
    let author = books::Author::new(seat.who.actor(), q.reason.trim());
    let now = seat.app.now_ms();
    let sealed = export(seat.books()?, seat.packs(), &seat.law, (&p.id, &id), with, now, author).await?;
    Ok(file(&format!("{id}.zip"), "application/zip", sealed.bytes))
}

/// `POST /rooms/verify`: checks an evidence pack, and whether these books made it.
pub async fn check_pack(seat: Seat, Raw(bytes): Raw) -> ApiResult<Json<Value>> {
    let report = blocking(move || Ok(verify(&bytes))).await?;
    let made = known(seat.books()?, &report.seal).await?;
    Ok(Json(
        json!({"report": report, "ours": made.map(|d| json!({"at": d.at}))}),
    ))
}
