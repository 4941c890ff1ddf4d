"""A recommender that says how long each of its walks took."""

import time
from collections.abc import Callable
from typing import Any

from recommender.consultation import Consultation
from recommender.request import Request
from recommender.service import Recommender


class TimedRecommender(Recommender):
    """A recommender whose walks are timed.

    Args:
        walked: told the seconds of each walk.
        given: as :class:`recommender.service.Recommender` takes them.
    """

    def __init__(self, walked: Callable[[float], None], *given: Any, **named: Any) -> None:
        self._walked = walked
        super().__init__(*given, **named)

    def consult(self, request: Request, *given: Any, **named: Any) -> Consultation:
        """See :meth:`recommender.service.Recommender.consult`."""
        begun = time.perf_counter()
        try:
            return super().consult(request, *given, **named)
        finally:
            self._walked(time.perf_counter() - begun)
