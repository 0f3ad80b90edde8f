#!/usr/bin/env bash
# Installs what the tests need and this machine lacks (Debian, Ubuntu), builds, and runs every test.
# Ends with a line "N passed, N failed, N skipped"; fails where a test failed or none ran.
set -euo pipefail
cd "$(dirname "$0")"

# What each is for: the package, and a file that shows that it is there.
needs=(
  "libicu72|libicu74|libicu76:/usr/share/doc/libicu7*" # names are compared by Unicode's rules
  "libsqlite3-0|libsqlite3-0t64:/usr/lib/*/libsqlite3.so.0"
  "util-linux:/usr/bin/setpriv"
  "procps:/usr/bin/pgrep"
  "libcrypt1:/usr/lib/*/libcrypt.so.1" # crypt(3) formats
  "libargon2-1:/usr/lib/*/libargon2.so.1" # ours is compared with it, and with the next
  "libsodium23:/usr/lib/*/libsodium.so.23"
  "nginx:/usr/sbin/nginx" # these two stand before a back-end, with the files of samples/
  "caddy:/usr/bin/caddy"
  "python3:/usr/bin/python3" # runs that back-end
  "python3-jwt:/usr/lib/python3/dist-packages/jwt" # a back-end that is not ours verifies tokens
  "python3-cryptography:/usr/lib/python3/dist-packages/cryptography"
  "libldap-2.5-0|libldap2:/usr/lib/*/libldap*.so.*" # directories are asked through it
  "samba-ad-dc:/usr/share/doc/samba-ad-dc" # a domain controller, with what it is made of
  "samba:/usr/sbin/samba"
  "samba-ad-provision:/usr/share/samba/setup/provision.ldif"
  "samba-dsdb-modules:/usr/lib/*/samba/ldb/samldb.so"
  "samba-vfs-modules:/usr/lib/*/samba/vfs/acl_xattr.so"
  "ldap-utils:/usr/bin/ldapmodify" # makes its users
  "strace:/usr/bin/strace" # makes the database's disk slow
  "gcc:/usr/bin/cc" # makes what moves a node's clock
  "libc6-dev:/usr/include/dlfcn.h"
  "systemd:/usr/bin/systemd-analyze" # reads the unit under deploy/
  "python3-yaml:/usr/lib/python3/dist-packages/yaml" # and this the rest
  "postgresql:/usr/lib/postgresql/*/bin/initdb" # the second database, and one out of which users are imported
  "chromium|chromium-browser:/usr/bin/chromium" # looks at the console
  "fonts-dejavu-core:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf" # and writes in it
)
missing=()
for need in "${needs[@]}"; do
  compgen -G "${need#*:}" >/dev/null || missing+=("${need%%:*}")
done
if [ ${#missing[@]} -gt 0 ]; then
  run=()
  [ "$(id -u)" -eq 0 ] || run=(sudo)
  "${run[@]}" apt-get update -qq
  for names in "${missing[@]}"; do
    installed=
    for name in ${names//|/ }; do
      if "${run[@]}" apt-get install -y -qq --no-install-recommends "$name" >/dev/null; then installed=1; break; fi
    done
    [ -n "$installed" ] || { echo "None of these packages can be installed: ${names//|/, }." >&2; exit 1; }
  done
fi

dotnet build --nologo -v quiet
passed=0 failed=0 skipped=0

# One run of a project's tests; the runner's own summary says how many of each. A test that hangs is named, and ends the run.
run_tests() {
  local project=$1 output code=0
  shift
  output=$(mktemp)
  timeout --foreground --kill-after=30s 25m dotnet "artifacts/bin/$project/debug/$project.dll" --no-progress --long-running 180 --xunit-diagnostics on "$@" 2>&1 | tee "$output" || code=$?
  local total
  total=$(awk '/^ *total: /{print $2}' "$output" | tail -n 1)
  passed=$((passed + $(awk '/^ *succeeded: /{n=$2} END{print n+0}' "$output")))
  failed=$((failed + $(awk '/^ *failed: /{n=$2} END{print n+0}' "$output")))
  skipped=$((skipped + $(awk '/^ *skipped: /{n=$2} END{print n+0}' "$output")))
  rm -f "$output"
  if [ "${total:-0}" -eq 0 ] || [ "$code" -ne 0 ]; then broken=1; fi
}

broken=
run_tests Zaguan.Tests
# What the system's SQLite does, the one that ships inside Zaguan must do too.
ZAGUAN_SQLITE=bundled run_tests Zaguan.Tests --filter-not-trait Database=PostgresOnly --filter-namespace Zaguan.Tests.Storage Zaguan.Tests.Budgets Zaguan.Tests.Account Zaguan.Tests.Admin Zaguan.Tests.Admin.Api
# What stands on the database stands on both.
ZAGUAN_TEST_DATABASE=postgresql run_tests Zaguan.Tests --filter-not-trait Database=FileOnly --filter-namespace \
  Zaguan.Tests.Account Zaguan.Tests.Admin Zaguan.Tests.Admin.Api Zaguan.Tests.Applications Zaguan.Tests.BackEnds Zaguan.Tests.Budgets Zaguan.Tests.Commands Zaguan.Tests.Contracts Zaguan.Tests.Login Zaguan.Tests.OneTimeCodes Zaguan.Tests.Operations \
  Zaguan.Tests.Sources Zaguan.Tests.Sources.Ldap Zaguan.Tests.Tokens Zaguan.Tests.Tokens.Keys Zaguan.Tests.Users Zaguan.Tests.Users.Export Zaguan.Tests.Users.Import
# The console, as a browser shows it.
run_tests Zaguan.BrowserTests

echo "$passed passed, $failed failed, $skipped skipped"
[ -z "$broken" ] && [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
