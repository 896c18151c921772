"""A mail server on loopback: STARTTLS or TLS, a login, and replies as told. Prints {"port": …}, then a JSON line for each mail it
took; ends when its standard input does. Standard library only."""
import argparse
import base64
import json
import socketserver
import ssl
import sys
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("--cert")
parser.add_argument("--key")
parser.add_argument("--tls", action="store_true", help="from the start")
parser.add_argument("--login", help="user:password that must log in")
parser.add_argument("--refuse", default="", help="recipient=code,…")
parser.add_argument("--data-reply", type=int, default=250)
parser.add_argument("--end", choices=["hang", "drop"], help="instead of the reply to the mail")
OPTIONS = parser.parse_args()
REFUSED = dict(item.split("=") for item in OPTIONS.refuse.split(",") if item)
CONTEXT = None
if OPTIONS.cert:
    CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CONTEXT.load_cert_chain(OPTIONS.cert, OPTIONS.key)
LOCK = threading.Lock()


def tell(line):
    with LOCK:
        print(json.dumps(line), flush=True)


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            self.talk()
        except (OSError, ssl.SSLError):
            pass

    def wrap(self):
        self.request = CONTEXT.wrap_socket(self.request, server_side=True)
        self.file = self.request.makefile("rb")
        self.secure = True

    def reply(self, code, *texts):
        texts = texts or ("secretreply",)
        lines = [f"{code}{'-' if i + 1 < len(texts) else ' '}{t}" for i, t in enumerate(texts)]
        self.request.sendall(("\r\n".join(lines) + "\r\n").encode())

    def talk(self):
        self.secure, self.user, sender, to = False, None, None, []
        self.file = self.request.makefile("rb")
        if OPTIONS.tls:
            self.wrap()
        self.reply(220, "stand-in ESMTP")
        while line := self.file.readline():
            text = line.decode("latin-1").rstrip("\r\n")
            verb = text.upper()
            if verb.startswith(("EHLO", "HELO")):
                offers = ["stand-in"]
                if CONTEXT and not self.secure:
                    offers.append("STARTTLS")
                if OPTIONS.login and (self.secure or not CONTEXT):
                    offers.append("AUTH PLAIN")
                self.reply(250, *offers)
            elif verb == "STARTTLS" and CONTEXT:
                self.reply(220)
                self.wrap()
            elif verb.startswith("AUTH PLAIN"):
                blob = text[10:].strip()
                if not blob:
                    self.reply(334, "")
                    blob = self.file.readline().decode().strip()
                _, user, password = base64.b64decode(blob).decode().split("\0")
                good = OPTIONS.login == f"{user}:{password}"
                self.user = user if good else None
                self.reply(235 if good else 535)
            elif verb.startswith("MAIL FROM:"):
                if OPTIONS.login and not self.user:
                    self.reply(530)
                    continue
                sender, to = text[10:].split()[0].strip("<>"), []
                self.reply(250)
            elif verb.startswith("RCPT TO:"):
                address = text[8:].split()[0].strip("<>")
                code = int(REFUSED.get(address, 250))
                if code == 250:
                    to.append(address)
                self.reply(code)
            elif verb == "DATA":
                self.reply(354)
                data = b""
                while (line := self.file.readline()) not in (b".\r\n", b""):
                    data += line[1:] if line.startswith(b".") else line
                if OPTIONS.end == "hang":
                    time.sleep(60)
                if OPTIONS.end == "drop":
                    return
                self.reply(OPTIONS.data_reply)
                if OPTIONS.data_reply == 250:
                    tell({"from": sender, "to": to, "data": data.decode("latin-1"), "tls": self.secure, "user": self.user})
            elif verb == "QUIT":
                self.reply(221)
                return
            else:
                self.reply(250)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


with Server(("127.0.0.1", 0), Session) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tell({"port": server.server_address[1]})
    sys.stdin.read()
    server.shutdown()
