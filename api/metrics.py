"""What is counted of requests, for Prometheus: by route template, method and class of status, and nothing of a patient.

Workers are processes. ``serve`` names a folder by the setting of prometheus-client (``PROMETHEUS_MULTIPROC_DIR``); each worker
keeps its counts there in a file of its own, and whichever is asked adds up all of them. Without the folder a process answers
of itself alone.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER_SETTING = "PROMETHEUS_MULTIPROC_DIR"
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
UNMATCHED = "unmatched"
"""The route of an address that nothing is at: the address itself may hold anything."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds."""


class Metrics:
    """The counts of one process; see the module."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "rxpath_requests", "Requests that were answered", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "rxpath_request_seconds", "How long answers took", ("route", "method"), registry=self._registry, buckets=BUCKETS
        )
        self._problems = Counter("rxpath_problems", "Errors that were answered", ("problem",), registry=self._registry)
        self._walks = Histogram(
            "rxpath_walk_seconds", "How long evidence, walk and safety took", registry=self._registry, buckets=BUCKETS
        )
        self._away = Counter("rxpath_store_away", "Requests that the store did not answer", registry=self._registry)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer.

        Args:
            route: the template of its address; empty for an address that nothing is at.
            method: as the request has it; one that is no method of HTTP is counted as other.
            status: the HTTP status.
            seconds: how long it took.
        """
        route, method = route or UNMATCHED, method if method in METHODS else "other"
        self._requests.labels(route, method, f"{status // 100}xx").inc()
        self._seconds.labels(route, method).observe(seconds)

    def failed(self, problem: str) -> None:
        """Count an error by the word for its kind."""
        self._problems.labels(problem).inc()
        if problem == "store-unavailable":
            self._away.inc()

    def walked(self, seconds: float) -> None:
        """Count a walk, which took so many seconds."""
        self._walks.observe(seconds)

    def text(self) -> bytes:
        """The counts of all workers, in the text form of Prometheus."""
        if not os.environ.get(FOLDER_SETTING):
            return generate_latest(self._registry)
        every = CollectorRegistry()
        MultiProcessCollector(every)  # type: ignore[no-untyped-call]  # as the library declares it
        return generate_latest(every)
