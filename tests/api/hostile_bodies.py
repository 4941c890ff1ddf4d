"""Bodies that no client of ours sends, with what each is answered."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Hostile:
    """A body; ``pointer`` is where the answer points, None where that depends on the route."""

    name: str
    body: bytes
    status: int
    pointer: str | None = ""
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)


BODIES = (
    Hostile("broken", b'{"conditions": ["a", ', 400),
    Hostile("nothing", b"", 400),
    Hostile("not UTF-8", b'{"a": "\xff"}', 400),
    Hostile("NaN", b'{"results": [{"value": NaN}]}', 400, "/results/0/value"),
    Hostile("infinity", b'{"age": -Infinity}', 400, "/age"),
    Hostile("too large a number", b'{"age": 1e999}', 400, "/age"),
    Hostile("long number", b'{"age": ' + b"9" * 100_000 + b"}", 400, "/age"),
    Hostile("duplicate keys", b'{"a": [{"b": 1, "b": 2}]}', 400, "/a/0/b"),
    Hostile("NUL", b'{"conditions": ["a\\u0000"]}', 422, "/conditions/0"),
    Hostile("raw NUL", b'{"conditions": ["a\x00"]}', 400, "/conditions/0"),
    Hostile("half a pair", b'{"conditions": ["\\udfff"]}', 400, "/conditions/0"),
    Hostile("10 MB", b'{"a": "' + b"x" * 10_000_000 + b'"}', 413),
    Hostile("nested 100,000 deep", b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "/a" + "/0" * 31),
    Hostile("nested objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "/a" * 32),
    Hostile("a million items", b"[" + b"1," * 400_000 + b"1]", 400, "/19999"),
    Hostile("many keys", b"{" + b",".join(b'"k%d":1' % i for i in range(60_000)) + b"}", 400, None),
    Hostile("many empty texts", b'["' + b'","' * 300_000 + b'"]', 400, "/19999"),
    Hostile("a long escaped text", b'{"a": "' + b"\\\\" * 400_000 + b'"}', 422, None),
    Hostile("a list", b"[1]", 422),
    Hostile("wrong type", b'{"conditions": 7, "medicines": 7, "username": 7}', 422, None),
    Hostile("zip bomb", gzip.compress(b"0" * 50_000_000), 415, "", {**JSON, "Content-Encoding": "gzip"}),
    Hostile("form", b"a=b", 415, "", {"Content-Type": "application/x-www-form-urlencoded"}),
)
