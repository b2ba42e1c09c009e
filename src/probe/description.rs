//! The UPnP description that a host announced by SSDP: from its own address, whatever host the announcement names.

use super::tcp::{Asked, Page, Signs, Whom};
use crate::fact::Protocol;
use crate::net::{Ask, Door};

/// The most connections to one host.
pub const MAX_CONNECTIONS: u64 = 1;

/// Whether there is a description, it can be a camera's, and something that stands in one is missing.
pub fn is_called_for(signs: &Signs) -> bool {
    let known = &signs.known;
    let missing = !(signs.confirmed && known.model && known.serial);
    missing && signs.camera && signs.description.as_ref().is_some_and(is_document)
}

/// Whether it is a plain document. Anybody on the segment can announce a page in another's name, and the page of a
/// camera that does something when it is fetched is no document.
fn is_document(page: &Page) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    page.path.to_ascii_lowercase().ends_with(".xml") && page.path.chars().all(is_plain)
}

/// Asks one host.
pub async fn ask<D: Door>(door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
    let Some(page) = &signs.description else {
        return Vec::new();
    };
    let answer = door.fetch(whom.fetch(page.web, Ask::Get(page.path.clone()))).await;
    let (question, asked) = (format!("upnp {}", page.web.port), format!("GET {}", page.path));
    vec![whom.asked(question, page.web.port, Protocol::Ssdp, &asked, answer)]
}

#[cfg(test)]
mod tests {
    use super::super::tcp::{Known, Web};
    use super::*;

    #[test]
    fn a_document_is_fetched_where_a_camera_has_one_and_something_is_missing() {
        let all = Known {
            model: true,
            serial: true,
            ..Known::default()
        };
        let table = [
            ("/upnp_device_desc.xml", true, false, all, true),
            ("/a/rootDesc1.XML", true, true, Known::default(), true),
            ("/d.xml", true, true, all, false),
            ("/d.xml", false, false, Known::default(), false),
            (
                "/cgi-bin/magicBox.cgi?action=reboot",
                true,
                false,
                Known::default(),
                false,
            ),
            ("/do?what=reboot&as=d.xml", true, false, Known::default(), false),
            ("/%72eboot.xml", true, false, Known::default(), false),
            ("/", true, false, Known::default(), false),
        ];
        for (path, camera, confirmed, known, expected) in table {
            let web = Web {
                port: 49152,
                tls: false,
            };
            let path = path.to_owned();
            let signs = Signs {
                description: Some(Page { web, path }),
                camera,
                confirmed,
                known,
                ..Signs::default()
            };
            assert_eq!(is_called_for(&signs), expected, "{signs:?}");
        }
        assert!(!is_called_for(&Signs {
            camera: true,
            ..Signs::default()
        }));
    }
}
