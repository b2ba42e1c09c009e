//! Single pages of a web server that has answered, without a login: each for what is still missing.

use super::tcp::{Asked, Signs, Whom};
use crate::fact::Protocol;
use crate::net::{Ask, Door};
use crate::wire::http::Response;
use crate::wire::{favicon, upnp, web_ui};

/// A page, or several of which the first that exists will do.
pub struct Pages {
    /// As the coverage calls it.
    pub name: &'static str,
    /// Where it may be; the next is asked for only where the one before is not found.
    pub paths: &'static [&'static str],
    /// What kind of answer it is; that of the web server itself where absent.
    protocol: Option<Protocol>,
    /// Whether it can bring something of which only this much is known.
    brings: fn(&Signs) -> bool,
}

/// Hikvision's units refuse it with a document of their own (`userCheck`); some without a password answer it.
/// A camera that nobody has claimed is asked too: neutral units say nothing of Hikvision on their other pages.
pub const ISAPI: Pages = Pages {
    name: "isapi deviceInfo",
    paths: &["/ISAPI/System/deviceInfo"],
    protocol: Some(Protocol::Isapi),
    brings: |signs| {
        let settled = signs.confirmed && has_name(signs) && signs.known.firmware;
        (is_hikvisions(signs) || signs.is_nobodys()) && !settled
    },
};

/// Answered to everybody (ISAPI developer guide: "requires no authentication").
pub const ACTIVATION: Pages = Pages {
    name: "isapi activateStatus",
    paths: &["/SDK/activateStatus"],
    protocol: Some(Protocol::Isapi),
    brings: |signs| is_hikvisions(signs) && !(signs.confirmed && signs.known.activated),
};

/// The description that Hikvision's web servers keep. Where SSDP has announced one, that is asked for instead.
pub const HIK_DESCRIPTION: Pages = Pages {
    name: "upnp description",
    paths: &[upnp::HIKVISION],
    protocol: Some(Protocol::Ssdp),
    brings: |signs| is_surely_hikvisions(signs) && !has_name(signs) && signs.description.is_none(),
};

/// The version files of Hikvision's pages, worth a connection only where nothing else gives a version.
pub const HIK_WEB_UI: Pages = Pages {
    name: "web ui version",
    paths: &web_ui::VERSION_FILES,
    protocol: None,
    brings: |signs| is_surely_hikvisions(signs) && !signs.known.firmware,
};

/// Dahua's CGI asks for a login in a realm that has the serial number. No firmware is known to answer it without.
pub const DAHUA_WEB: Pages = Pages {
    name: "dahua-cgi",
    paths: &["/cgi-bin/magicBox.cgi?action=getSystemInfo"],
    protocol: Some(Protocol::DahuaCgi),
    brings: |signs| (signs.is_by("dahua") || signs.is_nobodys()) && !(signs.confirmed && signs.known.serial),
};

/// Of a camera of which it is still open whose it is.
pub const FAVICON: Pages = Pages {
    name: "favicon",
    paths: &[favicon::PATH],
    protocol: None,
    brings: |signs| signs.camera && signs.undecided,
};

fn is_hikvisions(signs: &Signs) -> bool {
    signs.is_by("hikvision")
}

fn is_surely_hikvisions(signs: &Signs) -> bool {
    is_hikvisions(signs) && !signs.undecided
}

fn has_name(signs: &Signs) -> bool {
    signs.known.model && signs.known.serial
}

impl Pages {
    /// Whether a host of which this much is known is asked.
    pub fn is_called_for(&self, signs: &Signs) -> bool {
        signs.web.is_some() && (self.brings)(signs)
    }

    /// Asks for it.
    pub async fn ask<D: Door>(&self, door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
        let mut asked = Vec::new();
        let Some(web) = signs.web else { return asked };
        for path in self.paths {
            if door.pages_left(whom.host) == 0 {
                break;
            }
            let answer = door.fetch(whom.fetch(web, Ask::Get((*path).to_owned()))).await;
            let is_missing = Response::decode(&answer.bytes).status == Some(404);
            let protocol = self.protocol.clone().unwrap_or(web.protocol());
            asked.push(whom.asked(self.name.to_owned(), web.port, protocol, &format!("GET {path}"), answer));
            if !is_missing {
                break;
            }
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::tcp::{Known, Web};

    /// The names of the pages that are called for, in no order.
    fn called_for(signs: &Signs) -> Vec<&'static str> {
        let all = [&ISAPI, &ACTIVATION, &HIK_DESCRIPTION, &HIK_WEB_UI, &DAHUA_WEB, &FAVICON];
        let called = all.into_iter().filter(|pages| pages.is_called_for(signs));
        called.map(|pages| pages.name).collect()
    }

    fn by(maker: &str) -> Signs {
        Signs {
            web: Some(Web { port: 80, tls: false }),
            camera: true,
            maker: (!maker.is_empty()).then(|| maker.to_owned()),
            ..Signs::default()
        }
    }

    #[test]
    fn a_page_is_called_for_where_it_can_bring_what_is_missing() {
        let undecided = |maker| Signs {
            undecided: true,
            ..by(maker)
        };
        let sure = |maker, known| Signs {
            confirmed: true,
            known,
            ..by(maker)
        };
        let name = Known {
            model: true,
            serial: true,
            ..Known::default()
        };
        let firmware = Known { firmware: true, ..name };
        let all = Known {
            activated: true,
            ..firmware
        };
        let (isapi, activation, description) = (ISAPI.name, ACTIVATION.name, HIK_DESCRIPTION.name);
        let (web_ui, cgi, icon) = (HIK_WEB_UI.name, DAHUA_WEB.name, FAVICON.name);
        let table: [(Signs, &[&str]); 11] = [
            (Signs::default(), &[]),
            (
                Signs {
                    camera: false,
                    ..undecided("")
                },
                &[],
            ),
            (undecided(""), &[isapi, cgi, icon]),
            (
                Signs {
                    web: None,
                    ..undecided("hikvision")
                },
                &[],
            ),
            (undecided("hikvision"), &[isapi, activation, icon]),
            (by("hikvision"), &[isapi, activation, description, web_ui]),
            (sure("hikvision", name), &[isapi, activation, web_ui]),
            (sure("hikvision", firmware), &[activation]),
            (sure("hikvision", all), &[]),
            (by("dahua"), &[cgi]),
            (sure("dahua", name), &[]),
        ];
        for (signs, expected) in table {
            assert_eq!(called_for(&signs), expected, "{signs:?}");
        }
    }
}
