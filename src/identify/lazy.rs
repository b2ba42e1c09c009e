//! Regular expressions that are compiled when the first text comes that they may fit. In a run most never do, and to compile
//! those of all makers takes longer than a small sweep.

use std::ops::Deref;
use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

/// One of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub struct LazyRegex {
    text: String,
    compiled: OnceLock<Regex>,
}

impl LazyRegex {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Compiles it now.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub(super) fn check(&self) -> Result<(), String> {
        let compiled = Regex::new(&self.text).map_err(|why| why.to_string())?;
        self.compiled.get_or_init(|| compiled);
        Ok(())
    }
}

impl From<String> for LazyRegex {
    fn from(text: String) -> Self {
        LazyRegex {
            text,
            compiled: OnceLock::new(),
        }
    }
}

impl Deref for LazyRegex {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        let compile = || Regex::new(&self.text).expect("whoever read it has checked it, of our own files a test");
        self.compiled.get_or_init(compile)
    }
}
