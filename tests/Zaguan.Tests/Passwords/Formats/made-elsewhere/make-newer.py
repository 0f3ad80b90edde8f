"""Django and Werkzeug of Debian 13, for the formats that Debian 12's are too old for: one JSON object a line."""

import json
import os

import django.conf
from django.contrib.auth.hashers import get_hasher
from werkzeug.security import generate_password_hash

django.conf.settings.configure(PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{h}PasswordHasher" for h in ("PBKDF2", "Scrypt")])

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "passwords.json"), encoding="utf-8") as file:
    PASSWORDS = json.load(file)


def line(format, password, text, maker):
    print(json.dumps({"format": format, "maker": maker, "password": password, "text": text}, ensure_ascii=False))


for password in PASSWORDS:
    hasher = get_hasher("scrypt")
    if password != PASSWORDS[0]:
        # Its own cost once is enough.
        hasher.work_factor = 4096
    line("django scrypt", password, hasher.encode(password, hasher.salt()), f"Django {django.__version__}")
    method = "scrypt" if password == PASSWORDS[0] else "scrypt:4096:8:1"
    line("werkzeug scrypt", password, generate_password_hash(password, method), "Werkzeug of Debian 13")
    line("werkzeug pbkdf2", password, generate_password_hash(password, "pbkdf2:sha512:1000"), "Werkzeug of Debian 13")
