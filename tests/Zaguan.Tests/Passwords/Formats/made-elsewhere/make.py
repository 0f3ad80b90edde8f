"""Passlib, Django, Werkzeug, bcrypt, argon2-cffi, libsodium and hashlib: one JSON object a line.

What has no maker in Debian or npm (more of Spring Security, of Keycloak and of ASP.NET Membership's keyed hashes than published.jsonl has) is written from its definition.
"""

import base64
import hashlib
import hmac
import json
import os
import struct

import argon2
import bcrypt
import django.conf
import nacl.pwhash
from django.contrib.auth.hashers import get_hasher, make_password
from passlib import hash as passlib
from werkzeug.security import generate_password_hash

HASHERS = "Argon2 BCrypt BCryptSHA256 PBKDF2 PBKDF2SHA1 SHA1 MD5 UnsaltedSHA1 UnsaltedMD5 Crypt".split()
django.conf.settings.configure(PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{h}PasswordHasher" for h in HASHERS])
django.setup()

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "passwords.json"), encoding="utf-8") as file:
    PASSWORDS = json.load(file)
FIRST = PASSWORDS[0]

LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def line(format, password, text, maker, note=None, **more):
    row = {"format": format, "maker": maker, "password": password, "text": text, "note": note, **more}
    print(json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False))


def b64(data):
    return base64.b64encode(data).decode()


def crypt64(number, count):
    return "".join(LETTERS[number >> 6 * i & 63] for i in range(count))


