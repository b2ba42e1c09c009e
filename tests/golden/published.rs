//! What camsweep writes, held against the schemas that it publishes.

use std::fs;

use serde_json::Value;

/// Fails where a document is not of the form that `docs/schema/NAME.json` describes.
pub fn holds(name: &str, document: &Value) {
    let wrong = faults(name, document);
    assert!(
        wrong.is_empty(),
        "not what docs/schema/{name}.json describes: {wrong:#?}"
    );
}

/// Where a document is not of that form, and how.
pub fn faults(name: &str, document: &Value) -> Vec<String> {
    let path = format!("{}/docs/schema/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let faults = schema.iter_errors(document);
    faults
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect()
}
