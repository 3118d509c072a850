"""A cache bounded by weight, for bytes and texts that any thread may ask for."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class LeastRecent(Generic[Key, Value]):
    """Drops what was not asked for longest, once all values together weigh more than `limit`."""

    def __init__(self, limit: int, weigh: Callable[[Value], int]) -> None:
        self._limit = limit
        self._weigh = weigh
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()
        self.weight = 0

    def get(self, key: Key) -> Value | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._drop(key)
            self._values[key] = value
            self.weight += self._weigh(value)
            while self.weight > self._limit:
                self._drop(next(iter(self._values)))

    def _drop(self, key: Key) -> None:
        value = self._values.pop(key, None)
        if value is not None:
            self.weight -= self._weigh(value)
