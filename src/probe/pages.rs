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
