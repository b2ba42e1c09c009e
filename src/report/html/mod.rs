//! `--format html`: the report as one page.

pub mod chart;
mod devices;
pub mod page;
mod summary;

use maud::{Markup, html};

use super::model::Report;
use super::outline::{self, Group, METHOD, Section};
use super::words::when;
use page::{Text, list};

const TITLE: &str = "Cameras found by camsweep";

/// The report as a page. `all`: hosts of no known maker too.
pub fn text(report: &Report, all: bool) -> String {
    let groups = outline::groups(report, all);
    let parts = [
        ("summary", "Summary", summary::markup(report)),
        ("devices", "Devices", tables(report, &groups, all)),
        ("findings", "What is to be known", findings(report)),
        ("coverage", "What was looked at", sections(&outline::looked_at(report))),
        ("evidence", "Evidence", devices::evidence(&groups)),
        ("method", "Data, method and limits", method(report)),
    ];
    page::page(TITLE, &header(report), &parts)
}

fn header(report: &Report) -> Markup {
    html! {
        p.headline { (Text(&outline::headline(report))) }
        p.muted { "From " (Text(&when(&report.started))) " to " (Text(&when(&report.finished))) "." }
    }
}

fn tables(report: &Report, groups: &[Group], all: bool) -> Markup {
    html! {
        @if groups.is_empty() { p { "No device to list." } }
        @for group in groups { (devices::table(group)) }
        @if let Some(others) = outline::others(report, all) { p.muted { "And " (others) "." } }
    }
}

fn findings(report: &Report) -> Markup {
    let findings = outline::findings(report);
    html! {
        @if findings.is_empty() { p { "Nothing beside the table." } }
        (sections(&findings))
    }
}

fn sections(sections: &[Section]) -> Markup {
    html! {
        @for section in sections.iter().filter(|section| !section.lines.is_empty()) {
            h3 { (section.heading) }
            (list(&section.lines))
        }
    }
}

fn method(report: &Report) -> Markup {
    html! {
        (sections(&[outline::data(report), outline::policies(report)]))
        h3 { "Method and limits" }
        @for words in METHOD { p { (words) } }
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine};
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::super::sample::{behind, camera, device, report, tampered};
    use super::page::SCRIPT;
    use super::*;

    #[test]
    fn the_parts_stand_in_their_order() {
        let page = text(&report(vec![camera(), device("10.0.0.9", None)]), false);
        let parts = [
            "<!DOCTYPE html><html lang=\"en\">",
            "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-",
            "1 Hikvision or Dahua unit(s) among 2 hosts",
            "<section id=\"summary\"",
            "<section id=\"devices\"",
            "<th scope=\"row\">10.0.0.5</th>",
            "And 1 other host",
            "Known to be exploited",
            "192.0.2.0/24 on eth0",
            "units that are switched off",
            "<details>",
            "MAC registry: 2026-01-01",
            "no proof that there is none",
            "</html>\n",
        ];
        let mut rest = page.as_str();
        for part in parts {
            rest = rest.split_once(part).unwrap_or_else(|| panic!("{part}: {page}")).1;
        }
    }

    #[test]
    fn it_loads_nothing_and_runs_its_one_script_only() {
        let whole = text(&report(vec![camera()]), true);
        let script = format!("<script>{SCRIPT}</script>");
        assert_eq!(whole.matches(&script).count(), 1);
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval") && !SCRIPT.contains('<'));
        let page = whole.replace(&script, "");
        for word in [
            "<script",
            "javascript:",
            "src=",
            "url(",
            "@import",
            "style=",
            "<link",
            "<iframe",
            " on",
        ] {
            let attribute = |at: usize| word == " on" && !page[at..].split(['>', '<']).next().unwrap().contains('=');
            let found: Vec<&str> = page
                .match_indices(word)
                .filter(|(at, _)| !attribute(*at))
                .map(|(at, _)| &page[at..at + 20])
                .collect();
            assert!(found.is_empty(), "{word}: {found:?}");
        }
        // What the browser hashes is what stands between the tags.
        for (begin, end) in [("<style>", "</style>"), ("<script>", "</script>")] {
            let text = whole.split_once(begin).unwrap().1.split_once(end).unwrap().0;
            assert!(whole.contains(&BASE64_STANDARD.encode(Sha256::digest(text))), "{begin}");
        }
    }

    #[test]
    fn none_found_is_never_said_without_the_coverage() {
        let page = text(&report(Vec::new()), false);
        assert!(
            page.contains("No Hikvision or Dahua unit was found") && page.contains("192.0.2.0/24"),
            "{page}"
        );
    }

    #[test]
    fn a_page_of_5000_devices_can_be_mailed() {
        let mut one = camera();
        one.evidence = one.evidence.iter().cycle().take(40).cloned().collect();
        let mut report = report(vec![one; 5000]);
        crate::report::sites::Sites::one("a school with a name of some length").assign(&mut report);
        report.sites[0].sensitive = true;
        crate::report::lens::apply(&mut report, &crate::identify::policies::builtin());
        let page = text(&report, false);
        assert!(page.len() < 10 << 20, "{} bytes", page.len());
        assert!(page.contains("and 36 more of 40"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_comes_is_text(said in "[<>&\"'\\\\/a\n\u{1b}]{1,9}|.{1,9}") {
            let page = |said: &str| text(&report(vec![tampered(said), behind(said)]), true);
            let (plain, page) = (page("x"), page(&format!("x{said}")));
            for c in ['<', '>', '"', '\''] {
                prop_assert_eq!(page.matches(c).count(), plain.matches(c).count(), "{}", c);
            }
            prop_assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
            prop_assert_eq!(page.lines().count(), plain.lines().count());
            for (at, _) in page.match_indices('&') {
                let entity = ["&lt;", "&gt;", "&amp;", "&quot;", "&#39;"].iter().any(|entity| page[at..].starts_with(entity));
                prop_assert!(entity, "{:?}", page[at..].chars().take(9).collect::<String>());
            }
        }
    }
}
