//! SM4 as HJ 212-2025 uses it: ECB, no padding, every full block of sixteen bytes between `CP=&&` and the
//! closing `&&`; a shorter rest stays plain. The length does not change; the CRC is that of the plain segment.

#[cfg(feature = "sm4")]
use crate::frame::BLOCK;
use crate::frame::{TextCipher, text_cipher};
use alloc::vec::Vec;

/// A key of sixteen bytes.
pub type Key = [u8; 16];

/// Whether an area that does not fit its CRC looks encrypted: not plain ASCII, or the cipher as text.
pub(crate) fn looks_encrypted(area: &[u8]) -> bool {
    !area.is_ascii() || area.starts_with(b"{0x")
}

/// The bytes of an area and whether they were written as text `{0xHH,…}`.
pub(crate) fn raw(area: &[u8]) -> (Vec<u8>, bool) {
    let TextCipher::Blocks { length, .. } = text_cipher(area) else {
        return (area.to_vec(), false);
    };
    let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or_default() as u8;
    // text_cipher found `{0xHH` and then `,0xHH` up to the brace: the digits stand at 3 and 4 of each five.
    let mut bytes: Vec<u8> = area[..length]
        .chunks_exact(5)
        .map(|one| digit(one[3]) << 4 | digit(one[4]))
        .collect();
    bytes.extend_from_slice(&area[length..]);
    (bytes, true)
}

/// The text form of an encrypted area: full blocks in braces, the plain rest behind them.
#[cfg(feature = "sm4")]
pub(crate) fn as_text(area: &[u8]) -> Vec<u8> {
    let (blocks, rest) = area.split_at(area.len() - area.len() % BLOCK);
    let mut text = Vec::with_capacity(area.len() * 5 + 2);
    for (i, byte) in blocks.iter().enumerate() {
        text.extend_from_slice(alloc::format!("{}0x{byte:02X}", if i == 0 { '{' } else { ',' }).as_bytes());
    }
    if !blocks.is_empty() {
        text.push(b'}');
    }
    text.extend_from_slice(rest);
    text
}

/// Decrypts an area in place.
#[cfg(feature = "sm4")]
pub(crate) fn decrypt(area: &mut [u8], key: &Key) {
    use sm4::cipher::{BlockCipherDecrypt, KeyInit};
    let cipher = sm4::Sm4::new(key.into());
    for block in area.chunks_exact_mut(BLOCK) {
        let mut one = [0; BLOCK];
        one.copy_from_slice(block);
        let mut one = one.into();
        cipher.decrypt_block(&mut one);
        block.copy_from_slice(&one);
    }
}

/// Encrypts an area in place.
#[cfg(feature = "sm4")]
pub(crate) fn encrypt(area: &mut [u8], key: &Key) {
    use sm4::cipher::{BlockCipherEncrypt, KeyInit};
    let cipher = sm4::Sm4::new(key.into());
    for block in area.chunks_exact_mut(BLOCK) {
        let mut one = [0; BLOCK];
        one.copy_from_slice(block);
        let mut one = one.into();
        cipher.encrypt_block(&mut one);
        block.copy_from_slice(&one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form() {
        let mut area = std::string::String::from("{");
        area.push_str(&(0..16).map(|i| std::format!("0x{i:02X}")).collect::<Vec<_>>().join(","));
        area.push_str("}lag=N");
        let (bytes, as_text) = raw(area.as_bytes());
        assert!(as_text);
        assert_eq!(bytes[..16], core::array::from_fn::<u8, 16, _>(|i| i as u8));
        assert_eq!(&bytes[16..], b"lag=N");
        assert_eq!(raw(b"plain"), (b"plain".to_vec(), false));
        assert!(looks_encrypted(&[0xE4]) && looks_encrypted(b"{0xE4") && !looks_encrypted(b"DataTime=1"));
    }

    /// GB/T 32907 appendix A, and the vector of the sheet for HJ 212-2025.
    #[cfg(feature = "sm4")]
    #[test]
    fn vectors() {
        let hex = |text: &str| {
            (0..text.len() / 2)
                .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hex"))
                .collect::<Vec<u8>>()
        };
        let key: Key = hex("0123456789abcdeffedcba9876543210").try_into().expect("16 bytes");
        let mut block = hex("0123456789abcdeffedcba9876543210");
        encrypt(&mut block, &key);
        assert_eq!(block, hex("681edf34d206965e86b3e94f536e4246"));
        let cipher = hex(
            "51d45d461a00cd12208e58cb32cb3adc37bdb9e1652aab3b433a0dc714bef599c5ae1862bd2d7b740f12a89bd2a4e35e6c61673d4e",
        );
        let mut area = cipher.clone();
        decrypt(&mut area, &[0x30; 16]);
        assert_eq!(area, b"DataTime=20240601085857;w01018-Rtd=42.0,w01018-Flag=N");
        encrypt(&mut area, &[0x30; 16]);
        assert_eq!(area, cipher);
    }
}
