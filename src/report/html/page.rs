//! What every page has: one file that needs nothing else, for a screen and for paper. Its one script sorts and filters
//! the tables; the page says everything without it.

use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};
use sha2::{Digest, Sha256};

use crate::report::escape::escape;

pub(super) const STYLE: &str = include_str!("style.css");
pub(super) const SCRIPT: &str = include_str!("table.js");

/// A text that may come from a device: no markup, no quote, no control character gets through.
pub struct Text<'a>(pub &'a str);

impl Render for Text<'_> {
    fn render_to(&self, page: &mut String) {
        for c in escape(self.0).chars() {
            match c {
                '<' => page.push_str("&lt;"),
                '>' => page.push_str("&gt;"),
                '&' => page.push_str("&amp;"),
                '"' => page.push_str("&quot;"),
                '\'' => page.push_str("&#39;"),
                c => page.push(c),
            }
        }
    }
}

/// A part of a page: its id, its heading, what is in it.
pub type Part = (&'static str, &'static str, Markup);

/// The whole page. `header`: what stands below the title; the parts are listed there by their headings.
pub fn page(title: &str, header: &Markup, parts: &[Part]) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body {
                header {
                    h1 { (title) }
                    (header)
                    nav aria-label="Contents" {
                        ul { @for (id, name, _) in parts { li { a href={ "#" (id) } { (name) } } } }
                    }
                }
                main { @for (id, name, content) in parts { (part(id, name, content)) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="referrer" content="no-referrer";
            title { (title) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// Nothing is loaded or sent; the one style and the one script are known by their hashes, and no other runs.
fn policy() -> String {
    let [style, script] = [STYLE, SCRIPT].map(|text| BASE64_STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

fn part(id: &str, name: &str, content: &Markup) -> Markup {
    html! { section id=(id) aria-labelledby={ (id) "-name" } { h2 id={ (id) "-name" } { (name) } (content) } }
}

/// A list of texts that may come from a device.
pub fn list(lines: &[String]) -> Markup {
    html! { ul { @for line in lines { li { (Text(line)) } } } }
}
