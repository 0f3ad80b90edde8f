#!/usr/bin/env python3
"""An inventory API that believes a header, as such systems do: whoever says X-User-Role: admin is one.

It stands in for a back-end that nobody wants to change. Behind one of the proxies beside it (samples/nginx, samples/caddy) the header comes
from Zaguan and from nowhere else. Directly on the network everybody is admin: it listens on 127.0.0.1 alone.

    python3 inventario.py [PORT]

Without a port, or with 0, it takes a free one. It prints the address, then one line of JSON for each request that reaches it.
Python's standard library is all that it needs.
"""

import json
import sys
from socketserver import ThreadingMixIn
from urllib.parse import unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

PRODUCTS = [{"id": 1, "nombre": "Tornillo M4", "existencias": 1200}, {"id": 2, "nombre": "Taladro", "existencias": 7}]


def application(environ, start_response):
    # WSGI (PEP 3333) makes HTTP_X_USER_ROLE of X-User-Role and of X_User_Role alike.
    role = unquote(environ.get("HTTP_X_USER_ROLE", ""))
    user = unquote(environ.get("HTTP_X_ZAGUAN_USER", ""))
    if not role:
        status, answer = "403 Forbidden", {"status": "error", "message": "Rol requerido"}
    elif (environ["PATH_INFO"] + "/").startswith("/api/v1/admin/") and role != "admin":
        status, answer = "403 Forbidden", {"status": "error", "message": "Solo administradores"}
    else:
        status, answer = "200 OK", {"status": "success", "user": user, "role": role, "data": PRODUCTS}
    body = json.dumps(answer, ensure_ascii=False).encode()
    start_response(status, [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


class Handler(WSGIRequestHandler):
    def get_environ(self):
        arrived = {"method": self.command, "path": self.path, "headers": self.headers.items()}
        print(json.dumps(arrived), flush=True)
        return super().get_environ()

    def log_message(self, *_):
        pass


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with make_server("127.0.0.1", port, application, Server, Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
