"""The threads of the web process."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Lanes:
    """Pools of threads by name: a full one delays nobody but its own."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._pools = {
            name: ThreadPoolExecutor(size, thread_name_prefix=f"lane-{name}") for name, size in sizes.items()
        }

    async def run(self, lane: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on a thread of the lane and return its result."""
        assert not kwargs
        return await asyncio.get_running_loop().run_in_executor(self._pools[lane], function, *args)

    def close(self) -> None:
        """Let running calls end and take no more."""
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
