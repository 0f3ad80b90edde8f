#!/usr/bin/env bash
# Fills the tables of an empty house, in PostgreSQL and in SQLite, with what a clinic would have in them, and prints the bytes of each row with its indexes.
# Usage: benchmarks/size.sh [USERS] [RECORDS]
set -euo pipefail
cd "$(dirname "$0")/.."
users=${1:-200000} records=${2:-1000000}
home=$(mktemp -d)
programs=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
as=()
[ "$(id -u)" -ne 0 ] || { chown nobody "$home"; as=(setpriv --reuid=nobody --regid=nogroup --clear-groups); }
cleanup() { "${as[@]}" "$programs/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$home"; }
trap cleanup EXIT

"${as[@]}" "$programs/initdb" -D "$home/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >/dev/null
"${as[@]}" "$programs/pg_ctl" -D "$home/data" -w -l "$home/log" -o "-c listen_addresses= -c unix_socket_directories=$home -c fsync=off -c max_wal_size=4GB" start >/dev/null
sql() { psql -h "$home" -U postgres -X -q -v ON_ERROR_STOP=1 "$@"; }
cat src/Zaguan/Storage/Migrations/postgresql/*.sql | sql -1

# The same rows for both: {text:N} is N characters of chance, {n} the number of the row, {users} and {records} how many there are.
fill_users="INSERT INTO users (key, realm, number, id, username, username_key, email, email_key, phone, given_name, family_name, active, password, password_cost, password_changed_at, created_at)
  SELECT {n}, 'clinica', {n}, {text:36}, 'usuario' || {n}, 'USUARIO' || {n}, 'usuario' || {n} || '@clinica.example', 'USUARIO' || {n} || '@CLINICA.EXAMPLE', '+34 600 000 000', 'María Fernanda', 'Quispe Mamani',
         true, '\$argon2id\$v=19\$m=19456,t=2,p=1\$' || {text:22} || '\$' || {text:43}, 'argon2id m=19456,t=2,p=1', 1700000000000, 1700000000000 FROM {rows:users}"
fill_log="INSERT INTO access_log (at, application, realm, identifier, user_key, is_successful, outcome, address, platform, user_agent, node)
  SELECT 1700000000000 + {n} * 100, 'romsoft', 'clinica', 'usuario' || ({n} % {users} + 1), {n} % {users} + 1, true, 0, '192.168.10.' || ({n} % 250), 'Windows',
         'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36', 'nodo-1' FROM {rows:records}"
fill_sessions="INSERT INTO sessions (id, application, user_key, access_id, opened_at, expires_at)
  SELECT {text:36}, 'romsoft', {n}, {n}, 1700000000000 + {n} * 100, 1700028800000 + {n} * 100 FROM {rows:users}"
fill_budgets="INSERT INTO budgets (account, address, failed, forgiven, in_flight, in_flight_until, burials, window_from, refused_until, refusals, failures, within, refused_for, refused_at_most)
  SELECT 'user:' || {n}, '192.168.10.' || ({n} % 250), 1, 1, 0, 1700000000000, 0, 1700000000000, 0, 0, 5, 0, 60000, 3600000 FROM {rows:users}"

postgres() {
  sed -E "s/\{n\}/n.i/g; s/\{users\}/$users/g; s/\{rows:users\}/generate_series(1, $users) AS n(i)/; s/\{rows:records\}/generate_series(1, $records) AS n(i)/;
          s/\{text:([0-9]+)\}/left(md5(random()::text) || md5(random()::text), \1)/g" <<<"$1"
}
echo "PostgreSQL: bytes of a row, and of its indexes"
sql -c "INSERT INTO realms VALUES ('clinica')"
for table in users access_log sessions budgets; do
  case $table in users) fill=$fill_users rows=$users ;; access_log) fill=$fill_log rows=$records ;; sessions) fill=$fill_sessions rows=$users ;; budgets) fill=$fill_budgets rows=$users ;; esac
  postgres "$fill" | sql
  sql -c "VACUUM ANALYZE $table"
  sql -A -t -F ' ' -c "SELECT '$table', round(sum(pg_table_size(relid)) / $rows), round(sum(pg_indexes_size(relid)) / $rows)
    FROM (SELECT relid::oid FROM pg_partition_tree('$table') UNION SELECT '$table'::regclass::oid) AS parts (relid)" | awk '{printf "  %-12s %6d %6d\n", $1, $2, $3}'
done

echo "SQLite: bytes of a row with its indexes"
USERS=$users RECORDS=$records FILL_USERS=$fill_users FILL_LOG=$fill_log FILL_SESSIONS=$fill_sessions FILL_BUDGETS=$fill_budgets python3 - "$home/zaguan.db" src/Zaguan/Storage/Migrations/sqlite <<'PYTHON'
import os, pathlib, re, sqlite3, sys

users, records = int(os.environ["USERS"]), int(os.environ["RECORDS"])
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.create_function("capitals", 1, lambda text: text and text.upper(), deterministic=True)
db.execute("PRAGMA synchronous = OFF")
for script in sorted(pathlib.Path(sys.argv[2]).glob("*.sql")):
    db.executescript(script.read_text())
db.execute("INSERT INTO realms VALUES ('clinica')")

def size():
    return db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0]

for table, fill, rows in (("users", "FILL_USERS", users), ("access_log", "FILL_LOG", records), ("sessions", "FILL_SESSIONS", users), ("budgets", "FILL_BUDGETS", users)):
    statement = re.sub(r"\{rows:\w+\}", "numbers", os.environ[fill]).replace("{n}", "i").replace("{users}", str(users))
    statement = re.sub(r"\{text:(\d+)\}", r"substr(hex(randomblob(32)), 1, \1)", statement)
    before = size()
    db.execute(f"WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {rows}) {statement}")
    print(f"  {table:<12} {round((size() - before) / rows):6d}")
PYTHON
