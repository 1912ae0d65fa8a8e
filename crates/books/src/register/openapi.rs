//! The API of the registers, described in OpenAPI 3.1 from the packs alone.

use crate::pack::{Field, Kind, Packs, Register};
use serde_json::{Value, json};

fn text(words: &crate::pack::Words) -> String {
    match (words.zh.is_empty(), words.en.is_empty()) {
        (false, false) => format!("{} / {}", words.zh, words.en),
        (false, true) => words.zh.clone(),
        _ => words.en.clone(),
    }
}

fn schema(packs: &Packs, pack: &str, f: &Field) -> Value {
    let codes: Option<Vec<&str>> = f
        .codes
        .as_ref()
        .and_then(|c| packs.codes.get(&Packs::name(pack, c)))
        .map(|l| l.codes.iter().map(|c| c.code.as_str()).collect());
    let mut one = match f.kind {
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Number | Kind::Longitude | Kind::Latitude => {
            json!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$", "x-number": true})
        }
        Kind::Integer => json!({"type": "string", "pattern": "^-?[0-9]+$", "x-number": true}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Time => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$"}),
        _ => json!({"type": "string"}),
    };
    let mut set = |key: &str, value: Value| {
        if !value.is_null() {
            one[key] = value;
        }
    };
    set("pattern", f.pattern.clone().map_or(Value::Null, Value::from));
    set("maxLength", f.length.map_or(Value::Null, Value::from));
    set("enum", codes.map_or(Value::Null, Value::from));
    set("x-unit", f.unit.clone().map_or(Value::Null, Value::from));
    set("x-min", f.min.clone().map_or(Value::Null, Value::from));
    set("x-max", f.max.clone().map_or(Value::Null, Value::from));
    set("x-check", f.check.clone().map_or(Value::Null, Value::from));
    set(
        "x-link",
        f.to.as_ref().map_or(Value::Null, |t| Packs::name(pack, t).into()),
    );
    let many = matches!(f.kind, Kind::Codes | Kind::Links | Kind::Files);
    let mut whole = if many {
        json!({"type": "array", "items": one})
    } else {
        one
    };
    whole["title"] = text(&f.title).into();
    let note = text(&f.note);
    if !note.is_empty() {
        whole["description"] = note.into();
    }
    whole
}

fn component(r: &Register) -> String {
    r.id.replace('/', ".")
}

fn record(packs: &Packs, r: &Register) -> Value {
    let pack = r.id.split('/').next().unwrap_or("");
    let fields: serde_json::Map<String, Value> = r
        .fields
        .iter()
        .map(|f| (f.name.clone(), schema(packs, pack, f)))
        .collect();
    let must: Vec<&String> = r.fields.iter().filter(|f| f.required).map(|f| &f.name).collect();
    json!({"type": "object", "title": text(&r.title), "description": text(&r.note), "properties": fields, "required": must})
}

fn answer(words: &str, schema: Value) -> Value {
    json!({"description": words, "content": {"application/json": {"schema": schema}}})
}

/// The description. Paths: `/api/rooms/register/PACK/NAME`, below it `/records`, `/records/{id}`, `/records/{id}/history`,
/// `/template.xlsx`, `/import`, `/file/export.xlsx`, `/layer`.
pub fn openapi(packs: &Packs) -> Value {
    let mut paths = json!({});
    let mut schemas = json!({
        "Fault": {"type": "object", "properties": {"field": {"type": "string"}, "words": {"$ref": "#/components/schemas/Words"}}},
        "Words": {"type": "object", "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}},
        "Saved": {"type": "object", "properties": {"id": {"type": "string"}, "version": {"type": "integer"}, "changed": {"type": "boolean"}}},
    });
    let refused = answer(
        "Faults by field / 各字段的问题",
        json!({"type": "array", "items": {"$ref": "#/components/schemas/Fault"}}),
    );
    let clash = answer(
        "Changed meanwhile / 已被他人修改",
        json!({"$ref": "#/components/schemas/Words"}),
    );
    let saved = answer("Saved / 已保存", json!({"$ref": "#/components/schemas/Saved"}));
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let expect = json!({"name": "If-Match", "in": "header", "description": "version that was read / 读到的版本", "schema": {"type": "integer"}});
    for r in packs.registers.values() {
        let name = component(r);
        schemas[&name] = record(packs, r);
        let of = json!({"$ref": format!("#/components/schemas/{name}")});
        let doc = json!({"type": "object", "properties": {"id": {"type": "string"}, "version": {"type": "integer"}, "at": {"type": "integer"}, "fields": of}});
        let body = json!({"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"fields": of, "reason": {"type": "string"}}}}}});
        let tag = json!([text(&r.title)]);
        let room = format!("/api/rooms/register/{}", r.id);
        let base = format!("{room}/records");
        let query: Vec<Value> = ["words", "filter", "sort", "after", "limit"]
            .iter()
            .map(|q| json!({"name": q, "in": "query", "schema": {"type": "string"}}))
            .collect();
        paths[&base] = json!({
            "get": {"tags": tag, "summary": "List / 列表", "parameters": query, "responses": {"200": answer("A page / 一页", json!({"type": "object", "properties": {"rows": {"type": "array", "items": doc}, "next": {"type": "string"}}}))}},
            "post": {"tags": tag, "summary": "Add / 新增", "requestBody": body, "responses": {"200": saved, "422": refused}},
        });
        paths[format!("{base}/{{id}}")] = json!({
            "parameters": [id],
            "get": {"tags": tag, "summary": "One record / 一条记录", "responses": {"200": answer("The record / 记录", doc)}},
            "put": {"tags": tag, "summary": "Change / 修改", "parameters": [expect], "requestBody": body, "responses": {"200": saved, "409": clash, "422": refused}},
        });
        paths[format!("{base}/{{id}}/remove")] = json!({
            "parameters": [id],
            "post": {"tags": tag, "summary": "Take out / 移出", "parameters": [expect], "responses": {"200": saved, "409": clash}},
        });
        paths[format!("{base}/{{id}}/history")] = json!({
            "parameters": [id],
            "get": {"tags": tag, "summary": "History / 历史", "responses": {"200": answer("Steps / 变更", json!({"type": "array", "items": {"type": "object"}}))}},
        });
        let file = |zh: &str, kind: &str| json!({"description": zh, "content": {kind: {"schema": {"type": "string", "format": "binary"}}}});
        let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        paths[format!("{room}/template.xlsx")] =
            json!({"get": {"tags": tag, "summary": "Template / 模板", "responses": {"200": file("模板", xlsx)}}});
        paths[format!("{room}/file/export.xlsx")] =
            json!({"get": {"tags": tag, "summary": "Export / 导出", "responses": {"200": file("导出", xlsx)}}});
        paths[format!("{room}/import")] = json!({"post": {
            "tags": tag, "summary": "Import / 导入",
            "parameters": [{"name": "mode", "in": "query", "schema": {"type": "string", "enum": ["dry", "whole", "good"]}}],
            "requestBody": {"required": true, "content": {xlsx: {"schema": {"type": "string", "format": "binary"}}, "text/csv": {"schema": {"type": "string"}}}},
            "responses": {"200": answer("Report / 导入报告", json!({"type": "object"})), "422": refused},
        }});
        if [Kind::Longitude, Kind::Latitude]
            .iter()
            .all(|k| r.fields.iter().any(|f| f.kind == *k))
        {
            paths[format!("{room}/layer")] = json!({"get": {"tags": tag, "summary": "Map layer / 地图图层", "responses": {"200": file("GeoJSON", "application/geo+json")}}});
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "青山 Qingshan: registers / 名录", "version": env!("CARGO_PKG_VERSION")},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}
