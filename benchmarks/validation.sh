#!/bin/sh
# Installs Flask, PyJWT, gunicorn and Node where they are missing (Debian, Ubuntu), Express and jsonwebtoken into a folder that is
# deleted afterwards, builds in Release, and measures what guarding an endpoint costs: here, in Express and in Flask.
#   benchmarks/validation.sh [validation] [token-cost]
set -eu
cd "$(dirname "$0")/.."
install() { [ "$(id -u)" -eq 0 ] && run= || run=sudo; $run apt-get update -qq; $run apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
for package in python3-flask python3-jwt gunicorn; do
  dpkg -s "$package" >/dev/null 2>&1 || install "$package"
done
command -v npm >/dev/null || install nodejs npm
peers=$(mktemp -d)
trap 'rm -rf "$peers"' EXIT
cp benchmarks/peers/* "$peers"
npm install --silent --no-audit --no-fund --no-package-lock --prefix "$peers" >/dev/null
dotnet build --configuration Release --nologo --verbosity quiet benchmarks/Zaguan.Benchmarks
[ $# -gt 0 ] || set -- token-cost validation
ZAGUAN_PEERS=$peers artifacts/bin/Zaguan.Benchmarks/release/Zaguan.Benchmarks "$@"
