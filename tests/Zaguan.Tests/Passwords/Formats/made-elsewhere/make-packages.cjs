// Packages of the npm registry (NODE_PATH says where they are): one JSON object a line.
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { promisify } = require("node:util");
const aspnet = require("aspnet-identity-pw");
const drupal = require("drupal-hash");
const { FirebaseScrypt } = require("firebase-scrypt");

const line = (format, maker, password, text, more = {}) => console.log(JSON.stringify({ format, maker, password, text, ...more }));
const web = (text) => text.replaceAll("+", "-").replaceAll("/", "_");

(async () => {
  for (const password of JSON.parse(fs.readFileSync(path.join(__dirname, "passwords.json")))) {
    line("aspnet identity v2", "npm aspnet-identity-pw", password, await promisify(aspnet.hashPassword)(password));
    line("drupal", "npm drupal-hash", password, drupal.hashPassword(password, 10));
    line("drupal upgraded", "npm drupal-hash", password, "U" + drupal.hashPassword(crypto.createHash("md5").update(password).digest("hex"), 10));

    const [signerKey, salt, saltSeparator] = [crypto.randomBytes(64).toString("base64"), crypto.randomBytes(10).toString("base64"), "Bw=="];
    const hash = await new FirebaseScrypt({ memCost: 12, rounds: 8, saltSeparator, signerKey }).hash(password, salt);
    // The command line exports one alphabet of Base64, the Admin SDK the other.
    for (const spelt of [(t) => t, web]) {
      line("firebase scrypt", "npm firebase-scrypt", password, undefined, { export: { hash: spelt(hash), salt: spelt(salt), signerKey, saltSeparator, rounds: "8", memoryCost: "12" } });
    }
  }
})();
