// Node's own crypto: one JSON object a line. SQL Server's hash is written from its definition, beside hashcat's example.
import crypto from "node:crypto";
import fs from "node:fs";

const line = (format, password, text, note, more = {}) => console.log(JSON.stringify({ format, maker: "Node crypto", password, text, note, ...more }));

for (const p of JSON.parse(fs.readFileSync(new URL("passwords.json", import.meta.url)))) {
  const bytes = crypto.randomBytes(16);
  const salt = bytes.toString("hex");
  line("node scrypt", p, `${salt}:${crypto.scryptSync(p, salt, 64).toString("hex")}`);
  line("node scrypt", p, `${crypto.scryptSync(p, salt, 64).toString("hex")}.${salt}`);
  line("node scrypt", p, `4096:16:2:${salt}:${crypto.scryptSync(p, salt, 32, { N: 4096, r: 16, p: 2 }).toString("base64")}`);
  line("node scrypt (hex salt)", p, `${salt}:${crypto.scryptSync(p, bytes, 64).toString("hex")}`);
  line("node pbkdf2", p, `sha512:1000:${salt}:${crypto.pbkdf2Sync(p, salt, 1000, 64, "sha512").toString("hex")}`);
  line("node pbkdf2", p, `sha256:1000:${salt}:${crypto.pbkdf2Sync(p, salt, 1000, 512, "sha256").toString("hex")}`, "as passport-local-mongoose");
  line("node pbkdf2 (hex salt)", p, `sha1:1000:${salt}:${crypto.pbkdf2Sync(p, bytes, 1000, 20, "sha1").toString("base64")}`);

  const base64 = (b) => b.toString("base64").replace(/=+$/, "");
  line("scrypt", p, `$scrypt$ln=12,r=8,p=2$${base64(bytes)}$${base64(crypto.scryptSync(p, bytes, 32, { N: 4096, r: 8, p: 2 }))}`);
  line("pbkdf2", p, `$pbkdf2-sha256$i=1000$${base64(bytes)}$${base64(crypto.pbkdf2Sync(p, bytes, 1000, 32, "sha256"))}`);
  line("pbkdf2", p, `$pbkdf2-sha1$i=1000$${base64(bytes)}$${base64(crypto.pbkdf2Sync(p, bytes, 1000, 32, "sha1"))}`, "two blocks");

  const four = crypto.randomBytes(4);
  const sql = crypto.createHash("sha512").update(Buffer.from(p, "utf16le")).update(four).digest("hex");
  line("sqlserver 2012", p, `0x0200${four.toString("hex")}${sql}`.toUpperCase().replace("0X", "0x"), "from the definition");

  for (const [digest, algorithm, length] of [["sha256", "pbkdf2-sha256", 64], ["sha512", "pbkdf2-sha512", 64], ["sha1", "pbkdf2", 64]]) {
    line("pbkdf2", p, undefined, "as Keycloak keeps it", {
      export: {
        credentialData: JSON.stringify({ hashIterations: 1000, algorithm, additionalParameters: {} }),
        secretData: JSON.stringify({ value: crypto.pbkdf2Sync(p, bytes, 1000, length, digest).toString("base64"), salt: bytes.toString("base64"), additionalParameters: {} }),
      },
    });
  }

  for (const length of [16, 24, 32]) {
    const key = crypto.randomBytes(length);
    const aes = crypto.createCipheriv(`aes-${8 * length}-cbc`, key, key.subarray(0, 16));
    line("aes", p, Buffer.concat([aes.update(p, "utf8"), aes.final()]).toString("base64"), undefined, { key: key.toString("hex") });
  }

  line("plain", p, p);
  line("spring noop", p, `{noop}${p}`);
  line("ldap {CLEARTEXT}", p, `{CLEARTEXT}${p}`);
}
