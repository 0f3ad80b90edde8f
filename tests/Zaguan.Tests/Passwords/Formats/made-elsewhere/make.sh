#!/usr/bin/env bash
# Makes hashes.json: hashes of the passwords of passwords.json by implementations that are none of ours. Needs Debian 12, root (for the
# packages, and to run PostgreSQL as somebody else), Node and the npm registry. Every run makes other salts; the tests hold for all of them.
set -euo pipefail
cd "$(dirname "$0")"

apt-get install -y -qq --no-upgrade --no-install-recommends python3-passlib python3-django python3-werkzeug python3-bcrypt python3-argon2 python3-nacl php-cli apache2-utils whois openssl \
  postgresql-15 hashcat mono-mcs mono-runtime libmono-system-web4.0-cil libodbc2 libwrap0 libltdl7 libargon2-1 rustc-web cargo-web >&2

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

# Some of what Debian 12 has is too old: its successor's packages, signed like any, are unpacked and not installed.
unpack() { # suite package…
  local suite=$1 apt="$made/apt-$1"
  shift
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" > "$apt/sources"
  local options=(-qq -o "Dir::Etc::sourcelist=$apt/sources" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update >&2
  if [ "$suite" = sid ]; then
    # With what they need, since Debian 12's is too old for them. Perl is for scripts that nobody runs here.
    mapfile -t with < <(apt-cache "${options[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" | grep -E '^[a-z]' | grep -v perl | sort -u)
    set -- "${with[@]}"
  fi
  (cd "$apt" && apt-get "${options[@]}" download "$@" >&2)
  for package in "$apt"/*.deb; do dpkg-deb -x "$package" "$made/$suite"; done
}
unpack trixie python3-django python3-werkzeug wordpress
unpack sid mysql-server-core librust-yescrypt-dev
# Unpacked as well, because installed it would start a server.
unpack bookworm slapd slapd-contrib
npm install --silent --no-audit --no-fund --prefix "$made" firebase-scrypt@2.2.0 drupal-hash@1.0.4 aspnet-identity-pw@1.0.2 >&2

# Debian's own Python has Debian's modules.
/usr/bin/python3 make.py > "$made/python"
PYTHONPATH="$made/trixie/usr/lib/python3/dist-packages" /usr/bin/python3 make-newer.py > "$made/newer"
php make.php > "$made/php"
php make-wordpress.php "$made/trixie/usr/share/wordpress/" > "$made/wordpress"
node make.mjs > "$made/node"
NODE_PATH="$made/node_modules" NODE_NO_WARNINGS=1 node make-packages.cjs > "$made/npm"
./make-with-tools.sh > "$made/tools"
./make-openldap.sh "$made/bookworm" > "$made/openldap"
./make-membership.sh "$made" > "$made/membership"
./make-hashcat.sh > "$made/hashcat"
./make-postgresql.sh > "$made/postgresql"
./make-mysql.sh "$made/sid" "$made" > "$made/mysql"
./make-yescrypt.sh "$made/sid" "$made" > "$made/yescrypt-hashes"

# published.jsonl: what Java and .NET make and neither Debian nor npm can, from the tests of those who do. gost-yescrypt (libxcrypt alone) and ASP.NET Membership's HMACSHA512
# (from its definition, in make.py; HMACSHA256 differs from it in the lengths alone and was published) have no independent maker.
# One object a line; sorted so that what changes can be read.
{ echo '['; cat "$made"/{python,newer,php,wordpress,node,npm,tools,openldap,membership,hashcat,postgresql,mysql,yescrypt-hashes} published.jsonl | LC_ALL=C sort | sed '$!s/$/,/; s/^/  /'; echo ']'; } > hashes.json
node -e 'console.error(JSON.parse(fs.readFileSync("hashes.json")).length, "hashes")'
