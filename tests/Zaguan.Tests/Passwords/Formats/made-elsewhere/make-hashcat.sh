#!/usr/bin/env bash
# The examples that hashcat tests itself with, of formats of which there is no other maker: one JSON object a line.
set -euo pipefail

example() { # format mode
  hashcat --hash-info --machine-readable -m "$2" 2> /dev/null | node -e '
    const [format] = process.argv.slice(1);
    const mode = Object.values(JSON.parse(fs.readFileSync(0, "utf8").replace(/^[^{]*/, "")))[0];
    console.log(JSON.stringify({ format, maker: "hashcat", password: mode.example_pass, text: mode.example_hash }));' "$1"
}

example 'sqlserver 2005' 132
example 'sqlserver 2012' 1731
example 'drupal' 7900
example 'phpass' 400
example 'atlassian pbkdf2' 12001
example 'django pbkdf2-sha256' 10000
