#!/usr/bin/env bash
# PostgreSQL's own, read from pg_authid of a cluster that lives as long as this script: one JSON object a line.
set -euo pipefail
cd "$(dirname "$0")"

bin=/usr/lib/postgresql/15/bin
cluster=$(mktemp -d)
trap 'rm -rf "$cluster"' EXIT
chown nobody "$cluster"
as() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }

as $bin/initdb -D "$cluster/data" -E UTF8 --locale=C.UTF-8 --no-sync > /dev/null
node - << 'JS' > "$cluster/sql"
const passwords = JSON.parse(require("fs").readFileSync("passwords.json"));
for (const kind of ["md5", "scram-sha-256"]) {
  console.log(`SET password_encryption = '${kind}'`);
  passwords.forEach((p, i) => console.log(`CREATE ROLE "${kind} ${i}" PASSWORD '${p}'`));
}
console.log("SELECT rolname || '|' || rolpassword AS made FROM pg_authid WHERE rolpassword IS NOT NULL");
JS
as $bin/postgres --single -D "$cluster/data" postgres < "$cluster/sql" 2> /dev/null > "$cluster/out"
node - "$cluster/out" << 'JS'
const fs = require("fs");
const passwords = JSON.parse(fs.readFileSync("passwords.json"));
for (const [, name, kind, i, text] of fs.readFileSync(process.argv[2], "utf8").matchAll(/made = "((\S+) (\d))\|([^"]+)"/g)) {
  console.log(JSON.stringify({ format: `postgresql ${kind}`, maker: "PostgreSQL 15", password: passwords[i], text: kind === "md5" ? `${text}:${name}` : text }));
}
JS
