#!/bin/sh
# Builds in Release and runs the benchmarks of the login: all of them, or those that are named.
#   benchmarks/login.sh [--database sqlite|postgresql] [timing] [codes] [formats] [login] [sources] [allocations] [steps] [contracts] [growth] [console] [flood]
set -eu
cd "$(dirname "$0")/.."
dotnet build --configuration Release --nologo --verbosity quiet benchmarks/Zaguan.Benchmarks
case "${1:-}" in --database) database=$2; shift 2 ;; *) database=sqlite ;; esac
if [ "$database" = postgresql ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
  [ "$(id -u)" -eq 0 ] && run= || run=sudo
  $run apt-get update -qq
  $run apt-get install -y -qq --no-install-recommends postgresql >/dev/null
fi
[ $# -gt 0 ] || set -- timing codes formats login sources allocations steps contracts
# As docs/deploy.md says of a machine that has PostgreSQL on it.
autogroup=/proc/sys/kernel/sched_autogroup_enabled
if [ "$database" = postgresql ] && [ -w $autogroup ] && [ "$(cat $autogroup)" = 1 ]; then
  trap 'echo 1 >$autogroup' EXIT
  echo 0 >$autogroup
fi
artifacts/bin/Zaguan.Benchmarks/release/Zaguan.Benchmarks --database "$database" "$@"
