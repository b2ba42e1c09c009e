//! XML as devices send it: read by local name, never refused.
//!
//! `quick-xml` reads what is nearly well-formed. What it refuses is read by a tag scanner, because
//! malformed SADP and WS-Discovery documents with a usable model and firmware exist. Entities are never
//! expanded beyond the five of XML and character references. The elements lie in one flat list, so that
//! nothing recurses however deep a document pretends to be.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::text;

/// The longest document that is read, in bytes. What lies beyond is ignored.
pub const MAX_LENGTH: usize = crate::fact::MAX_DATAGRAM;
/// The deepest nesting that is read. Reading ends where a document goes deeper.
pub const MAX_DEPTH: usize = 64;
/// The most attributes of one element that are kept.
const MAX_ATTRIBUTES: usize = 128;

/// A piece of [`Document::written`], in bytes.
type Piece = Range<usize>;

/// What stands in an element, its children left out.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    /// In one piece, as nearly all of them.
    Piece(Piece),
    /// What stood before, between and after children, joined.
    Joined(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Element {
    name: Piece,
    depth: usize,
    content: Content,
    /// Places in [`Document::attributes`].
    attributes: Range<usize>,
}

/// A document: its elements in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    elements: Vec<Element>,
    /// The names and values of all attributes.
    attributes: Vec<(Piece, Piece)>,
    /// All names and texts, one behind the other: a string each would cost more than the reading.
    written: String,
    /// Whether nothing had to be mended or left out.
    pub well_formed: bool,
}

/// One element, with everything below it.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    document: &'a Document,
    index: usize,
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
        self.nodes().next()
    }

    /// All elements of that local name, in any case, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Node<'a>> {
        self.nodes().filter(move |node| node.is(name))
    }

    /// All elements, in order.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..self.elements.len()).map(|index| Node { document: self, index })
    }

    /// The first element of that local name, in any case.
    pub fn find(&self, name: &str) -> Option<Node<'_>> {
        self.nodes().find(|node| node.is(name))
    }

    /// The text of the first element of that local name, blanks around it removed; absent where empty.
    pub fn text(&self, name: &str) -> Option<String> {
        self.find(name).and_then(Node::text)
    }

    /// The namespaces that the document declares, each once, in order.
    pub fn namespaces(&self) -> Vec<String> {
        let mut found: Vec<&str> = Vec::new();
        for (key, value) in &self.attributes {
            let (key, value) = (&self.written[key.clone()], &self.written[value.clone()]);
            if (key == "xmlns" || key.starts_with("xmlns:")) && !found.contains(&value) && found.len() < MAX_ATTRIBUTES
            {
                found.push(value);
            }
        }
        found.into_iter().map(str::to_owned).collect()
    }
}

impl<'a> Node<'a> {
    fn element(self) -> &'a Element {
        &self.document.elements[self.index]
    }

    /// Whether this is its local name, in any case.
    pub fn is(self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// The local name.
    pub fn name(self) -> &'a str {
        &self.document.written[self.element().name.clone()]
    }

    /// Its own text, blanks around it removed; absent where empty.
    pub fn text(self) -> Option<String> {
        super::filled(match &self.element().content {
            Content::Piece(piece) => &self.document.written[piece.clone()],
            Content::Joined(text) => text,
        })
    }

    /// The value of an attribute by its name, prefix included.
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        let document = self.document;
        let mut attributes = document.attributes[self.element().attributes.clone()].iter();
        let (_, value) = attributes.find(|(key, _)| &document.written[key.clone()] == name)?;
        Some(&document.written[value.clone()])
    }

    /// All elements below this one, in order.
    pub fn below(self) -> impl Iterator<Item = Node<'a>> {
        let depth = self.element().depth;
        let rest = (self.index + 1..self.document.elements.len()).map(move |index| Node { index, ..self });
        rest.take_while(move |node| node.element().depth > depth)
    }

    /// The elements directly below this one, in order.
    pub fn children(self) -> impl Iterator<Item = Node<'a>> {
        let depth = self.element().depth + 1;
        self.below().filter(move |node| node.element().depth == depth)
    }

    /// The first element below this one of that local name, in any case.
    pub fn find(self, name: &str) -> Option<Node<'a>> {
        self.below().find(|node| node.is(name))
    }

    /// The first element directly below this one of that local name, in any case.
    pub fn child(self, name: &str) -> Option<Node<'a>> {
        self.children().find(|node| node.is(name))
    }

    /// The text of the first element below this one of that local name.
    pub fn text_of(self, name: &str) -> Option<String> {
        self.find(name).and_then(Node::text)
    }
}

