#!/usr/bin/env bash
# Mono's SqlMembershipProvider, which is the only one in Debian: one JSON object a line. Takes a folder to work in.
set -euo pipefail
cd "$(dirname "$0")"

mcs -nologo -out:"$1/membership.exe" -r:System.Web -r:System.Web.ApplicationServices -r:System.Configuration make-membership.cs
mapfile -t passwords < <(node -e 'for (const p of JSON.parse(fs.readFileSync("passwords.json"))) console.log(p)')
for algorithm in SHA1 SHA256; do
  echo "<configuration><system.web><membership hashAlgorithmType=\"$algorithm\" /></system.web></configuration>" > "$1/membership.exe.config"
  for password in "${passwords[@]}"; do
    node -e 'const [algorithm, password, text] = process.argv.slice(1); console.log(JSON.stringify({ format: `aspnet membership ${algorithm.toLowerCase()}`, maker: "Mono", password, text }))' \
      "$algorithm" "$password" "$(mono "$1/membership.exe" "$password")"
  done
done
