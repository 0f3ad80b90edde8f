#!/bin/sh
# Measures what the README claims, beside what a team would use instead, on an otherwise idle machine, in less than half an hour: prints one table and
# writes docs/performance.md. Installs what stands beside Zaguan where it is missing (Debian, Ubuntu): Flask, gunicorn, PostgreSQL, Node, and into a folder that is
# deleted afterwards Express, bcrypt, jsonwebtoken and better-auth.
#   ./bench.sh            all of it
#   ./bench.sh peers      those that are named (benchmarks/README.md); docs/performance.md stays as it is
set -eu
cd "$(dirname "$0")"
install() { [ "$(id -u)" -eq 0 ] && run= || run=sudo; $run apt-get update -qq; $run apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
for package in python3-flask python3-jwt gunicorn postgresql; do
  dpkg -s "$package" >/dev/null 2>&1 || install "$package"
done
command -v npm >/dev/null || install nodejs npm
peers=$(mktemp -d)
trap 'rm -rf "$peers"' EXIT
cp benchmarks/peers/* "$peers"
npm install --silent --no-audit --no-fund --no-package-lock --prefix "$peers" >/dev/null
dotnet build --configuration Release --nologo --verbosity quiet benchmarks/Zaguan.Benchmarks
version() { node -p "require('$peers/node_modules/$1/package.json').version"; }
versions="PostgreSQL $(ls /usr/lib/postgresql | tail -n 1), Node $(node --version), Express $(version express), bcrypt $(version bcrypt), better-auth $(version better-auth), Flask $(dpkg-query -W -f '${Version}' python3-flask), gunicorn $(dpkg-query -W -f '${Version}' gunicorn)"
if [ $# -gt 0 ]; then
  ZAGUAN_PEERS=$peers ZAGUAN_PEERS_VERSIONS=$versions artifacts/bin/Zaguan.Benchmarks/release/Zaguan.Benchmarks "$@"
else
  ZAGUAN_PEERS=$peers ZAGUAN_PEERS_VERSIONS=$versions artifacts/bin/Zaguan.Benchmarks/release/Zaguan.Benchmarks --report docs/performance.md login peers start-up validation flood growth
fi
