#!/usr/bin/env bash
# MySQL's own, read from mysql.user of a server that sets up its files and ends: one JSON object a line. Takes the folder into which mysql-server-core and its
# libraries were unpacked, and a folder to work in.
set -euo pipefail
cd "$(dirname "$0")"

mysqld() {
  "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/sbin/mysqld" "$@"
}

root=$1
for rounds in 5000 10000; do
  work=$2/mysql-$rounds
  mkdir "$work"
  node - "$work" > "$work/sql" << 'JS'
const passwords = JSON.parse(require("fs").readFileSync("passwords.json"));
console.log("SET NAMES utf8mb4;");
for (const plugin of ["caching_sha2_password", "sha256_password"]) {
  passwords.forEach((p, i) => console.log(`CREATE USER '${plugin.slice(0, 7)} ${i}' IDENTIFIED WITH ${plugin} BY '${p}';`));
}
console.log(`SELECT plugin, SUBSTRING(user, 9), HEX(authentication_string) FROM mysql.user WHERE user LIKE '% %' INTO OUTFILE '${process.argv[2]}/out';`);
JS
  mysqld --no-defaults --initialize-insecure --user=root --datadir="$work/data" --lc-messages-dir="$root/usr/share/mysql" --character-sets-dir="$root/usr/share/mysql/charsets" \
    --character-set-server=utf8mb4 --secure-file-priv= --caching-sha2-password-digest-rounds="$rounds" --init-file="$work/sql" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  node - "$work/out" "$(mysqld --version | sed 's/.*Ver \([0-9.]*\).*/\1/')" "$rounds" << 'JS'
const fs = require("fs");
const [, , out, version, rounds] = process.argv;
const passwords = JSON.parse(fs.readFileSync("passwords.json"));
for (const line of fs.readFileSync(out, "utf8").trim().split("\n")) {
  const [plugin, i, hex] = line.split("\t");
  const [format, text] = [plugin === "sha256_password" ? "mysql sha256" : "mysql caching-sha2", Buffer.from(hex, "hex").toString("latin1")];
  // As SELECT gives it, and as mysqldump and HEX() do.
  for (const spelt of rounds === "5000" ? [text, `0x${hex}`] : [text]) {
    // sha256_password always computes 5000 rounds: once is enough.
    if (format !== "mysql sha256" || rounds === "5000") {
      console.log(JSON.stringify({ format, maker: `MySQL ${version}`, password: passwords[i], text: spelt }));
    }
  }
}
JS
done
