#!/usr/bin/env bash
# OpenLDAP's slappasswd with its contributed modules: one JSON object a line. Takes the folder into which slapd and slapd-contrib were unpacked.
set -euo pipefail
cd "$(dirname "$0")"

libraries=$(dirname "$(find "$1" -name 'libslapi-*.so.*' | head -1)")
hash() { # module scheme password
  LD_LIBRARY_PATH=$libraries "$1/usr/sbin/slappasswd" -o module-path="$1/usr/lib/ldap" -o module-load="$2" -h "{$3}" -n -s "$4"
}

mapfile -t passwords < <(node -e 'for (const p of JSON.parse(fs.readFileSync("passwords.json"))) console.log(p)')
for password in "${passwords[@]}"; do
  for row in 'pw-sha2 SHA256' 'pw-sha2 SSHA256' 'pw-sha2 SHA384' 'pw-sha2 SSHA384' 'pw-sha2 SHA512' 'pw-sha2 SSHA512' 'pw-pbkdf2 PBKDF2-SHA256' 'pw-pbkdf2 PBKDF2-SHA512' 'argon2 ARGON2'; do
    read -r module scheme <<< "$row"
    node -e 'const [scheme, password, text] = process.argv.slice(1); console.log(JSON.stringify({ format: `ldap {${scheme}}`, maker: "slappasswd", password, text }))' \
      "$scheme" "$password" "$(hash "$1" "$module" "$scheme" "$password")"
  done
done
