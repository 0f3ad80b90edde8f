#!/usr/bin/env bash
# Fills a database of SQLite with users and access records (1,000,000 and 5,000,000 unless told), starts a PostgreSQL of its own with its own
# default settings, migrates, and prints time, rate, peak memory and the comparison. Then the same with a backup of the PostgreSQL and its restore.
# Usage: benchmarks/migrate.sh [USERS] [RECORDS]     a quick run: benchmarks/migrate.sh 10000 50000
set -euo pipefail
cd "$(dirname "$0")/.."

users=${1:-1000000} records=${2:-5000000}
folder=$(mktemp -d)
server=
stop() { [ -z "$server" ] || { kill -INT "$server" && wait "$server" || true; }; rm -rf "$folder"; }
trap stop EXIT

dotnet publish src/Zaguan -o "$folder/zaguan" --nologo -v quiet
uptime

# PostgreSQL refuses to run as root.
mkdir "$folder/pg"
as=()
if [ "$(id -u)" -eq 0 ]; then chmod 711 "$folder"; chown nobody "$folder/pg"; as=(setpriv --reuid=nobody --regid=nogroup --clear-groups); fi
programs=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
"${as[@]}" "$programs/initdb" -D "$folder/pg/data" -U postgres --auth=trust --encoding=UTF8 --locale=C > /dev/null
"${as[@]}" "$programs/postgres" -D "$folder/pg/data" -c listen_addresses= -c unix_socket_directories="$folder/pg" > "$folder/pg.log" 2>&1 & server=$!
until "$programs/pg_isready" -q -h "$folder/pg"; do sleep 0.2; done

mkdir "$folder/old" "$folder/new" "$folder/third"
echo '{ "Applications": { "ambiotec": {} } }' > "$folder/old/zaguan.json"
for name in new third; do
  "$programs/createdb" -h "$folder/pg" -U postgres "$name"
  echo "{ \"Database\": { \"ConnectionString\": \"Host=$folder/pg;Database=$name;Username=postgres\" }, \"Applications\": { \"ambiotec\": {} } }" > "$folder/$name/zaguan.json"
done

cd "$folder/old"
../zaguan/zaguan roles add Médico --realm ambiotec --number 1 > /dev/null
python3 - "$users" "$records" <<'PY'
import sqlite3, sys
users, records = map(int, sys.argv[1:])
db = sqlite3.connect("data/zaguan.db", isolation_level=None)
db.execute("PRAGMA journal_mode = OFF")
db.execute("PRAGMA synchronous = OFF")
db.execute("BEGIN")
db.execute("""
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
  INSERT INTO users (realm, number, id, username, username_key, email, email_key, phone, given_name, family_name, role_key, active, password, password_cost, password_changed_at, attributes, created_at)
  SELECT 'ambiotec', i, lower(hex(randomblob(16))), 'usuario' || i, 'USUARIO' || i, 'usuario' || i || '@clinica.example', 'USUARIO' || i || '@CLINICA.EXAMPLE', '+34 600 000 000', 'Nombre ' || i, 'Apellido ' || i, 1, i % 50 <> 0,
    '$argon2id$v=19$m=19456,t=2,p=1$' || substr(hex(randomblob(11)), 1, 22) || '$' || substr(hex(randomblob(22)), 1, 43), 'argon2id m=19456,t=2,p=1', 1700000000000, '{"departamento_id":5}', 1700000000000 + i FROM n""", (users,))
db.execute("""
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
  INSERT INTO access_log (at, application, realm, identifier, user_key, is_successful, outcome, address, platform, user_agent, client_info, node)
  SELECT 1740000000000 + i * 10368, 'ambiotec', 'ambiotec', 'usuario' || (1 + i % ?), 1 + i % ?, i % 10 <> 0, CASE WHEN i % 10 <> 0 THEN 0 ELSE 1 END, '10.0.' || (i % 256) || '.' || (i % 251), 'Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36', NULL, 'node1' FROM n""", (records, users, users))
db.execute("""
  INSERT INTO sessions (id, application, user_key, access_id, opened_at, expires_at)
  SELECT lower(hex(randomblob(16))), 'ambiotec', user_key, id, at, at + 28800000 FROM access_log WHERE is_successful AND id > ?""", (records - records // 10,))
db.execute("COMMIT")
db.execute("PRAGMA journal_mode = WAL")
PY
du -h data/zaguan.db | awk '{print "SQLite: " $1}'

# Runs a command and says how long it took and, from the kernel, how much memory it had at most.
measure() {
  local most=0 now began=$EPOCHREALTIME
  "$@" > out 2>&1 & pid=$!
  while now=$(awk '/^VmHWM:/{print $2}' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do most=$now; sleep 0.2; done
  wait $pid || { cat out; exit 1; }
  grep -v -e ' left$' out
  awk -v began="$began" -v ended="$EPOCHREALTIME" -v most="$most" 'BEGIN { printf "it took %.1f s, peak memory %d MiB\n\n", ended - began, most / 1024 }'
}

cd ../new
echo "== migrate-database: SQLite to PostgreSQL"
measure ../zaguan/zaguan migrate-database --from ../old/data/zaguan.db
"$programs/psql" -h "$folder/pg" -U postgres -d new -Atc "SELECT 'PostgreSQL: ' || pg_size_pretty(pg_database_size('new'))"
echo "== backup of the PostgreSQL"
measure ../zaguan/zaguan backup ../copy.db
du -h ../copy.db | awk '{print "backup: " $1}'
cd ../third
echo "== restore into another PostgreSQL"
measure ../zaguan/zaguan restore ../copy.db
uptime