/// Puts elements in order as tags come by, whatever their nesting.
#[derive(Default)]
struct Builder {
    document: Document,
    /// The places of the open elements.
    open: Vec<usize>,
    mended: bool,
}

impl Builder {
    fn write(&mut self, text: &str) -> Piece {
        let start = self.document.written.len();
        self.document.written.push_str(text);
        start..self.document.written.len()
    }

    /// Whether the document may go deeper.
    fn open(&mut self, name: &str) -> bool {
        if self.open.len() >= MAX_DEPTH {
            self.mended = true;
            return false;
        }
        let depth = self.open.len();
        self.open.push(self.document.elements.len());
        let name = self.write(local(name));
        let attributes = self.document.attributes.len();
        self.document.elements.push(Element {
            content: Content::Piece(name.end..name.end),
            name,
            depth,
            attributes: attributes..attributes,
        });
        true
    }

    /// The attributes of the element that was opened last.
    fn attributes(&mut self, tag: &BytesStart<'_>) {
        if tag.attributes_raw().is_empty() {
            return;
        }
        let first = self.document.attributes.len();
        let mut all = tag.html_attributes();
        for attribute in all.with_checks(false).take(MAX_ATTRIBUTES).filter_map(Result::ok) {
            let key = self.write(attribute.key.0);
            let value = self.write(&unescape(&attribute.value));
            self.document.attributes.push((key, value));
        }
        let end = self.document.attributes.len();
        if let Some(element) = self.document.elements.last_mut() {
            element.attributes = first..end;
        }
    }

    fn tag(&mut self, tag: &BytesStart<'_>) -> bool {
        let opened = self.open(tag.name().0);
        if opened {
            self.attributes(tag);
        }
        opened
    }

    /// Takes in what the reader met; says whether reading may go on.
    fn take(&mut self, event: Event<'_>) -> bool {
        match event {
            Event::Start(tag) => return self.tag(&tag),
            Event::Empty(tag) => {
                let opened = self.tag(&tag);
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
        let Some(&index) = self.open.last() else { return };
        let Document { elements, written, .. } = &mut self.document;
        let content = &mut elements[index].content;
        match content {
            Content::Joined(joined) => joined.push_str(text),
            Content::Piece(piece) if piece.start == piece.end || piece.end == written.len() => {
                let start = if piece.start == piece.end {
                    written.len()
                } else {
                    piece.start
                };
                written.push_str(text);
                *piece = start..written.len();
            }
            Content::Piece(piece) => *content = Content::Joined([&written[piece.clone()], text].concat()),
        }
    }

    /// Closes the innermost open element of that name, and what was left open inside it.
    fn close(&mut self, name: &str) {
        let document = &self.document;
        let is_named = |index: &usize| document.written[document.elements[*index].name.clone()] == *local(name);
        match self.open.iter().rposition(is_named) {
            Some(place) => {
                self.mended |= place + 1 != self.open.len();
                self.open.truncate(place);
            }
            None => self.mended = true,
        }
    }

    fn finish(self) -> Document {
        let well_formed = !self.mended && self.open.is_empty() && !self.document.elements.is_empty();
        Document {
            well_formed,
            ..self.document
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
    builder.document.written.reserve(document.len() / 2);
    builder.document.elements.reserve(document.len() / 32);
    loop {
        let event = reader.read_event().ok()?;
        if matches!(event, Event::Eof) || !builder.take(event) {
            return Some(builder.finish());
        }
    }
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
            (false, name) if !builder.open(name) => break,
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
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
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
    Cow::Owned(out + rest)
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
