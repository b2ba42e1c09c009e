//! `camsweep schema`: what the documents look like that programs read.

use schemars::JsonSchema;

use super::args::SchemaOf;
use crate::deliver::notice::Notice;
use crate::record::ReplyLine;
use crate::report::model::Report;
use crate::store::{diff::Diff, transfer};

/// The JSON schema of a format.
pub fn schema(format: SchemaOf) -> String {
    match format {
        SchemaOf::Reply => text::<ReplyLine>(),
        SchemaOf::Report => text::<Report>(),
        SchemaOf::Diff => text::<Diff>(),
        SchemaOf::Export => text::<transfer::Line>(),
        SchemaOf::Notice => text::<Notice>(),
    }
}

fn text<T: JsonSchema>() -> String {
    format!("{:#}\n", schemars::schema_for!(T).as_value())
}
