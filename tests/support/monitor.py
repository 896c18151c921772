"""An outside monitor, as a heartbeat pings it: counts, and answers with `status`."""
import http.server
import threading
import time


class Monitor:
    def __init__(self):
        self.pings, self.status = [], 200  # (time.monotonic(), path)
        monitor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                monitor.pings.append((time.monotonic(), self.path))
                self.send_response(monitor.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/ping/secret"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