def crypt64_bytes(data):
    number = int.from_bytes(data, "little")
    return crypt64(number, (8 * len(data) + 5) // 6)


def by_passlib(p):
    def made(format, hasher, note=None, mark="", **settings):
        line(format, p, mark + hasher.using(**settings).hash(p), f"passlib {hasher.name}", note)

    made("argon2", passlib.argon2, type="I", memory_cost=1024, rounds=2)
    made("argon2", passlib.argon2, type="D", memory_cost=1024, rounds=2)
    made("argon2", passlib.argon2, type="ID", memory_cost=2048, rounds=1, parallelism=2)
    made("scrypt", passlib.scrypt, rounds=10)
    made("passlib pbkdf2", passlib.pbkdf2_sha1, rounds=1000)
    made("passlib pbkdf2", passlib.pbkdf2_sha256, rounds=1000)
    made("passlib pbkdf2", passlib.pbkdf2_sha512, rounds=1000)
    made("passlib bcrypt-sha256", passlib.bcrypt_sha256, rounds=4)
    made("passlib bcrypt-sha256", passlib.bcrypt_sha256, rounds=4, version=1)
    made("atlassian pbkdf2", passlib.atlassian_pbkdf2_sha1)
    made("bcrypt", passlib.bcrypt, rounds=4, ident="2y")
    made("md5-crypt", passlib.md5_crypt)
    made("sha1-crypt", passlib.sha1_crypt, rounds=1000)
    made("sha256-crypt", passlib.sha256_crypt, rounds=1000)
    made("sha512-crypt", passlib.sha512_crypt, rounds=1000)
    made("sha512-crypt", passlib.sha512_crypt, rounds=5000)
    made("des-crypt", passlib.des_crypt, "sees eight bytes")
    made("apr1", passlib.apr_md5_crypt)
    made("phpass", passlib.phpass, rounds=8)
    made("phpass", passlib.phpass, rounds=13 if p == FIRST else 7, ident="H")
    line("drupal upgraded", p, "U" + passlib.phpass.using(rounds=8).hash(hashlib.md5(p.encode()).hexdigest()), "passlib phpass")
    made("nt-hash", passlib.bsd_nthash)
    made("nt-hash", passlib.nthash, mark="$NT$")
    made("ntlm", passlib.nthash)
    made("mysql native", passlib.mysql41)
    made("sqlserver 2005", passlib.mssql2005)
    made("sqlserver 2005", passlib.mssql2000, "two digests, the second of capitals")
    line("postgresql md5", p, passlib.postgres_md5.hash(p, user="ana") + ":ana", "passlib postgres_md5")
    made("ldap {MD5}", passlib.ldap_md5)
    made("ldap {SMD5}", passlib.ldap_salted_md5)
    made("ldap {SHA}", passlib.ldap_sha1)
    made("ldap {SSHA}", passlib.ldap_salted_sha1)
    made("ldap {SSHA256}", passlib.ldap_salted_sha256)
    made("ldap {SSHA512}", passlib.ldap_salted_sha512)
    made("ldap {PBKDF2}", passlib.ldap_pbkdf2_sha1, rounds=1000)
    made("ldap {PBKDF2-SHA256}", passlib.ldap_pbkdf2_sha256, rounds=1000)
    made("ldap {PBKDF2-SHA512}", passlib.ldap_pbkdf2_sha512, rounds=1000)
    made("ldap {CRYPT}", passlib.ldap_sha512_crypt, rounds=1000)
    made("ldap {ARGON2}", passlib.argon2, mark="{ARGON2}", type="I", memory_cost=1024, rounds=2)
    made("spring argon2", passlib.argon2, mark="{argon2}", type="ID", memory_cost=1024, rounds=2)
    made("spring argon2", passlib.argon2, mark="{argon2@SpringSecurity_v5_8}", type="ID", memory_cost=1024, rounds=2)
    made("spring ldap", passlib.ldap_salted_sha1, mark="{ldap}")


def by_django(p):
    hashers = {
        "pbkdf2_sha256": "django pbkdf2-sha256",
        "pbkdf2_sha1": "django pbkdf2-sha1",
        "argon2": "django argon2",
        "bcrypt": "django bcrypt",
        "bcrypt_sha256": "django bcrypt-sha256",
        "sha1": "django sha1",
        "unsalted_sha1": "django sha1",
        "md5": "django md5",
        "unsalted_md5": "md5",
        "crypt": "django crypt",
    }
    for name, format in hashers.items():
        hasher = get_hasher(name)
        if p != FIRST:
            # Django's own costs once are enough: the rest need not make the tests slow.
            for setting, low in ("iterations", 1000), ("rounds", 4), ("memory_cost", 1024):
                if hasattr(hasher, setting):
                    setattr(hasher, setting, low)
        line(format, p, hasher.encode(p, hasher.salt()), f"Django {name}")


def by_werkzeug(p):
    for method in "pbkdf2:sha256:1000", "pbkdf2:sha1:1000", "pbkdf2:sha512" if p == FIRST else "pbkdf2:sha512:1000":
        line("werkzeug pbkdf2", p, generate_password_hash(p, method), "Werkzeug")
    for method in "md5", "sha1", "sha256":
        line("werkzeug hmac", p, generate_password_hash(p, method), "Werkzeug")


def by_definition(p):
    password, utf16, salt = p.encode(), p.encode("utf-16-le"), os.urandom(16)
    line("bcrypt", p, bcrypt.hashpw(password, bcrypt.gensalt(4)).decode(), "python3-bcrypt")
    line("bcrypt", p, bcrypt.hashpw(password, bcrypt.gensalt(10 if p == FIRST else 5)).decode(), "python3-bcrypt")

    line("scrypt-crypt", p, nacl.pwhash.scrypt.str(password, opslimit=nacl.pwhash.scrypt.OPSLIMIT_MIN, memlimit=nacl.pwhash.scrypt.MEMLIMIT_MIN).decode(), "libsodium")
    letters = crypt64_bytes(salt).encode()
    scrypt = hashlib.scrypt(password, salt=letters, n=1 << 10, r=8, p=1, dklen=32)
    line("scrypt-crypt", p, f"$7${crypt64(10, 1)}{crypt64(8, 5)}{crypt64(1, 5)}{letters.decode()}${crypt64_bytes(scrypt)}", "hashlib", "from crypt(5)")

    def identity3(prf, name, iterations):
        digest = hashlib.pbkdf2_hmac(name, password, salt, iterations, 32)
        line("aspnet identity v3", p, b64(struct.pack(">BIII", 1, prf, iterations, 16) + salt + digest), "hashlib", "from the definition; ASP.NET Core's own hasher has a test of its own")

    identity3(0, "sha1", 1000)
    identity3(1, "sha256", 10000)
    identity3(2, "sha512", 100000)

    note = "from the definition of .NET Framework's SqlMembershipProvider"
    line("aspnet membership hmacsha256", p, f"{b64(hmac.digest(salt * 4, utf16, 'sha256'))}:{b64(salt)}", "hmac", note)
    line("aspnet membership hmacsha512", p, f"{b64(hmac.digest(salt * 8, utf16, 'sha512'))}:{b64(salt)}", "hmac", note)

    note = "from Spring Security's definition"
    line("spring bcrypt", p, "{bcrypt}" + bcrypt.hashpw(password, bcrypt.gensalt(4, b"2a")).decode(), "python3-bcrypt")
    if p == FIRST:
        line("spring pbkdf2", p, "{pbkdf2}" + (salt[:8] + hashlib.pbkdf2_hmac("sha1", password, salt[:8], 185000, 32)).hex(), "hashlib", note)
        line("spring pbkdf2 v5.8", p, "{pbkdf2@SpringSecurity_v5_8}" + (salt + hashlib.pbkdf2_hmac("sha256", password, salt, 310000, 32)).hex(), "hashlib", note)
    long_salt = os.urandom(64)
    scrypt = hashlib.scrypt(password, salt=long_salt, n=1 << 12, r=8, p=1, dklen=32)
    line("spring scrypt", p, f"{{scrypt}}$c0801${b64(long_salt)}${b64(scrypt)}", "hashlib", note)
    scrypt = hashlib.scrypt(password, salt=salt, n=1 << 13, r=8, p=1, dklen=32)
    line("spring scrypt", p, f"{{scrypt@SpringSecurity_v5_8}}$d0801${b64(salt)}${b64(scrypt)}", "hashlib", note)
    digest = salt[:8] + password
    for _ in range(1024):
        digest = hashlib.sha256(digest).digest()
    line("spring sha256", p, "{sha256}" + (salt[:8] + digest).hex(), "hashlib", note)
    for name in "MD5", "SHA-1", "SHA-256":
        bare = hashlib.new(name.replace("-", "").lower(), password).hexdigest()
        salted = hashlib.new(name.replace("-", "").lower(), password + b"{c2FsdA==}").hexdigest()
        line("spring digest", p, f"{{{name}}}{bare}", "hashlib", note)
        line("spring digest", p, f"{{{name}}}{{c2FsdA==}}{salted}", "hashlib", note)

    digest = argon2.low_level.hash_secret_raw(password, salt, 5, 7168, 1, 32, argon2.Type.ID)
    line("argon2", p, None, "argon2-cffi", "as Keycloak keeps it", export={
        "credentialData": json.dumps({"hashIterations": 5, "algorithm": "argon2", "additionalParameters": {
            "hashLength": ["32"], "memory": ["7168"], "type": ["id"], "version": ["1.3"], "parallelism": ["1"]}}),
        "secretData": json.dumps({"value": b64(digest), "salt": b64(salt), "additionalParameters": {}}),
    })


for password in PASSWORDS:
    for make in by_passlib, by_django, by_werkzeug, by_definition:
        make(password)
line("no password", "", make_password(None), "Django")
