//! Bodies in the `aws-chunked` encoding, which SDKs use for uploads over plain HTTP, with a checksum in the trailer.

/// A decoded body with its trailer.
#[derive(Debug, PartialEq, Eq)]
pub struct Chunked {
    /// The content.
    pub body: Vec<u8>,
    /// Names (lower case) and values of the trailer.
    pub trailer: Vec<(String, String)>,
}

/// Decodes a body. Signatures of chunks are not looked at. `None` when it is not well formed.
pub fn decode(body: &[u8]) -> Option<Chunked> {
    let mut rest = body;
    let mut content = Vec::with_capacity(body.len());
    loop {
        let (line, after) = line(rest)?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        rest = after;
        if size == 0 {
            break;
        }
        content.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
    let mut trailer = Vec::new();
    while let Some((line, after)) = line(rest) {
        if let Some((name, value)) = line.split_once(':') {
            trailer.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        rest = after;
    }
    Some(Chunked { body: content, trailer })
}

/// The first line of a text, without its end, and what follows.
fn line(text: &[u8]) -> Option<(&str, &[u8])> {
    let end = text.windows(2).position(|pair| pair == b"\r\n")?;
    Some((std::str::from_utf8(&text[..end]).ok()?, &text[end + 2..]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn chunks_are_joined_and_the_trailer_is_read() {
        let text = b"5;chunk-signature=ab\r\nhello\r\n6\r\n world\r\n0\r\nX-Amz-Checksum-CRC32:DUoRhQ==\r\n\r\n";
        let chunked = decode(text).unwrap();
        assert_eq!(chunked.body, b"hello world");
        assert_eq!(chunked.trailer, [("x-amz-checksum-crc32".to_owned(), "DUoRhQ==".to_owned())]);
    }

    #[test]
    fn a_body_that_is_cut_or_no_chunks_at_all_is_refused() {
        for text in [&b"5\r\nhel"[..], b"hello", b"zz\r\nhello\r\n0\r\n", b"ffffffffffffffff\r\nx\r\n0\r\n"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
