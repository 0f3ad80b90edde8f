#!/usr/bin/env bash
# Makes users (1,000,000 unless told), imports them with one command, and again, and prints the rates and the peak memory.
# Usage: benchmarks/import.sh [USERS] [strong|plain]     strong: hashes that are kept; plain: every password is hashed (Argon2id)
set -euo pipefail
cd "$(dirname "$0")/.."

users=${1:-1000000} kind=${2:-strong}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

dotnet publish src/Zaguan -o "$folder/zaguan" --nologo -v quiet
cat > "$folder/zaguan.json" <<'JSON'
{ "Applications": { "ambiotec": {} } }
JSON
awk -v users="$users" -v kind="$kind" 'BEGIN {
  print "id_usuario,usuario,correo,nombres,apellidos,telefono,rol,estado,clave"
  for (i = 1; i <= users; i++) {
    if (kind == "plain") password = "clave número " i
    else password = sprintf("$argon2id$v=19$m=19456,t=2,p=1$c2FsdDAw%08dAAAAAA$%08dAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", i, i)
    split("Médico Recepción Caja", roles, " ")
    printf "%d,usuario%d,usuario%d@clinica.example,Nombre %d,Apellido %d,+34 600 %06d,%s,%d,\"%s\"\n", i, i, i, i, i, i % 1000000, roles[i % 3 + 1], i % 50 != 0, password
  }
}' > "$folder/users.csv"

# The peak of the working set, from the kernel, while it runs.
peak() {
  local most=0 now
  while now=$(awk '/^VmHWM:/{print $2}' "/proc/$1/status" 2>/dev/null) && [ -n "$now" ]; do most=$now; sleep 0.2; done
  echo "peak memory: $((most / 1024)) MiB"
}

cd "$folder"
ls -lh users.csv | awk '{print "file: " $5}'
format=()
[ "$kind" = plain ] && format=(--password-format plain)
for run in "first run" "second run, everybody is there"; do
  echo "== $run"
  ./zaguan/zaguan import users.csv --realm ambiotec "${format[@]}" > out 2>&1 & pid=$!
  peak $pid
  wait $pid || { cat out; exit 1; }
  grep -A 3 ' rows of ' out
done
ls -lh data/zaguan.db | awk '{print "database: " $5}'
