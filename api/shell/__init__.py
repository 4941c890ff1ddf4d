"""The commands of ``python -m api``, one module a noun; each adds its parsers and runs what they name."""
