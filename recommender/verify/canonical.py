"""The one way to write a proof as bytes, and the digest of them.

Keys sorted, no blanks, UTF-8, a number in its shortest form that reads back the same: below 1e-5 with an exponent without
leading zeros, from 1e16 on with an exponent and its sign, otherwise in plain digits with a point.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from recommender.verify.verdict import NotProvedError

UNHASHED = ("hash", "cypher")
"""What stands in a proof beside that which its hash is of."""


def digest(proof: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal digits, of what a proof says.

    Raises:
        NotProvedError: when it holds something that cannot be written.
    """
    said = {key: value for key, value in proof.items() if key not in UNHASHED}
    return hashlib.sha256(written(said).encode("utf-8", "surrogatepass")).hexdigest()


def written(value: Any) -> str:  # whatever JSON holds
    """A value as canonical JSON."""
    if isinstance(value, Mapping):
        # By their bytes in UTF-8, which is the order of code points.
        return "{" + ",".join(f"{_text(key)}:{written(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, (bool, int)):
        return json.dumps(value)
    raise NotProvedError(f"a {type(value).__name__} is nothing that JSON holds")


_text = json.JSONEncoder(ensure_ascii=False).encode


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise NotProvedError("a number is not finite")
    digits, _, exponent = repr(value).partition("e-")
    if not exponent:
        return digits
    if int(exponent) > 5:
        return f"{digits}e-{int(exponent)}"
    sign, plain = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    return f"{sign}0.0000{plain.replace('.', '')}"
