#!/bin/sh
# Lets two nodes work for half an hour, unless told otherwise, while the database, the disk, the clocks, the directory, a contract and the certificate fail
# one after the other; fails where anything was lost, or memory or descriptors grew (judged from ten minutes on), and writes docs/soak.md.
# ./test.sh installs what it needs.
#   ./soak.sh [MINUTES]
set -eu
cd "$(dirname "$0")"
dotnet build --configuration Release --nologo --verbosity quiet tests/Zaguan.Tests
ZAGUAN_SOAK_MINUTES=${1:-30} ZAGUAN_SOAK_REPORT=$PWD/docs/soak.md artifacts/bin/Zaguan.Tests/release/Zaguan.Tests --no-progress --output Detailed --filter-class Zaguan.Tests.Soak.SoakTests
