//! XML as devices send it: read by local name, never refused.
//!
//! `quick-xml` reads what is nearly well-formed. What it refuses is read by a tag scanner, because
//! malformed SADP and WS-Discovery documents with a usable model and firmware exist. Entities are never
//! expanded beyond the five of XML and character references. The elements lie in one flat list, so that
//! nothing recurses however deep a document pretends to be.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::text;

/// The longest document that is read, in bytes. What lies beyond is ignored.
pub const MAX_LENGTH: usize = crate::fact::MAX_DATAGRAM;
/// The deepest nesting that is read. Reading ends where a document goes deeper.
pub const MAX_DEPTH: usize = 64;
/// The most attributes of one element that are kept.
const MAX_ATTRIBUTES: usize = 128;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Element {
    name: String,
    depth: usize,
    text: String,
    attributes: Vec<(String, String)>,
}

/// A document: its elements in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    elements: Vec<Element>,
    /// Whether nothing had to be mended or left out.
    pub well_formed: bool,
}

/// One element, with everything below it.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    element: &'a Element,
    below: &'a [Element],
}

impl Document {
    /// Reads bytes of any character set. Never fails: the worst document has no elements.
    pub fn decode(bytes: &[u8]) -> Document {
        let cut_short = bytes.len() > MAX_LENGTH;
        let mut document = Document::read(&text::decode(&bytes[..bytes.len().min(MAX_LENGTH)]));
        document.well_formed &= !cut_short;
        document
    }

    /// Reads text, of which no more than [`MAX_LENGTH`] bytes count.
    pub fn read(document: &str) -> Document {
        let document = text::cut(document, MAX_LENGTH);
        strictly(document).unwrap_or_else(|| scan(document))
    }

    /// The first element.
    pub fn root(&self) -> Option<Node<'_>> {
        self.node(0)
    }

    /// All elements of that local name, in any case, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Node<'a>> {
        self.nodes().filter(move |node| node.is(name))
    }

    /// All elements, in order.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..self.elements.len()).filter_map(|index| self.node(index))
    }

    /// The first element of that local name, in any case.
    pub fn find(&self, name: &str) -> Option<Node<'_>> {
        let index = self
            .elements
            .iter()
            .position(|element| element.name.eq_ignore_ascii_case(name))?;
        self.node(index)
    }

    /// The text of the first element of that local name, blanks around it removed; absent where empty.
    pub fn text(&self, name: &str) -> Option<String> {
        self.find(name).and_then(Node::text)
    }

    /// The namespaces that the document declares, each once, in order.
    pub fn namespaces(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for (key, value) in self.elements.iter().flat_map(|element| &element.attributes) {
            if (key == "xmlns" || key.starts_with("xmlns:")) && !found.contains(value) && found.len() < MAX_ATTRIBUTES {
                found.push(value.clone());
            }
        }
        found
    }

    fn node(&self, index: usize) -> Option<Node<'_>> {
        Node::first(self.elements.get(index..)?)
    }
}

impl<'a> Node<'a> {
    fn first(elements: &'a [Element]) -> Option<Node<'a>> {
        let (element, below) = elements.split_first()?;
        Some(Node { element, below })
    }

    /// Whether this is its local name, in any case.
    pub fn is(self, name: &str) -> bool {
        self.element.name.eq_ignore_ascii_case(name)
    }

    /// The local name.
    pub fn name(self) -> &'a str {
        &self.element.name
    }

    /// Its own text, blanks around it removed; absent where empty.
    pub fn text(self) -> Option<String> {
        super::filled(&self.element.text)
    }

    /// The value of an attribute by its name, prefix included.
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        self.element
            .attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All elements below this one, in order.
    pub fn below(self) -> impl Iterator<Item = Node<'a>> {
        let nodes = (0..self.below.len()).filter_map(move |index| Node::first(&self.below[index..]));
        nodes.take_while(move |node| node.element.depth > self.element.depth)
    }

    /// The elements directly below this one, in order.
    pub fn children(self) -> impl Iterator<Item = Node<'a>> {
        self.below()
            .filter(move |node| node.element.depth == self.element.depth + 1)
    }

    /// The first element below this one of that local name, in any case.
    pub fn find(self, name: &str) -> Option<Node<'a>> {
        self.below().find(|node| node.is(name))
    }

    /// The first element directly below this one of that local name, in any case.
    pub fn child(self, name: &str) -> Option<Node<'a>> {
        let depth = self.element.depth;
        let inside = self.below.iter().take_while(|element| element.depth > depth);
        let mut inside = inside.enumerate();
        let is_child = |(_, element): &(usize, &Element)| element.depth == depth + 1;
        let (index, _) = inside.find(|at| is_child(at) && at.1.name.eq_ignore_ascii_case(name))?;
        let (element, below) = self.below[index..].split_first()?;
        Some(Node { element, below })
    }

    /// The text of the first element below this one of that local name.
    pub fn text_of(self, name: &str) -> Option<String> {
        self.find(name).and_then(Node::text)
    }
}

/// Puts elements in order as tags come by, whatever their nesting.
#[derive(Default)]
struct Builder {
    elements: Vec<Element>,
    /// The places of the open elements in `elements`.
    open: Vec<usize>,
    mended: bool,
}

