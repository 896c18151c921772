"""A proxy that takes CONNECT only, and brings every tunnel to one port of this machine, whatever host was asked for.

    python3 tests/support/aws/proxy.py PORT    prints {"url": …}, then every host:port asked for on a line of its own;
                                               serves until its standard input ends
"""
import contextlib
import json
import socket
import sys
import threading


def pump(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def tunnel(client, port):
    with client:
        head = b""
        while b"\r\n\r\n" not in head:
            data = client.recv(4096)
            if not data:
                return
            head += data
        method, name, _ = head.split(b"\r\n")[0].decode().split(" ")
        if method != "CONNECT":
            client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return
        print(name, flush=True)
        with socket.create_connection(("127.0.0.1", port)) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(server, client), daemon=True)
            back.start()
            pump(client, server)
            back.join()


def accept(listener, port):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=tunnel, args=(client, port), daemon=True).start()


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)
    threading.Thread(target=accept, args=(listener, int(sys.argv[1])), daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
