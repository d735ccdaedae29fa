"""A client in a few lines: JSON-RPC 2.0, one object a line, over TCP or TLS. `client.py HOST PORT [CA] [TOKEN]`"""

import json
import socket
import ssl
import sys


class Client:
    def __init__(self, host, port, ca=None):
        self.socket = socket.create_connection((host, port), timeout=10)
        if ca:
            context = ssl.create_default_context(cafile=ca)
            self.socket = context.wrap_socket(self.socket, server_hostname=host)
        self.lines = self.socket.makefile("rb")
        self.id = 0

    def call(self, method, params=None):
        self.id += 1
        request = {"jsonrpc": "2.0", "id": self.id, "method": method, "params": params or {}}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        for line in self.lines:
            message = json.loads(line) if line.strip() else {}
            if "body" in message:
                self.lines.read(message["body"] + 1)
            if message.get("id") == self.id:
                if "error" in message:
                    raise RuntimeError(message["error"]["data"]["type"])
                return message["result"]
        raise RuntimeError("the connection ended")


host, port, ca, token = (sys.argv[1:] + ["", ""])[:4]
client = Client(host, int(port), ca)
auth = {"auth": {"type": "token", "token": token}} if token else {}
hello = client.call("rpc.hello", {"protocol": 1, "client": "python/1", **auth})
client.call("rpc.ping")
try:
    client.call("no.such")
except RuntimeError as error:
    print(json.dumps({"service": hello["service"], "principal": hello["principal"], "unknown": str(error)}))
