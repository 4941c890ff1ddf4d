"""What can go wrong with the server, each as one line that says what to do."""


class ServerError(Exception):
    """The root: Java or Maven is missing, a port is taken, the server does not start.

    The message is one line for people; what the server itself wrote last stands in ``log``.

    Attributes:
        log: the last lines of the server's log; may be empty.
    """

    def __init__(self, message: str, log: str = "") -> None:
        self.log = log
        super().__init__(message)


class MissingToolError(ServerError):
    """Java or Maven is not installed, or too old."""


class PortTakenError(ServerError):
    """Another program listens on a port that the server wants."""
