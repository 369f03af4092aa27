"""Browsers that cost little: one connection each, a request at a time, nothing parsed but status, length and place."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlencode

CSRF = "n" * 32
# How a script asks for a part of the page that stands.
IN_PAGE = "HX-Request: true\r\n"


@dataclass(slots=True)
class Answer:
    """What came back: status, where a redirect leads, and the seconds it took."""

    status: int
    place: str
    seconds: float
    length: int


@dataclass(slots=True)
class Browser:
    """Somebody's browser: signed in, on one lasting connection."""

    host: str
    port: int
    session: str
    stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None)
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, address: str, *, in_page: bool = False) -> Answer:
        return await self._ask(f"GET {address} HTTP/1.1\r\n{IN_PAGE if in_page else ''}", b"")

    async def post(self, address: str, form: dict[str, str], *, in_page: bool = False) -> Answer:
        body = urlencode(form).encode()
        head = (
            f"POST {address} HTTP/1.1\r\nX-CSRFToken: {CSRF}\r\n{IN_PAGE if in_page else ''}"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        )
        return await self._ask(head, body)

    async def _ask(self, head: str, body: bytes) -> Answer:
        if self.stream is None:
            self.stream = await asyncio.open_connection(self.host, self.port)
        reader, writer = self.stream
        kept = "; ".join(
            f"{name}={value}"
            for name, value in {**self.cookies, "sessionid": self.session, "csrftoken": CSRF}.items()
        )
        common = f"Host: {self.host}\r\nCookie: {kept}\r\n\r\n"
        start = perf_counter()
        writer.write((head + common).encode() + body)
        received = await reader.readuntil(b"\r\n\r\n")
        lines = received.decode("latin-1").split("\r\n")
        known = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        length = int(known.get("content-length", 0))
        await reader.readexactly(length)
        self._keep(line[12:] for line in lines if line.lower().startswith("set-cookie: "))
        place = next((line[10:] for line in lines if line.lower().startswith("location: ")), "")
        # What stands behind # is the browser's own.
        place = place.partition("#")[0]
        return Answer(int(lines[0].split(" ", 2)[1]), place, perf_counter() - start, length)

    def _keep(self, cookies: Iterable[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value


type Act = Callable[[Browser], Awaitable[list[tuple[str, Answer]]]]


# How the names of answers to forms begin.
WRITING = "send: "


def reading(name: str, *addresses: str, in_page: bool = False) -> Act:
    """Open one of the addresses, in turns; `in_page` fetches a part of the page that stands."""
    turn = iter(_round(addresses))

    async def act(browser: Browser) -> list[tuple[str, Answer]]:
        return [(name, await browser.get(next(turn), in_page=in_page))]

    return act


def writing(name: str, form: Callable[[], dict[str, str]], *addresses: str) -> Act:
    """Send a form to one of the addresses, in turns, and go where the answer leads, as a browser does."""
    turn = iter(_round(addresses))

    async def act(browser: Browser) -> list[tuple[str, Answer]]:
        sent = await browser.post(next(turn), form())
        done = [(f"{WRITING}{name}", sent)]
        if sent.status == 302:
            done.append((f"{name}, then", await browser.get(sent.place)))
        return done

    return act


def mending(name: str, form: Callable[[], dict[str, str]], *addresses: str) -> Act:
    """Open a cell in the sheet, and send what should stand there; both answers are parts of the page that stands."""
    turn = iter(_round(addresses))

    async def act(browser: Browser) -> list[tuple[str, Answer]]:
        address = next(turn)
        opened = await browser.get(address, in_page=True)
        return [
            (f"{name}, opened", opened),
            (f"{WRITING}{name}", await browser.post(address, form(), in_page=True)),
        ]

    return act


def looking_up(name: str, *words: str) -> Act:
    """Type into the search of the frame: what comes to mind while typing, then what was found."""
    turn = iter(_round(words))

    async def act(browser: Browser) -> list[tuple[str, Answer]]:
        text = {"q": next(turn)}
        suggested = await browser.post("/search/suggest/", text, in_page=True)
        sent = await browser.post("/search/", text)
        return [
            (f"{name}, suggested", suggested),
            (f"{name}, sent", sent),
            (name, await browser.get(sent.place)),
        ]

    return act


def _round(addresses: tuple[str, ...]) -> Iterator[str]:
    while True:
        yield from addresses
