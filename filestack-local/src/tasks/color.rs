//! Colors as the service writes them: hex digits or names.

/// Red, green, blue and opacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Color(pub(crate) [u8; 4]);

/// A name that is a pattern of random colors rather than a color.
const PATTERN: &str = "fractal";

impl Color {
    pub(crate) const WHITE: Self = Self([255; 4]);
    pub(crate) const BLACK: Self = Self([0, 0, 0, 255]);
    pub(crate) const TRANSPARENT: Self = Self([0; 4]);

    /// Whether `text` is written as the service allows; it may still be nothing that can be painted with.
    pub(crate) fn is_known(text: &str) -> bool {
        text == PATTERN || Self::parse(text).is_some()
    }

    /// Reads a color: 3, 6 or 8 hex digits, a name, or `gray0` to `gray100`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        if lower == "transparent" || lower == "none" {
            return Some(Self::TRANSPARENT);
        }
        if let Ok(position) = NAMES.binary_search_by_key(&lower.as_str(), |(name, _)| name) {
            let [_, red, green, blue] = NAMES[position].1.to_be_bytes();
            return Some(Self([red, green, blue, 255]));
        }
        grey(&lower).or_else(|| hex(&lower))
    }

    /// 255 is opaque.
    pub(crate) fn alpha(self) -> u8 {
        self.0[3]
    }

    /// Whether it is a shade between black and white.
    pub(crate) fn is_grey(self) -> bool {
        self.0[0] == self.0[1] && self.0[1] == self.0[2]
    }
}

/// `gray0` is black, `gray100` is white.
fn grey(text: &str) -> Option<Color> {
    let digits = text.strip_prefix("gray").or_else(|| text.strip_prefix("grey"))?;
    let percent = digits.parse::<u32>().ok().filter(|percent| *percent <= 100)?;
    let shade = u8::try_from((percent * 255 + 50) / 100).ok()?;
    Some(Color([shade, shade, shade, 255]))
}

fn hex(text: &str) -> Option<Color> {
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(text, 16).ok()?;
    let [first, second, third, fourth] = value.to_be_bytes();
    match text.len() {
        // Every digit stands for two of the same.
        3 => Some(Color([(third & 15) * 17, (fourth >> 4) * 17, (fourth & 15) * 17, 255])),
        6 => Some(Color([second, third, fourth, 255])),
        8 => Some(Color([first, second, third, fourth])),
        _ => None,
    }
}

