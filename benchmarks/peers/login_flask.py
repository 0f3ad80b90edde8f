"""A login as the inventory system's listing shows one, in Flask with Werkzeug's default hash, for gunicorn. Its users are in memory, which costs it nothing."""

import os

from flask import Flask, jsonify, request
from werkzeug.security import check_password_hash, generate_password_hash

USERS = {"usuario": generate_password_hash(os.environ["BENCHMARK_PASSWORD"])}

app = Flask(__name__)


@app.post("/api/v1/auth/login")
def login():
    body = request.get_json()
    stored = USERS.get(body["username"])
    if stored is None or not check_password_hash(stored, body["password"]):
        return jsonify(status="error", message="Credenciales inválidas"), 401
    return jsonify(status="success", data={"username": body["username"]})
