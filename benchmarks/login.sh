#!/bin/sh
# Builds in Release and runs the benchmarks of the login: all of them, or those that are named.
#   benchmarks/login.sh [timing] [formats] [login] [sources] [allocations] [steps]
set -eu
cd "$(dirname "$0")/.."
dotnet build --configuration Release --nologo --verbosity quiet benchmarks/Zaguan.Benchmarks
[ $# -gt 0 ] || set -- timing formats login sources allocations steps
exec artifacts/bin/Zaguan.Benchmarks/release/Zaguan.Benchmarks "$@"
