"""A webhook's receiver as a process of its own, so that a test can kill it at a chosen point.

It drops what it has by its key, as a receiver should, and says on stdout where it is. `arrived`
holds a line a request that was read, `taken` a line a message that was kept.
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PORT, FOLDER, STOP_AT = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]


def _note(name: str, entry: object) -> None:
    with (FOLDER / name).open("a") as file:
        file.write(json.dumps(entry) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _taken() -> set[str]:
    path = FOLDER / "taken"
    lines = path.read_text().splitlines() if path.exists() else []
    return {json.loads(line)["key"] for line in lines}


def _reach(point: str) -> None:
    print(point, flush=True)
    if point == STOP_AT:
        time.sleep(60)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        _reach("before_reading")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Idempotency-Key"]
        _note("arrived", key)
        _reach("before_taking")
        if key not in _taken():
            _note("taken", {"key": key, "body": json.loads(body)})
        _reach("before_answering")
        status = int(STOP_AT) if STOP_AT.isdigit() else 200
        self.wfile.write(b"HTTP/1.1 2" if status == 200 else b"HTTP/1.1 ")
        self.wfile.flush()
        _reach("while_answering")
        self.wfile.write(b"00" if status == 200 else f"{status}".encode())
        self.wfile.write(b" Told\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\n")
        self.wfile.flush()
        _reach("before_the_body")
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: stdout says where it is."""


with HTTPServer(("127.0.0.1", PORT), Receiver) as server:
    _reach("ready")
    server.serve_forever()
