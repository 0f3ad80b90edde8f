"""A login as the inventory system's listing shows one, in Flask with Werkzeug's default hash, for gunicorn. Its users are in memory, which costs it nothing."""

import os
import time

import jwt
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
    token = jwt.encode({"sub": body["username"], "exp": int(time.time()) + 28800}, os.environ["BENCHMARK_SECRET"], algorithm="HS256")
    return jsonify(status="success", data={"username": body["username"], "token": token})


@app.get("/api/guarded")
def guarded():
    try:
        claims = jwt.decode(request.headers.get("Authorization", "").removeprefix("Bearer "), os.environ["BENCHMARK_SECRET"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return jsonify(status="error", message="No autorizado"), 401
    return jsonify(username=claims["sub"])
