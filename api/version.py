"""The version of the code, as ``pyproject.toml`` has it."""

VERSION = "0.1.0"
