"""Reading and writing HTTP/1.1 over a stream, both sides parsed by h11; bodies are read whole and have an end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import h11

CHUNK = 1 << 16
MOST_ASKED, MOST_ANSWERED = 1 << 20, 16 << 20  # bytes of a body
PASSED_ON = (b"content-type", b"api-version", b"ostype", b"docker-experimental")


class TooLarge(Exception):
    """A body of more bytes than are read."""


@dataclass
class Message:
    """A request or an answer, whole."""

    head: h11.Request | h11.Response
    body: bytearray = field(default_factory=bytearray)

    @property
    def status(self) -> int:
        """An answer's status."""
        assert isinstance(self.head, h11.Response)  # noqa: S101 - whoever asked was answered
        return self.head.status_code


async def read(side: h11.Connection, stream: asyncio.StreamReader, most: int) -> Message | None:
    """Read a message; None where the other side has gone instead."""
    message: Message | None = None
    while True:
        event = side.next_event()
        if event is h11.NEED_DATA:
            side.receive_data(await stream.read(CHUNK))
        elif isinstance(event, (h11.Request, h11.Response)):
            message = Message(event)
        elif isinstance(event, h11.Data) and message is not None:
            message.body += event.data
            if len(message.body) > most:
                raise TooLarge(f"a body of more than {most} bytes")
        elif isinstance(event, h11.EndOfMessage):
            return message
        elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
            return None


async def ask(stream: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, target: str, body: bytes = b"") -> Message:
    """Send a request over a connection of its own and read the answer; raises ConnectionError where there is none."""
    side = h11.Connection(h11.CLIENT)
    headers = [("Host", "door"), ("Connection", "close"), ("Content-Length", str(len(body)))]
    headers += [("Content-Type", "application/json")] if body else []
    writer.write(side.send(h11.Request(method=method, target=target, headers=headers)) or b"")
    if body:
        writer.write(side.send(h11.Data(data=body)) or b"")
    side.send(h11.EndOfMessage())
    await writer.drain()
    if (answer := await read(side, stream, MOST_ANSWERED)) is None:
        raise ConnectionError("the engine did not answer")
    return answer


def answer(side: h11.Connection, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Write an answer."""
    kept = [(name, value) for name, value in headers if name.lower() in PASSED_ON]
    is_empty = status in (204, 304)
    head = h11.Response(status_code=status, headers=kept if is_empty else [*kept, (b"Content-Length", b"%d" % len(body))])
    told = side.send(head) or b""
    if not is_empty:
        told += side.send(h11.Data(data=body)) or b""
    return told + (side.send(h11.EndOfMessage()) or b"")
