//! PEM texts, read as OpenSSL reads them: bytes of any encoding around blocks of base64.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// What some editors put before a text in UTF-8; also inside one that was joined from several.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Padding may be missing, as after copying by hand.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One block of a PEM text. It may be a private key, so what it holds is in no message.
pub(super) struct Block<'a> {
    /// What stands after `BEGIN`: `CERTIFICATE`, `PRIVATE KEY`.
    pub(super) label: &'a str,
    /// Its place in the text, both counted from 1.
    number: usize,
    line: usize,
    /// The lines between the first and the last one.
    body: &'a [u8],
}

impl Block<'_> {
    /// Which block it is: "PEM block 2 (CERTIFICATE, line 31)".
    pub(super) fn name(&self) -> String {
        format!("PEM block {} ({}, line {})", self.number, self.label, self.line)
    }

    /// Whether its headers say that it is encrypted, as old private keys are.
    pub(super) fn is_encrypted(&self) -> bool {
        lines(self.body).any(|(_, line)| line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED"))
    }

    /// What the block holds, decoded.
    ///
    /// # Errors
    /// `Argument` when it is not base64.
    pub(super) fn content(&self) -> Result<Zeroizing<Vec<u8>>> {
        // As large as it can get at once: what is moved would leave a copy behind.
        let mut letters = Zeroizing::new(Vec::with_capacity(self.body.len()));
        for (_, line) in lines(self.body).filter(|(_, line)| !line.contains(&b':')) {
            letters.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()));
        }
        let mut content = Zeroizing::new(vec![0; base64::decoded_len_estimate(letters.len())]);
        let size = BASE64
            .decode_slice(&*letters, &mut content)
            .map_err(|_| Error::argument(format!("{} is damaged: it is not base64", self.name())))?;
        content.truncate(size);
        Ok(content)
    }
}

/// The blocks of a text, whatever stands around them.
///
/// # Errors
/// `Argument` when a block has no end, when a line that should begin one is malformed, and when the text is not PEM at
/// all but something that is known.
pub(super) fn blocks(text: &[u8]) -> Result<Vec<Block<'_>>> {
    if let Some(problem) = what_else(text) {
        return Err(Error::argument(problem));
    }
    let mut found = Vec::new();
    let mut lines = lines(text).enumerate();
    while let Some((index, (start, line))) = lines.next() {
        if !line.starts_with(BEGIN) {
            continue;
        }
        let label = label(line).ok_or_else(|| malformed(index + 1))?;
        let mut block = Block { label, number: found.len() + 1, line: index + 1, body: &[] };
        let cut_short = |why: &str| {
            let name = block.name();
            Err(Error::argument(format!("{name} is cut short: {why} '-----END {label}-----'")))
        };
        let body = start + line.len();
        loop {
            let Some((_, (position, line))) = lines.next() else {
                return cut_short("the text ends before its last line");
            };
            if line.starts_with(BEGIN) {
                return cut_short("another block begins before its last line");
            }
            if line.starts_with(END) {
                let end = line.strip_prefix(END).and_then(|rest| rest.strip_suffix(DASHES));
                if end != Some(label.as_bytes()) {
                    return cut_short("it ends with another line than");
                }
                block.body = &text[body..position];
                break;
            }
        }
        found.push(block);
    }
    Ok(found)
}

/// The labels of blocks, for an error that says what a text holds instead: "PRIVATE KEY and X509 CRL".
pub(super) fn labels(blocks: &[Block<'_>]) -> String {
    let mut labels: Vec<&str> = Vec::new();
    for block in blocks {
        if !labels.contains(&block.label) {
            labels.push(block.label);
        }
    }
    labels.join(" and ")
}

/// The label of a block's first line.
fn label(line: &[u8]) -> Option<&str> {
    let label = line.strip_prefix(BEGIN)?.strip_suffix(DASHES)?;
    let is_label = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'#' | b'-' | b'_' | b'.');
    let is_whole = !label.is_empty() && label.iter().all(is_label) && !label.windows(2).any(|pair| pair == b"--");
    std::str::from_utf8(label).ok().filter(|_| is_whole)
}

/// The line itself is not shown: it can be a whole private key.
fn malformed(line: usize) -> Error {
    Error::argument(format!(
        "line {line} must be like '-----BEGIN CERTIFICATE-----' and nothing else: look for missing line ends, such as a \
         literal \\n, and for missing dashes"
    ))
}

/// The lines of a text with their positions, without the space around them. Ends are LF, CR LF or CR.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut position = 0;
    std::iter::from_fn(move || {
        let rest = text.get(position..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let start = position;
        position += length + if rest[length..].starts_with(b"\r\n") { 2 } else { 1 };
        let mut line = &rest[..length];
        line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        let indent = line.len() - line.trim_ascii_start().len();
        let skipped = length - line.len() + indent;
        Some((start + skipped, line.trim_ascii()))
    })
}