/// The names of CSS, in alphabetical order.
#[rustfmt::skip]
const NAMES: &[(&str, u32)] = &[
    ("aliceblue", 0xF0F8FF), ("antiquewhite", 0xFAEBD7), ("aqua", 0x00FFFF), ("aquamarine", 0x7FFFD4),
    ("azure", 0xF0FFFF), ("beige", 0xF5F5DC), ("bisque", 0xFFE4C4), ("black", 0x000000),
    ("blanchedalmond", 0xFFEBCD), ("blue", 0x0000FF), ("blueviolet", 0x8A2BE2), ("brown", 0xA52A2A),
    ("burlywood", 0xDEB887), ("cadetblue", 0x5F9EA0), ("chartreuse", 0x7FFF00), ("chocolate", 0xD2691E),
    ("coral", 0xFF7F50), ("cornflowerblue", 0x6495ED), ("cornsilk", 0xFFF8DC), ("crimson", 0xDC143C),
    ("cyan", 0x00FFFF), ("darkblue", 0x00008B), ("darkcyan", 0x008B8B), ("darkgoldenrod", 0xB8860B),
    ("darkgray", 0xA9A9A9), ("darkgreen", 0x006400), ("darkgrey", 0xA9A9A9), ("darkkhaki", 0xBDB76B),
    ("darkmagenta", 0x8B008B), ("darkolivegreen", 0x556B2F), ("darkorange", 0xFF8C00), ("darkorchid", 0x9932CC),
    ("darkred", 0x8B0000), ("darksalmon", 0xE9967A), ("darkseagreen", 0x8FBC8F), ("darkslateblue", 0x483D8B),
    ("darkslategray", 0x2F4F4F), ("darkslategrey", 0x2F4F4F), ("darkturquoise", 0x00CED1), ("darkviolet", 0x9400D3),
    ("deeppink", 0xFF1493), ("deepskyblue", 0x00BFFF), ("dimgray", 0x696969), ("dimgrey", 0x696969),
    ("dodgerblue", 0x1E90FF), ("firebrick", 0xB22222), ("floralwhite", 0xFFFAF0), ("forestgreen", 0x228B22),
    ("fuchsia", 0xFF00FF), ("gainsboro", 0xDCDCDC), ("ghostwhite", 0xF8F8FF), ("gold", 0xFFD700),
    ("goldenrod", 0xDAA520), ("gray", 0x808080), ("green", 0x008000), ("greenyellow", 0xADFF2F),
    ("grey", 0x808080), ("honeydew", 0xF0FFF0), ("hotpink", 0xFF69B4), ("indianred", 0xCD5C5C),
    ("indigo", 0x4B0082), ("ivory", 0xFFFFF0), ("khaki", 0xF0E68C), ("lavender", 0xE6E6FA),
    ("lavenderblush", 0xFFF0F5), ("lawngreen", 0x7CFC00), ("lemonchiffon", 0xFFFACD), ("lightblue", 0xADD8E6),
    ("lightcoral", 0xF08080), ("lightcyan", 0xE0FFFF), ("lightgoldenrodyellow", 0xFAFAD2), ("lightgray", 0xD3D3D3),
    ("lightgreen", 0x90EE90), ("lightgrey", 0xD3D3D3), ("lightpink", 0xFFB6C1), ("lightsalmon", 0xFFA07A),
    ("lightseagreen", 0x20B2AA), ("lightskyblue", 0x87CEFA), ("lightslategray", 0x778899), ("lightslategrey", 0x778899),
    ("lightsteelblue", 0xB0C4DE), ("lightyellow", 0xFFFFE0), ("lime", 0x00FF00), ("limegreen", 0x32CD32),
    ("linen", 0xFAF0E6), ("magenta", 0xFF00FF), ("maroon", 0x800000), ("mediumaquamarine", 0x66CDAA),
    ("mediumblue", 0x0000CD), ("mediumorchid", 0xBA55D3), ("mediumpurple", 0x9370DB), ("mediumseagreen", 0x3CB371),
    ("mediumslateblue", 0x7B68EE), ("mediumspringgreen", 0x00FA9A), ("mediumturquoise", 0x48D1CC), ("mediumvioletred", 0xC71585),
    ("midnightblue", 0x191970), ("mintcream", 0xF5FFFA), ("mistyrose", 0xFFE4E1), ("moccasin", 0xFFE4B5),
    ("navajowhite", 0xFFDEAD), ("navy", 0x000080), ("oldlace", 0xFDF5E6), ("olive", 0x808000),
    ("olivedrab", 0x6B8E23), ("orange", 0xFFA500), ("orangered", 0xFF4500), ("orchid", 0xDA70D6),
    ("palegoldenrod", 0xEEE8AA), ("palegreen", 0x98FB98), ("paleturquoise", 0xAFEEEE), ("palevioletred", 0xDB7093),
    ("papayawhip", 0xFFEFD5), ("peachpuff", 0xFFDAB9), ("peru", 0xCD853F), ("pink", 0xFFC0CB),
    ("plum", 0xDDA0DD), ("powderblue", 0xB0E0E6), ("purple", 0x800080), ("red", 0xFF0000),
    ("rosybrown", 0xBC8F8F), ("royalblue", 0x4169E1), ("saddlebrown", 0x8B4513), ("salmon", 0xFA8072),
    ("sandybrown", 0xF4A460), ("seagreen", 0x2E8B57), ("seashell", 0xFFF5EE), ("sienna", 0xA0522D),
    ("silver", 0xC0C0C0), ("skyblue", 0x87CEEB), ("slateblue", 0x6A5ACD), ("slategray", 0x708090),
    ("slategrey", 0x708090), ("snow", 0xFFFAFA), ("springgreen", 0x00FF7F), ("steelblue", 0x4682B4),
    ("tan", 0xD2B48C), ("teal", 0x008080), ("thistle", 0xD8BFD8), ("tomato", 0xFF6347),
    ("turquoise", 0x40E0D0), ("violet", 0xEE82EE), ("wheat", 0xF5DEB3), ("white", 0xFFFFFF),
    ("whitesmoke", 0xF5F5F5), ("yellow", 0xFFFF00), ("yellowgreen", 0x9ACD32),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read() {
        for (text, expected) in [
            ("f00", [255, 0, 0, 255]),
            ("1a2", [0x11, 0xaa, 0x22, 255]),
            ("00FF7f", [0, 255, 127, 255]),
            ("00ff7f80", [0, 255, 127, 128]),
            ("Tomato", [255, 99, 71, 255]),
            ("transparent", [0, 0, 0, 0]),
            ("gray0", [0, 0, 0, 255]),
            ("grey50", [128, 128, 128, 255]),
            ("gray100", [255, 255, 255, 255]),
        ] {
            assert_eq!(Color::parse(text), Some(Color(expected)), "{text}");
        }
        for text in ["", "#fff", "ff", "fffff", "fffffffff", "gray101", "gray", "nocolor", "+ff"] {
            assert_eq!(Color::parse(text).is_some(), text == "gray", "{text}");
        }
        assert!(Color::is_known("fractal") && Color::parse("fractal").is_none());
    }

    #[test]
    fn every_name_of_the_catalogue_is_known() {
        let catalogue = filestack_catalogue::read(include_str!("../../../catalogue/tasks.toml")).unwrap();
        for name in &catalogue.types.color.names {
            assert!(Color::is_known(name), "{name}");
        }
        assert!(NAMES.is_sorted());
    }
}
