#!/usr/bin/env bash
# The yescrypt of RustCrypto, built from the sources that Debian packages: one JSON object a line. Takes the folder into which librust-yescrypt-dev and what it needs
# were unpacked, and a folder to work in. It is written in another language than libxcrypt's, after the same reference; it has no gost-yescrypt.
set -euo pipefail
cd "$(dirname "$0")"

mkdir -p "$2/yescrypt/src" "$2/yescrypt/.cargo"
cp make-yescrypt.rs "$2/yescrypt/src/main.rs"
cat > "$2/yescrypt/Cargo.toml" << TOML
[package]
name = "make-yescrypt"
version = "0.0.0"
edition = "2021"

[dependencies]
yescrypt = { version = "0.1", default-features = false, features = ["password-hash"] }
TOML
cat > "$2/yescrypt/.cargo/config.toml" << TOML
[source.crates-io]
replace-with = "debian"

[source.debian]
directory = "$1/usr/share/cargo/registry"
TOML
(cd "$2/yescrypt" && RUSTC=/usr/bin/rustc /usr/bin/cargo build --release --offline --quiet >&2)

cost=own
node -e 'for (const p of JSON.parse(fs.readFileSync("passwords.json"))) console.log(p)' | while read -r password; do
  "$2/yescrypt/target/release/make-yescrypt" "$password" ${cost:+"$cost"} | while read -r text; do
    node -e 'const [password, text] = process.argv.slice(1); console.log(JSON.stringify({ format: "yescrypt", maker: "RustCrypto", password, text }))' "$password" "$text"
  done
  cost=
done
