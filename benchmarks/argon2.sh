#!/bin/sh
# Installs libsodium and libargon2 where they are missing (Debian, Ubuntu), builds in Release and compares Argon2 with them.
set -eu
cd "$(dirname "$0")/.."
for package in libsodium23 libargon2-1; do
  dpkg -s "$package" >/dev/null 2>&1 || { [ "$(id -u)" -eq 0 ] && run= || run=sudo; $run apt-get update -qq; $run apt-get install -y -qq --no-install-recommends "$package" >/dev/null; }
done
dotnet build --configuration Release --nologo --verbosity quiet benchmarks/Zaguan.Benchmarks
exec artifacts/bin/Zaguan.Benchmarks/release/Zaguan.Benchmarks argon2
