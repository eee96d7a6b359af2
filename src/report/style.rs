//! The style sheet with its fonts inside: data addresses, so that pages opened as files look the same as served ones.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const FONTS: [(&str, &str, &str, &[u8]); 4] = [
    ("STIX Two Math", "normal", "400", include_bytes!("../../templates/fonts/stix-two-math.woff2")),
    ("STIX Two Text", "normal", "400", include_bytes!("../../templates/fonts/stix-two-text-regular.woff2")),
    ("STIX Two Text", "italic", "400", include_bytes!("../../templates/fonts/stix-two-text-italic.woff2")),
    ("STIX Two Text", "normal", "600", include_bytes!("../../templates/fonts/stix-two-text-semibold.woff2")),
];

/// The whole style sheet.
pub(super) fn sheet() -> String {
    let faces = FONTS.map(|(family, style, weight, bytes)| {
        format!(
            "@font-face{{font-family:\"{family}\";font-style:{style};font-weight:{weight};font-display:block;src:url(data:font/woff2;base64,{}) format(\"woff2\")}}\n",
            STANDARD.encode(bytes)
        )
    });
    // rules first: a reader of the file sees them before half a megabyte of letters
    format!(
        "{}\n/* Fonts: STIX Two, SIL Open Font License 1.1. */\n{}",
        include_str!("../../templates/style.css"),
        faces.concat()
    )
}
