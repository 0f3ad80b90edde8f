#!/usr/bin/env bash
# htpasswd, openssl passwd and mkpasswd: one JSON object a line.
set -euo pipefail
cd "$(dirname "$0")"

line() { # format maker password text [note]
  node -e 'const [format, maker, password, text, note] = process.argv.slice(1); console.log(JSON.stringify({ format, maker, password, text, note }))' "$@"
}

mapfile -t passwords < <(node -e 'for (const p of JSON.parse(fs.readFileSync("passwords.json"))) console.log(p)')
for password in "${passwords[@]}"; do
  line apr1 'htpasswd -m' "$password" "$(htpasswd -nbm u "$password" | head -1 | cut -d: -f2-)"
  line apr1 'openssl passwd -apr1' "$password" "$(openssl passwd -apr1 "$password")"
  line bcrypt 'htpasswd -B' "$password" "$(htpasswd -nbB -C 5 u "$password" 2> /dev/null | head -1 | cut -d: -f2-)"
  line md5-crypt 'openssl passwd -1' "$password" "$(openssl passwd -1 "$password")"
  line sha256-crypt 'openssl passwd -5' "$password" "$(openssl passwd -5 "$password")"
  line sha512-crypt 'openssl passwd -6' "$password" "$(openssl passwd -6 "$password")"
  line sha512-crypt 'mkpasswd' "$password" "$(mkpasswd -m sha512crypt -R 1000 "$password")" 'of libxcrypt itself'
  line yescrypt 'mkpasswd' "$password" "$(mkpasswd -m yescrypt "$password")" 'of libxcrypt itself; see those of RustCrypto'
  line gost-yescrypt 'mkpasswd' "$password" "$(mkpasswd -m gost-yescrypt "$password")" 'of libxcrypt itself: there is no other gost-yescrypt'
  line scrypt-crypt 'mkpasswd' "$password" "$(mkpasswd -m scrypt -R 6 "$password")" 'of libxcrypt itself; see those of Python'
  line bcrypt 'mkpasswd' "$password" "$(mkpasswd -m bcrypt-a -R 4 "$password")" 'of libxcrypt itself: $2a$'
done
