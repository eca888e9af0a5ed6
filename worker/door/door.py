"""The door itself: a server on a socket of its own that passes on what rules.py lets through.

Theory of operation
-------------------
One connection of a worker's is one task. Each call is read whole, ruled on, and sent to the engine over a connection of its
own. Only `attach` is a stream: its bytes go to and fro unread, until one side ends.

A box lives as long as somebody is attached to it. When a worker dies its connection ends, and its boxes are removed at once,
on whatever host and under whatever name it ran; a box that nobody attaches to is removed after a while, and so are, at its
start and its end, all boxes of this door. So a worker that is killed leaves no container behind.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import h11

from worker.door import http, rules

UNATTACHED_S = 60.0  # a box may wait so long for its worker, before and after it was attached to
log = logging.getLogger(__name__)

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
FAULTS = (OSError, h11.ProtocolError, http.TooLarge, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


@dataclass
class Door:
    """A door to the engine behind one socket."""

    engine: Path
    name: str
    images: Callable[[], Collection[str]]  # the ids of this service's images, as of now
    boxes: set[str] = field(default_factory=set)
    attached: set[str] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, place: Path, stopped: asyncio.Event) -> None:
        """Let workers in until told to stop."""
        await self.clear()
        server = await asyncio.start_unix_server(lambda *streams: self.later(self.welcome(*streams)), sock=opened(place))
        log.warning("the door %s stands open at %s", self.name, place)
        await stopped.wait()
        server.close()
        await self.clear()

    async def clear(self) -> None:
        """Remove every box that was made through this door, also before it was last started."""
        labels = json.dumps({"label": [f"{rules.DOOR_LABEL}={self.name}"]})
        found = await self.ask("GET", f"/containers/json?{urlencode({'all': '1', 'filters': labels})}")
        for one in json.loads(found.body):
            await self.remove(one["Id"])

    async def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        side = h11.Connection(h11.SERVER)
        try:
            while (asked := await http.read(side, reader, http.MOST_ASKED)) is not None:
                if await self.one_call(side, asked, (reader, writer)):
                    return
                if side.our_state is not h11.DONE or side.their_state is not h11.DONE:
                    return
                side.start_next_cycle()
        except FAULTS as e:
            log.info("a connection ended: %s", e)
        finally:
            writer.close()

    async def one_call(self, side: h11.Connection, asked: http.Message, guest: Streams) -> bool:
        """Rule on a call and answer it; True where it became a stream, which is over now."""
        assert isinstance(asked.head, h11.Request)  # noqa: S101 - servers read requests
        method, target = asked.head.method.decode(), asked.head.target.decode()
        try:
            images = await asyncio.to_thread(self.images) if target.endswith("/create") else ()
            call = rules.permit(method, target, bytes(asked.body), rules.Known(self.name, images, self.boxes))
        except rules.Refused as e:
            log.warning("refused: %s", e)
            told = json.dumps({"message": f"the door refuses {e}"}).encode()
            guest[1].write(http.answer(side, 403, told, [(b"Content-Type", b"application/json")]))
            await guest[1].drain()
            return False
        if call.kind == "attach":
            await self.attach(call, guest, side.trailing_data[0])
            return True
        found = await self.ask(call.method, call.target, call.body)
        guest[1].write(http.answer(side, found.status, self.note(call, found), list(found.head.headers)))
        await guest[1].drain()
        return False

    def note(self, call: rules.Call, found: http.Message) -> bytes:
        """Keep in mind which boxes there are; gives the answer's body."""
        if call.kind == "create" and found.status == 201:
            box = str(json.loads(found.body)["Id"])
            self.boxes.add(box)
            self.later(self.abandon(box))
        elif call.kind == "remove" and found.status in (204, 404):
            self.boxes.discard(call.box)
        return rules.known_facts(bytes(found.body)) if call.kind == "info" and found.status == 200 else bytes(found.body)

    async def attach(self, call: rules.Call, guest: Streams, early: bytes) -> None:
        """Carry a box's stream to and fro until one side ends; where the worker went first, the box goes too."""
        engine = await asyncio.open_unix_connection(self.engine)
        self.attached.add(call.box)
        try:
            engine[1].write(f"POST {call.target} HTTP/1.1\r\nHost: door\r\nContent-Length: 0\r\n"
                            "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n".encode())
            guest[1].write(await engine[0].readuntil(b"\r\n\r\n"))
            engine[1].write(early)
            out = asyncio.create_task(pump(engine[0], guest[1]))
            back = asyncio.create_task(pump(guest[0], engine[1]))
            await asyncio.wait((out, back), return_when=asyncio.FIRST_COMPLETED)
            is_left = not out.done()
            for task in (out, back):
                task.cancel()
        finally:
            self.attached.discard(call.box)
            engine[1].close()
            guest[1].close()
        if is_left:
            await self.remove(call.box)
        else:
            self.later(self.abandon(call.box))  # its worker asks how it ended, and removes it

    async def abandon(self, box: str) -> None:
        """Remove a box that nobody is attached to after a while."""
        await asyncio.sleep(UNATTACHED_S)
        if box in self.boxes and box not in self.attached:
            log.warning("box %s is left alone; it is removed", box[:12])
            await self.remove(box)

    async def remove(self, box: str) -> None:
        """Kill a container and remove it."""
        try:
            found = await self.ask("DELETE", f"/containers/{box}?force=1&v=1")
        except FAULTS as e:
            log.warning("box %s is not removed: %s", box[:12], e)
            return
        if found.status in (204, 404, 409):  # 409: somebody else is at it
            self.boxes.discard(box)
        else:
            log.warning("box %s is not removed: %s", box[:12], bytes(found.body[:200]))

    async def ask(self, method: str, target: str, body: bytes = b"") -> http.Message:
        """Ask the engine."""
        reader, writer = await asyncio.open_unix_connection(self.engine)
        try:
            return await http.ask(reader, writer, method, target, body)
        finally:
            writer.close()

    def later(self, deed: Coroutine[None, None, None]) -> None:
        """Do something beside all else."""
        task = asyncio.get_running_loop().create_task(deed)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def opened(place: Path) -> socket.socket:
    """Make the door's own socket, in the place of one that a killed door left."""
    place.unlink(missing_ok=True)
    found = socket.socket(socket.AF_UNIX)
    found.bind(str(place))
    place.chmod(0o660)
    return found


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Carry bytes one way until their source ends or their target is gone."""
    with suppress(OSError):
        while data := await source.read(http.CHUNK):
            target.write(data)
            await target.drain()
