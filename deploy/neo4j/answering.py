"""Does the server answer? Asked over its own ports, without a driver: the driver has its one place in the graph layer."""

import base64
import http.client
import json
import socket
import struct

from deploy.neo4j.home import LOOPBACK, USER

# A Bolt client opens with this word and four versions that it speaks; the server answers with one of them.
# https://neo4j.com/docs/bolt/current/bolt/handshake/
GREETING = struct.pack(">I4I", 0x6060B017, 0x00000005, 0x00000004, 0, 0)
QUESTION = json.dumps({"statement": "RETURN 1 AS one"})
SECONDS = 2.0


def speaks_bolt(port: int) -> bool:
    """Whether a Bolt server greets back on this port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=SECONDS) as connection:
            connection.sendall(GREETING)
            return len(connection.recv(4)) == len(b"\0\0\0\1")
    except OSError:
        return False


def answers_statement(port: int, password: str) -> int:
    """Ask for ``RETURN 1`` over HTTP.

    Returns:
        The status: 202 when it answers, 401 when it refuses the password, 0 when there is no server.
    """
    secret = base64.b64encode(f"{USER}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/json", "Accept": "application/json"}
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=SECONDS)
    try:
        connection.request("POST", "/db/neo4j/query/v2", body=QUESTION, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
