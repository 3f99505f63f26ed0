"""A TCP proxy that can swallow everything: what a broken network looks like from both ends."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from tests import servers


class Proxy:
    """Forwards a port of its own to another one, from :meth:`start` to :meth:`stop`."""

    def __init__(self, target: int) -> None:
        self.port = servers.free_port()
        self._target = target
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def start(self) -> None:
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", self.port)
        asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)

    def swallow(self) -> None:
        """Connections stay open, and nothing comes through any more."""
        self._loop.call_soon_threadsafe(self._is_open.clear)

    def heal(self) -> None:
        self._loop.call_soon_threadsafe(self._is_open.set)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._copy(reader, far_writer), self._copy(far_reader, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._is_open.wait()
                writer.write(data)
                await writer.drain()
        with suppress(OSError):
            writer.close()
