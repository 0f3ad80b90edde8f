#!/bin/sh
# Kills and starts nodes at random while clients log in without pause, for 300 seconds unless told, and then kills the primary once under the same load.
# Prints how much was answered and how long nobody was let in; fails where an answered attempt is missing, a failure was forgotten or a good token refused.
#   benchmarks/chaos.sh [SECONDS]
set -eu
cd "$(dirname "$0")/.."
dotnet build --nologo --verbosity quiet tests/Zaguan.Tests
ZAGUAN_CHAOS_SECONDS=${1:-300} artifacts/bin/Zaguan.Tests/debug/Zaguan.Tests --no-progress --output Detailed --filter-class Zaguan.Tests.Nodes.ChaosTests Zaguan.Tests.Nodes.FailoverTests
