#!/usr/bin/env bash
# Makes hashes.json: hashes of the passwords of passwords.json by implementations that are none of ours. Needs Debian 12, root (for the
# packages, and to run PostgreSQL as somebody else) and Node. Every run makes other salts; the tests hold for all of them.
set -euo pipefail
cd "$(dirname "$0")"

apt-get install -y -qq --no-upgrade --no-install-recommends python3-passlib python3-django python3-werkzeug python3-bcrypt python3-argon2 php-cli apache2-utils whois openssl postgresql-15 >&2

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

# With -O, since passlib asserts that a salt of sha256-crypt has 16 letters, and MySQL's have 20. Debian's own Python has Debian's modules.
/usr/bin/python3 -O make.py > "$made/python"
php make.php > "$made/php"
node make.mjs > "$made/node"
./make-with-tools.sh > "$made/tools"
./make-postgresql.sh > "$made/postgresql"

# One object a line; sorted so that what changes can be read.
{ echo '['; cat "$made"/{python,php,node,tools,postgresql} | LC_ALL=C sort | sed '$!s/$/,/; s/^/  /'; echo ']'; } > hashes.json
node -e 'console.error(JSON.parse(fs.readFileSync("hashes.json")).length, "hashes")'
