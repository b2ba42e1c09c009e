//! SSDP: how UPnP devices announce themselves (UPnP Device Architecture 1.1, §1).

use std::net::Ipv4Addr;

use super::filled;
use super::head::Head;

/// The port that devices listen on.
pub const PORT: u16 = 1900;
/// The group that devices join and announce themselves to.
pub const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);

/// The question, in its one form. A search for root devices has one answer a device, with all that `ssdp:all`
/// brings a dozen times over: to that, devices repeat themselves for each service that they have.
/// They may wait up to two seconds (`MX`), so that a segment full of them does not answer all at once.
pub fn search() -> Vec<u8> {
    [
        "M-SEARCH * HTTP/1.1\r\n",
        "HOST: 239.255.255.250:1900\r\n",
        "MAN: \"ssdp:discover\"\r\n",
        "MX: 2\r\n",
        "ST: upnp:rootdevice\r\n\r\n",
    ]
    .concat()
    .into_bytes()
}

/// What a device says of itself, in its own spelling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announcement {
    /// System, UPnP version and product.
    pub server: Option<String>,
    /// The device's own name, then what of it is announced: `uuid:…::upnp:rootdevice`.
    pub usn: Option<String>,
    /// What is announced: `ST` of an answer, `NT` of an announcement.
    pub target: Option<String>,
    /// Where the description is.
    pub location: Option<String>,
    /// `X-User-Agent`.
    pub user_agent: Option<String>,
}

/// What came in on SSDP's port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// An answer, or a device that announces itself unasked.
    Announcement(Announcement),
    /// A search, ours or another host's, or the farewell of a device that is leaving.
    Question,
}

impl Message {
    /// Reads a datagram. `None` where nothing of a device is in it.
    pub fn decode(bytes: &[u8]) -> Option<Message> {
        let head = Head::decode(bytes, &["HTTP/", "NOTIFY ", "M-SEARCH "])?;
        let method = head.version.as_deref().unwrap_or_default();
        let leaves = head
            .field("NTS")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("ssdp:byebye"));
        if method.eq_ignore_ascii_case("M-SEARCH") || leaves {
            return Some(Message::Question);
        }
        let field = |name| head.field(name).and_then(filled);
        let announcement = Announcement {
            server: field("SERVER"),
            usn: field("USN"),
            target: field("ST").or_else(|| field("NT")),
            location: field("LOCATION"),
            user_agent: field("X-User-Agent"),
        };
        // A web server that answers on the wrong port has a server too.
        let announces = announcement.usn.is_some() || announcement.target.is_some();
        announces.then_some(Message::Announcement(announcement))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn announcement(usn: &str, target: &str) -> Announcement {
        Announcement {
            usn: some(usn),
            target: some(target),
            ..Announcement::default()
        }
    }

    #[test]
    fn the_question_is_exact() {
        let expected = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 2\r\nST: upnp:rootdevice\r\n\r\n";
        assert_eq!(String::from_utf8(search()).as_deref(), Ok(expected));
        assert_eq!(Message::decode(&search()), Some(Message::Question));
    }

    #[test]
    fn messages_are_read_as_they_come() {
        let table = [
            (
                "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: http://10.0.0.5:49152/d.xml\r\n\
                 SERVER: Linux, UPnP/1.0, Acme SDK\r\nX-User-Agent: acme\r\nST: upnp:rootdevice\r\nUSN: uuid:a::upnp:rootdevice\r\n\r\n",
                Some(Message::Announcement(Announcement {
                    server: some("Linux, UPnP/1.0, Acme SDK"),
                    location: some("http://10.0.0.5:49152/d.xml"),
                    user_agent: some("acme"),
                    ..announcement("uuid:a::upnp:rootdevice", "upnp:rootdevice")
                })),
            ),
            (
                "NOTIFY * HTTP/1.1\nhost:239.255.255.250:1900\nnt:urn:x:device:3.0-1\nnts:ssdp:alive\nusn:uuid:a::urn:x:device:3.0-1\n",
                Some(Message::Announcement(announcement(
                    "uuid:a::urn:x:device:3.0-1",
                    "urn:x:device:3.0-1",
                ))),
            ),
            (
                "NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nNTS: ssdp:byebye\r\nUSN: uuid:a::upnp:rootdevice\r\n\r\n",
                Some(Message::Question),
            ),
            (
                "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: ssdp:all\r\n\r\n",
                Some(Message::Question),
            ),
            ("HTTP/1.1 400 Bad Request\r\nServer: App-webs/\r\n\r\n", None),
            ("<html></html>", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(Message::decode(text.as_bytes()), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            Message::decode(&bytes);
            Message::decode(&[b"NOTIFY * HTTP/1.1\r\nUSN: ", bytes.as_slice()].concat());
        }

        #[test]
        fn what_an_announcement_says_is_read_back(usn in "uuid:[!-~]{1,60}", server in "[!-~]{1,60}") {
            let text = format!("HTTP/1.1 200 OK\r\nUSN: {usn}\r\nServer: {server}\r\n\r\n");
            let expected = Announcement { usn: Some(usn), server: Some(server), ..Announcement::default() };
            prop_assert_eq!(Message::decode(text.as_bytes()), Some(Message::Announcement(expected)));
        }
    }
}
