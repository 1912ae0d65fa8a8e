//! A change as JSON merge patch (RFC 7396): what a field becomes, `null` for a field taken away.
//! The state of a record is the fold of its patches, so history, difference and rebuild are one mechanism.

use serde_json::{Map, Value};

/// Lays `patch` over `target`.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(into) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            into.remove(key);
        } else {
            merge(into.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// The patch that turns `from` into `to`: `merge(from, diff(from, to)) == to` for objects without `null` members.
pub fn diff(from: &Value, to: &Value) -> Value {
    let (Value::Object(a), Value::Object(b)) = (from, to) else {
        return to.clone();
    };
    let mut patch = Map::new();
    for (key, value) in b {
        match a.get(key) {
            Some(old) if old == value => {}
            Some(old @ Value::Object(_)) if value.is_object() => {
                patch.insert(key.clone(), diff(old, value));
            }
            _ => {
                patch.insert(key.clone(), value.clone());
            }
        }
    }
    for key in a.keys().filter(|k| !b.contains_key(*k)) {
        patch.insert(key.clone(), Value::Null);
    }
    Value::Object(patch)
}

/// JSON text with sorted keys and no spaces: what is hashed and stored, the same on every machine.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let members: Vec<String> = keys
                .iter()
                .map(|k| format!("{}:{}", Value::String((*k).clone()), canonical(&map[*k])))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn object() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Value::from),
            "[a-z甲乙]{0,4}".prop_map(Value::from),
            any::<bool>().prop_map(Value::from)
        ];
        let inner = leaf.prop_recursive(3, 24, 4, |x| {
            prop_oneof![
                prop::collection::vec(x.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a-c]", x, 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        });
        prop::collection::btree_map("[a-d]", inner, 0..5).prop_map(|m| Value::Object(m.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn a_difference_leads_from_one_to_the_other(a in object(), b in object()) {
            let mut c = a.clone();
            merge(&mut c, &diff(&a, &b));
            prop_assert_eq!(canonical(&c), canonical(&b));
        }
    }

    #[test]
    fn null_takes_a_field_away_and_keys_are_sorted() {
        let mut v = json!({"b": 1, "a": {"x": 1, "y": 2}});
        merge(&mut v, &json!({"a": {"x": null}, "c": [1]}));
        assert_eq!(canonical(&v), r#"{"a":{"y":2},"b":1,"c":[1]}"#);
    }
}