impl Builder {
    /// Whether the document may go deeper.
    fn open(&mut self, name: &str, attributes: Vec<(String, String)>) -> bool {
        if self.open.len() >= MAX_DEPTH {
            self.mended = true;
            return false;
        }
        let depth = self.open.len();
        self.open.push(self.elements.len());
        self.elements.push(Element {
            name: local(name).to_owned(),
            depth,
            text: String::new(),
            attributes,
        });
        true
    }

    /// Takes in what the reader met; says whether reading may go on.
    fn take(&mut self, event: Event<'_>) -> bool {
        match event {
            Event::Start(tag) => return self.open(tag.name().0, attributes(&tag)),
            Event::Empty(tag) => {
                let opened = self.open(tag.name().0, attributes(&tag));
                self.open.truncate(self.open.len() - usize::from(opened));
                return opened;
            }
            Event::End(tag) => self.close(tag.name().0),
            Event::Text(text) => self.text(&text),
            Event::CData(text) => self.text(&text),
            Event::GeneralRef(reference) => self.text(&unescape(&format!("&{};", &*reference))),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => {}
        }
        true
    }

    fn text(&mut self, text: &str) {
        if let Some(&index) = self.open.last() {
            self.elements[index].text.push_str(text);
        }
    }

    /// Closes the innermost open element of that name, and what was left open inside it.
    fn close(&mut self, name: &str) {
        let elements = &self.elements;
        match self.open.iter().rposition(|&index| elements[index].name == local(name)) {
            Some(place) => {
                self.mended |= place + 1 != self.open.len();
                self.open.truncate(place);
            }
            None => self.mended = true,
        }
    }

    fn finish(self) -> Document {
        let well_formed = !self.mended && self.open.is_empty() && !self.elements.is_empty();
        Document {
            elements: self.elements,
            well_formed,
        }
    }
}

/// Reads with `quick-xml`; `None` where it gives up.
fn strictly(document: &str) -> Option<Document> {
    let mut reader = Reader::from_str(document);
    let config = reader.config_mut();
    // Raw `&` and missing end tags are common; the builder mends the nesting.
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let mut builder = Builder::default();
    loop {
        let event = reader.read_event().ok()?;
        if matches!(event, Event::Eof) || !builder.take(event) {
            return Some(builder.finish());
        }
    }
}

fn attributes(tag: &BytesStart<'_>) -> Vec<(String, String)> {
    let mut all = tag.html_attributes();
    all.with_checks(false)
        .take(MAX_ATTRIBUTES)
        .filter_map(Result::ok)
        .map(|attribute| (attribute.key.0.to_owned(), unescape(&attribute.value)))
        .collect()
}

/// Reads tag by tag without any idea of well-formedness. Attributes are not kept.
fn scan(document: &str) -> Document {
    let mut builder = Builder {
        mended: true,
        ..Builder::default()
    };
    let mut pieces = document.split('<');
    pieces.next();
    for piece in pieces {
        let tag_end = piece.find('>').unwrap_or(piece.len());
        let (tag, after) = piece.split_at(tag_end);
        let (closing, name) = match tag.strip_prefix('/') {
            Some(name) => (true, tag_name(name)),
            None => (false, tag_name(tag)),
        };
        match (closing, name) {
            (_, "") => {}
            (true, name) => builder.close(name),
            (false, name) if !builder.open(name, Vec::new()) => break,
            (false, name) => {
                builder.text(&unescape(after.trim_start_matches('>')));
                if tag.ends_with('/') {
                    builder.close(name);
                }
            }
        }
    }
    builder.finish()
}

/// The tag that a document begins with, declarations and comments passed over. `None` where text stands before it.
pub fn first_tag(document: &str) -> Option<&str> {
    let mut rest = document.trim_start();
    while let Some(end) = rest.find('>').filter(|_| rest.starts_with('<')) {
        let (tag, after) = rest.split_at(end + 1);
        if !tag.starts_with("<?") && !tag.starts_with("<!") {
            return Some(tag);
        }
        rest = after.trim_start();
    }
    None
}

fn tag_name(tag: &str) -> &str {
    let end = tag.find(|c: char| !c.is_alphanumeric() && !matches!(c, ':' | '_' | '-' | '.'));
    &tag[..end.unwrap_or(tag.len())]
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Replaces the five entities of XML and character references; everything else stays as it is.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        match reference(after) {
            Some((character, length)) => {
                out.push(character);
                rest = &after[length..];
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out + rest
}

/// The character that a reference means, and how long it is without its `&`. No reference that is
/// read is longer than ten bytes.
fn reference(after: &str) -> Option<(char, usize)> {
    let end = after.bytes().take(10).position(|byte| byte == b';')?;
    let name = &after[..end];
    let character = match (name, name.strip_prefix('#')) {
        ("amp", _) => '&',
        ("lt", _) => '<',
        ("gt", _) => '>',
        ("quot", _) => '"',
        ("apos", _) => '\'',
        (_, Some(number)) => char::from_u32(match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => number.parse().ok()?,
        })?,
        _ => return None,
    };
    Some((character, end + 1))
}
