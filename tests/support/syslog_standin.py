"""A syslog server on loopback: octet-counted frames (RFC 6587) over TLS (RFC 5425) or plain. Prints {"port": …}, then a JSON line for
each frame, and {"ended": bytes of a frame that were left} for each connection that is over; ends when its standard input does. Standard
library only."""
import argparse
import json
import socketserver
import ssl
import sys
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("--cert")
parser.add_argument("--key")
parser.add_argument("--client-ca", help="demand a certificate that this one signed")
parser.add_argument("--mood", choices=["hang", "drop"], help="never shake hands; or end the connection at the first bytes")
parser.add_argument("--once", action="store_true", help="end each connection after a frame and a moment")
OPTIONS = parser.parse_args()
CONTEXT = None
if OPTIONS.cert:
    CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CONTEXT.load_cert_chain(OPTIONS.cert, OPTIONS.key)
    if OPTIONS.client_ca:
        CONTEXT.verify_mode = ssl.CERT_REQUIRED
        CONTEXT.load_verify_locations(OPTIONS.client_ca)
LOCK = threading.Lock()


def tell(line):
    with LOCK:
        print(json.dumps(line), flush=True)


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        if OPTIONS.mood == "hang":
            time.sleep(60)
            return
        try:
            if CONTEXT:
                self.request = CONTEXT.wrap_socket(self.request, server_side=True)
            left = self.read()
            self.request.close()
            tell({"ended": left})
        except (OSError, ssl.SSLError):
            pass

    def read(self):
        left = b""
        if OPTIONS.mood == "drop":
            self.request.recv(1)
            return 0
        while piece := self.request.recv(65536):
            left += piece
            while b" " in left:
                size, rest = left.split(b" ", 1)
                if len(rest) < int(size):
                    break
                frame, left = rest[:int(size)], rest[int(size):]
                tell({"frame": frame.decode("utf-8"), "size": len(frame)})
                if OPTIONS.once:
                    time.sleep(0.6)
                    return len(left)
        return len(left)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


with Server(("127.0.0.1", 0), Session) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tell({"port": server.server_address[1]})
    sys.stdin.read()
    server.shutdown()
