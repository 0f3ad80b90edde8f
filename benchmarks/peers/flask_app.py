"""The back-end of the benchmark in Flask, for gunicorn: BENCHMARK_PROTECTED says whether it asks for a token."""

import json
import os

import jwt
from flask import Flask, abort, g, jsonify, request

SECRET = os.environ["BENCHMARK_SECRET"]
ORIGIN = os.environ["BENCHMARK_ORIGIN"]
PLANS = json.loads(os.environ["BENCHMARK_ANSWER"])

app = Flask(__name__)


def authenticate():
    header = request.headers.get("Authorization", "")
    if not header.startswith("Bearer "):
        abort(401)
    try:
        g.user = jwt.decode(header[7:], SECRET, algorithms=["HS256"], issuer=ORIGIN, audience=ORIGIN, options={"require": ["exp"]})
    except jwt.PyJWTError:
        abort(401)


if os.environ["BENCHMARK_PROTECTED"] == "1":
    app.before_request(authenticate)


@app.get("/api/planes")
def plans():
    return jsonify(PLANS)
