//! The description of a UPnP device (UPnP Device Architecture 1.1, §2.3), as SSDP's `LOCATION` and some
//! cameras' `/upnpdevicedesc.xml` give it.

use super::xml::Document;

/// Where Hikvision's web servers keep the description, whether SSDP is on or not.
pub const HIKVISION: &str = "/upnpdevicedesc.xml";

/// What the outermost device of a description says of itself, in its own spelling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description {
    /// `urn:schemas-upnp-org:device:…`
    pub device_type: Option<String>,
    /// The name that people see.
    pub friendly_name: Option<String>,
    /// Who made it.
    pub manufacturer: Option<String>,
    /// The model's name, which may be a family's.
    pub model_name: Option<String>,
    /// The model's number, which on cameras is often the model itself.
    pub model_number: Option<String>,
    /// The serial number.
    pub serial_number: Option<String>,
    /// `uuid:…`
    pub udn: Option<String>,
    /// Where its web pages are.
    pub presentation_url: Option<String>,
}

impl Description {
    /// Reads a document. `None` where no device describes itself in it.
    pub fn decode(bytes: &[u8]) -> Option<Description> {
        let document = Document::decode(bytes);
        let device = document.find("device")?;
        // Only the device's own: what stands in its deviceList is about others.
        let text = |name| device.child(name).and_then(|node| node.text());
        let description = Description {
            device_type: text("deviceType"),
            friendly_name: text("friendlyName"),
            manufacturer: text("manufacturer"),
            model_name: text("modelName"),
            model_number: text("modelNumber"),
            serial_number: text("serialNumber"),
            udn: text("UDN"),
            presentation_url: text("presentationURL"),
        };
        (description != Description::default()).then_some(description)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn descriptions_are_read_whole_or_in_part() {
        let whole = r#"<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major></specVersion>
            <device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName> Gate &amp; yard </friendlyName>
            <manufacturer>ACME</manufacturer><modelName>Cameras</modelName><modelNumber>AC-100</modelNumber>
            <serialNumber>AC-10020200101X1</serialNumber><UDN>uuid:1</UDN><deviceList><device><serialNumber>inner</serialNumber>
            </device></deviceList><presentationURL>http://10.0.0.5/</presentationURL></device></root>"#;
        let table = [
            (
                whole,
                Some(Description {
                    device_type: some("urn:schemas-upnp-org:device:Basic:1"),
                    friendly_name: some("Gate & yard"),
                    manufacturer: some("ACME"),
                    model_name: some("Cameras"),
                    model_number: some("AC-100"),
                    serial_number: some("AC-10020200101X1"),
                    udn: some("uuid:1"),
                    presentation_url: some("http://10.0.0.5/"),
                }),
            ),
            (
                "<u:root xmlns:u='x'><u:device><u:ModelNumber>AC-100</u:ModelNumber><serialNumber/>",
                Some(Description {
                    model_number: some("AC-100"),
                    ..Description::default()
                }),
            ),
            (
                "<device><deviceList><device><serialNumber>of another</serialNumber></device></deviceList></device>",
                None,
            ),
            ("<html><body>404</body></html>", None),
            ("<device/>", None),
            ("", None),
        ];
        for (document, expected) in table {
            assert_eq!(Description::decode(document.as_bytes()), expected, "{document}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            Description::decode(&bytes);
            Description::decode(&[b"<root><device><modelName>", bytes.as_slice()].concat());
        }
    }
}
