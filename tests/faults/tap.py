"""A tap on the wire between a driver and a Neo4j server: which statements leave the driver, byte for byte.

It hands every byte on in both directions and reads along what the client says: a handshake, then messages in chunks
(https://neo4j.com/docs/bolt/current/bolt/message/), of which RUN begins with the statement's text.
"""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

HANDSHAKE_BYTES = 20
MANIFEST = b"\x00\x00\x01\xff"
"""What a server answers that wants to be told the version in a second step."""
RUN = 0x10
BLOCK = 1 << 16
TEXT_LENGTHS = {0xD0: 1, 0xD1: 2, 0xD2: 4}
Reading = Generator[None, bytes, None]


@dataclass(frozen=True)
class Sent:
    """A statement as it passed: its text, and the bytes of its parameters behind it."""

    text: bytes
    rest: bytes


class Tap:
    """A port that leads to a server's.

    Args:
        port: the server's port on loopback.

    Attributes:
        url: the address for drivers.
        sent: the statements that passed, in order.
        messages: how many messages of each sort passed.
    """

    def __init__(self, port: int) -> None:
        self.sent: list[Sent] = []
        self.messages: Counter[int] = Counter()
        self._target = ("127.0.0.1", port)
        self._actions: dict[int, Callable[[], None]] = {}
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"neo4j://127.0.0.1:{self._listener.getsockname()[1]}"
        self._sockets: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def at(self, number: int, action: Callable[[], None]) -> None:
        """Do something once so many statements have passed."""
        self._actions[number] = action

    def reached(self, number: int) -> threading.Event:
        """Is set once so many statements have passed."""
        event = threading.Event()
        self.at(number, event.set)
        return event

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for end in self._sockets:
            _shut(end)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target)
        except OSError:
            client.close()
            return
        for end in (client, server):
            # A message in several parts would otherwise wait for the other side's word on the first: a statement, 40 ms.
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        greeting = bytearray()
        reading = self._read(greeting)
        next(reading)
        pumps = (
            threading.Thread(target=_pump, args=(client, server, _nothing, reading.send), daemon=True),
            # Known before the client can go on: how it goes on depends on the greeting.
            threading.Thread(target=_pump, args=(server, client, partial(_greet, greeting), _nothing), daemon=True),
        )
        self._sockets += (client, server)
        self._threads += pumps
        for pump in pumps:
            pump.start()

    def _read(self, greeting: bytearray) -> Reading:
        """Read what a client says: it is given bytes as they come, and asks for more by yielding."""
        told = bytearray()

        def take(count: int) -> Generator[None, bytes, bytes]:
            while len(told) < count:
                told.extend((yield))
            taken = bytes(told[:count])
            del told[:count]
            return taken

        yield from take(HANDSHAKE_BYTES)
        while not told:
            told.extend((yield))
        # The server has answered: the client would not have gone on.
        if greeting.startswith(MANIFEST):
            yield from take(4)
            while (yield from take(1))[0] & 0x80:
                pass
        while True:
            message = bytearray()
            while size := int.from_bytes((yield from take(2)), "big"):
                message += yield from take(size)
            if message:
                self._note(bytes(message))

    def _note(self, message: bytes) -> None:
        with self._lock:
            self.messages[message[1]] += 1
            if message[1] != RUN:
                return
            first, size = _text_span(message)
            self.sent.append(Sent(message[first : first + size], message[first + size :]))
            action = self._actions.pop(len(self.sent), None)
        if action:
            action()


def _text_span(message: bytes) -> tuple[int, int]:
    """Where the first field of a message begins, and how many bytes it has; it is a text."""
    marker = message[2]
    if marker >> 4 == 0x8:
        return 3, marker & 0x0F
    width = TEXT_LENGTHS[marker]
    return 3 + width, int.from_bytes(message[3 : 3 + width], "big")


def _greet(greeting: bytearray, block: bytes) -> None:
    """Keep the beginning of what a server says."""
    if len(greeting) < len(MANIFEST):
        greeting += block


def _nothing(block: bytes) -> None:
    """Do nothing."""


def _pump(
    source: socket.socket, target: socket.socket, before: Callable[[bytes], None], after: Callable[[bytes], None]
) -> None:
    """Hand on what comes, and show it to one listener before that and to one after."""
    with suppress(OSError):
        while block := source.recv(BLOCK):
            before(block)
            target.sendall(block)
            after(block)
    for end in (source, target):
        _shut(end)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