/// What a text is that is certainly not PEM.
fn what_else(text: &[u8]) -> Option<String> {
    let is_sequence = |bytes: &[u8]| matches!(bytes, [0x30, 0x80..=0x84, ..]);
    if text.trim_ascii().is_empty() {
        return Some("it is empty, but it must hold PEM blocks, '-----BEGIN ...-----'".into());
    }
    if matches!(text, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, b'-', 0, ..] | [b'-', 0, ..]) {
        return Some("it is UTF-16 text: save it as ASCII or UTF-8".into());
    }
    if !is_sequence(text) {
        return None;
    }
    // The first element tells: a certificate is a sequence of sequences, the others begin with a number or a name.
    let header = 2 + text.get(1).map_or(0, |length| usize::from(length & 0x7f));
    Some(match text.get(header) {
        Some(0x02) => "it is PKCS#12 or a key in DER, not PEM: for PKCS#12, convert it with 'openssl pkcs12 -in FILE \
                       -out FILE.pem -nodes'"
            .into(),
        Some(0x06) => "it is PKCS#7 in DER, not PEM: convert it with 'openssl pkcs7 -inform DER -in FILE -print_certs \
                       -out FILE.pem'"
            .into(),
        _ => "it is DER, not PEM: convert it with 'openssl x509 -inform DER -in FILE -out FILE.pem'".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    /// The labels and contents of a text.
    fn read(text: &[u8]) -> Vec<(String, Vec<u8>)> {
        let blocks = blocks(text).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text)));
        blocks.iter().map(|block| (block.label.to_owned(), block.content().unwrap().to_vec())).collect()
    }

    fn refused(text: &[u8]) -> String {
        let error = blocks(text).and_then(|blocks| blocks.iter().try_for_each(|block| block.content().map(drop)));
        let error = error.expect_err(&String::from_utf8_lossy(text));
        assert_eq!(error.kind(), ErrorKind::Argument);
        error.message().to_owned()
    }

    #[test]
    fn blocks_are_found_whatever_stands_around_them() {
        let block = "-----BEGIN CERTIFICATE-----\naGVs\nbG8=\n-----END CERTIFICATE-----\n";
        let expected = vec![("CERTIFICATE".to_owned(), b"hello".to_vec())];
        let without_end = block.trim_end().as_bytes().to_vec();
        for text in [
            block.as_bytes().to_vec(),
            without_end,
            [b"# gr\xfcn and \x96 \xff\n".as_slice(), block.as_bytes(), b"caf\xe9"].concat(),
            [BYTE_ORDER_MARK, block.as_bytes()].concat(),
            [b"# text\n".as_slice(), BYTE_ORDER_MARK, block.as_bytes()].concat(),
            block.replace('\n', "\r\n").into_bytes(),
            block.replace('\n', "\r").into_bytes(),
            block.replace('\n', " \t \n").into_bytes(),
            block.replace('\n', "\n\n").into_bytes(),
            block.replace("aGVs\n", "a GVs ").into_bytes(),
            block.replace("bG8=", "bG8").into_bytes(),
            block.lines().map(|line| format!("    {line}\n")).collect::<String>().into_bytes(),
            format!("subject=CN = a\n        Signature: 30:45\n-- BEGIN\n{block}").into_bytes(),
        ] {
            assert_eq!(read(&text), expected, "{}", String::from_utf8_lossy(&text));
        }
        assert_eq!(read(b"nothing"), Vec::new());
    }

    #[test]
    fn headers_are_not_content() {
        let text = "-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\nDEK-Info: AES-128-CBC,00\r\n\r\naGVsbG8=\r\n\
                    -----END RSA PRIVATE KEY-----\r\n";
        let found = blocks(text.as_bytes()).unwrap();
        assert!(found[0].is_encrypted());
        assert_eq!(*found[0].content().unwrap(), b"hello");
        assert!(!blocks(text.replace("Proc-Type", "Friendly").as_bytes()).unwrap()[0].is_encrypted());
    }

    #[test]
    fn what_is_damaged_is_named_by_its_place() {
        let good = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
        let begin = "-----BEGIN CERTIFICATE-----\n";
        let second = "PEM block 2 (CERTIFICATE, line 4)";
        for (rest, problem) in [
            (format!("{begin}aGVs"), "cut short: the text ends"),
            (begin.to_owned(), "cut short: the text ends"),
            (format!("{begin}aGVs\n{good}"), "cut short: another block begins"),
            (format!("{begin}aGVs\n-----END PRIVATE KEY-----\n"), "another line than '-----END CERTIFICATE-----'"),
            (format!("{begin}aGVs\n-----END CERTIFICATE----\n"), "another line than"),
            (format!("{begin}a!Vs\n-----END CERTIFICATE-----\n"), "not base64"),
            (format!("{begin}aGVsb\n-----END CERTIFICATE-----\n"), "not base64"),
        ] {
            let message = refused(format!("{good}{rest}").as_bytes());
            assert!(message.starts_with(second) && message.contains(problem), "{message}");
        }
    }

    #[test]
    fn a_malformed_line_is_named_but_not_shown() {
        for text in [
            r"-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PRIVATE KEY----- SECRET -----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY----\nSECRET\n-----END PRIVATE KEY-----",
            "-----BEGIN -----\nSECRET\n-----END -----",
        ] {
            let message = refused(text.as_bytes());
            assert!(message.contains("line 1") && !message.contains("SECRET"), "{message}");
        }
    }

    #[test]
    fn other_formats_are_told() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        for (text, problem) in [
            (b" \n".to_vec(), "is empty"),
            ([b"\xff\xfe".to_vec(), utf16("-----BEGIN")].concat(), "UTF-16"),
            (utf16("-----BEGIN"), "UTF-16"),
            (b"\xfe\xff\0-".to_vec(), "UTF-16"),
            (b"\x30\x82\x01\x02\x30\x82".to_vec(), "openssl x509 -inform DER"),
            (b"\x30\x81\xf0\x30\x81\x90".to_vec(), "openssl x509 -inform DER"),
            (b"\x30\x82\x01\x02\x02\x01\x03".to_vec(), "PKCS#12"),
            (b"\x30\x82\x01\x02\x06\x09".to_vec(), "PKCS#7"),
        ] {
            let message = refused(&text);
            assert!(message.contains(problem), "{message}");
        }
    }
}
