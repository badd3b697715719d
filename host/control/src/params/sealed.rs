//! Secrets that were given in person, sealed for the next runner of this machine: encrypted with a key that lies
//! beside the default store, for its owner only. Without it, a copy of the store or a shared table tells nothing.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::Value;

use crate::environment::Environment;
use crate::error::{CommandError, Result, code};
use crate::loose::{make_private, others_may};
use crate::settings::home;

/// How the sealed text begins.
const SEALED: &str = "sealed:";

/// The key's file.
const KEY: &str = "secret.key";

/// Its length.
const LENGTH: usize = 32;

/// Seals the value of a secret of the execution with this identity.
pub(super) fn seal(
    environment: &Environment,
    identity: &str,
    name: &str,
    value: &Value,
) -> Result<String> {
    let path = home::state(environment)?.join(KEY);
    let key = match read_key(&path)? {
        Some(key) => key,
        None => make_key(&path)?,
    };
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).map_err(|_| no_random())?;
    let mut text = value.to_string().into_bytes();
    let sealing = key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        bound_to(identity, name),
        &mut text,
    );
    sealing.map_err(|_| no_random())?;
    Ok(format!("{SEALED}{}", BASE64.encode([nonce.as_slice(), &text].concat())))
}

/// Opens what was sealed here.
pub(super) fn open(
    environment: &Environment,
    identity: &str,
    name: &str,
    sealed: &str,
) -> Result<Value> {
    let path = home::state(environment)?.join(KEY);
    let other = || {
        let message = format!(
            "the secret `{name}` was given on another machine, or as another user, and is sealed there"
        );
        CommandError::new(code::NO_SECRET, message)
    };
    let key = read_key(&path)?.ok_or_else(other)?;
    let bytes = sealed.strip_prefix(SEALED).and_then(|text| BASE64.decode(text).ok());
    let bytes = bytes.filter(|bytes| bytes.len() > NONCE_LEN).ok_or_else(other)?;
    let (nonce, text) = bytes.split_at(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| other())?;
    let mut text = text.to_vec();
    let opened =
        key.open_in_place(nonce, bound_to(identity, name), &mut text).map_err(|_| other())?;
    serde_json::from_slice(opened).map_err(|_| other())
}

/// What is sealed for one param of one execution opens for no other.
fn bound_to(identity: &str, name: &str) -> Aad<Vec<u8>> {
    Aad::from(format!("{identity}\n{name}").into_bytes())
}

fn read_key(path: &Path) -> Result<Option<LessSafeKey>> {
    let unusable = |why: &str| unusable(path, why);
    // Opening a pipe would wait for its other end.
    if std::fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        return Err(unusable("it is no regular file"));
    }
    let file = match OpenOptions::new().read(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(&error.to_string())),
    };
    if others_may(path).is_some() {
        // What it has sealed may be known.
        let chmod = format!("`chmod 600 {}`, and give new secrets", path.display());
        return Err(unusable("others than its owner may read it").hint(chmod));
    }
    let mut text = String::new();
    let read = file.take(1024).read_to_string(&mut text);
    read.map_err(|error| unusable(&error.to_string()))?;
    let bytes = BASE64.decode(text.trim()).ok().filter(|bytes| bytes.len() == LENGTH);
    let bytes = bytes.ok_or_else(|| unusable("it holds no key"))?;
    key(&bytes).map(Some)
}

fn make_key(path: &Path) -> Result<LessSafeKey> {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes).map_err(|_| no_random())?;
    let unusable = |error: &std::io::Error| unusable(path, &error.to_string());
    // It appears whole or not at all, and the first one stays.
    let draft = path.with_file_name(format!(".{KEY}.{:016x}", fastrand::u64(..)));
    let mut file = make_private(&draft).map_err(|error| unusable(&error))?;
    let written = file.write_all(BASE64.encode(bytes).as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| std::fs::hard_link(&draft, path));
    let _ = std::fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(unusable(&error)),
        _ => read_key(path)?.ok_or_else(no_random),
    }
}

fn key(bytes: &[u8]) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).map_err(|_| no_random())?;
    Ok(LessSafeKey::new(key))
}

fn unusable(path: &Path, why: &str) -> CommandError {
    CommandError::new(code::NO_SECRET, format!("the key {} cannot be used: {why}", path.display()))
        .hint("a secret as a reference needs no key: `--param NAME=env:VARIABLE` or `=file:PATH`")
}

fn no_random() -> CommandError {
    CommandError::new(code::INTERNAL, "a secret could not be sealed")
}
