"""
Open every page of the built site in headless Chromium and check what a reader meets.

    python -m sphinx -W -b html docs build/docs
    python -m docs.browser build/docs                     links, anchors, scripts, pictures, widths, search, copy buttons
    python -m docs.browser build/docs --pictures FOLDER   take pictures too: narrow and wide, light and dark

It speaks the WebDriver protocol to `chromedriver` (Debian: chromium and chromium-driver) and needs no package. Where no browser
starts, nothing is checked and the exit code is 69.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from docs.links import broken, pages_of

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
WIDE, NARROW = (1400, 1000), (400, 800)
SEARCHES = {
    "MinIO": "how-to/other-servers",
    "s3fs": "how-to/data-tools",
    "GitHub": "how-to/ci",
    "credential_process": "cli/credential-process",
    "MFA": "how-to/mfa",
    "boto3": "how-to/boto3",
    "EKS": "how-to/kubernetes",
    "Vault": "how-to/vault",
    "proxy": "how-to/proxies-and-tls",
    "throttled": "reference/faults",
    "environment": "reference/environment",
    "aws-vault": "porting/from-aws-vault",
}
"""Words that people search for, and the page that must be among the first five results."""
LOOKED_AT = ("index", "how-to/boto3", "explanation/credentials", "explanation/performance", "reference/options", "cli/commands")

NO_BROWSER = 69
"""Exit code where no browser can be started: EX_UNAVAILABLE of sysexits.h."""
SECONDS = 60
"""Seconds that the browser may take for its start and for each command."""

READ = """
return {
  links: [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href')),
  ids: [...document.querySelectorAll('[id]')].map(e => e.id),
  broken: [...document.images].filter(i => i.complete && !i.naturalWidth && i.offsetParent).map(i => i.src),
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  blocks: document.querySelectorAll('div.highlight:not(.highlight-output *) > pre').length,
  buttons: document.querySelectorAll('button.copybtn').length,
}
"""


class NoBrowserError(Exception):
    """No browser can be started on this machine; the message says why."""


class Quiet(SimpleHTTPRequestHandler):
    """A file server that writes no log."""

    def log_message(self, *arguments: Any) -> None:
        """Write nothing."""


@dataclass
class Browser:
    """A session of chromedriver."""

    session: str

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send a command of the WebDriver protocol; return its value."""
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.session + path, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - chromedriver on this machine
            return json.loads(answer.read())["value"]

    def run(self, script: str) -> Any:
        """Run *script* in the page; return its result."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": []})

    def open(self, url: str) -> None:
        """Open a page and wait for it."""
        self.ask("POST", "/url", {"url": url})

    def resize(self, size: tuple[int, int]) -> None:
        """Give the window a size."""
        self.ask("POST", "/window/rect", {"width": size[0], "height": size[1]})

    def chrome(self, command: str, **params: Any) -> Any:
        """Send a command of the DevTools protocol."""
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def complaints(self) -> list[str]:
        """Return what the page wrote to the console as errors."""
        entries = self.ask("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE" and "favicon" not in entry["message"]]

    def until(self, script: str, seconds: float = 20) -> Any:
        """Run *script* until it returns something; return that."""
        end = time.monotonic() + seconds
        while not (found := self.run(script)) and time.monotonic() < end:
            time.sleep(0.1)
        return found


@dataclass
class Report:
    """What was seen and what was wrong."""

    links: dict[str, set[str]] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    blocks: int = 0
    buttons: int = 0


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve *folder* on loopback; give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium with an empty profile."""
    driver, port = shutil.which("chromedriver"), free_port()
    if driver is None:
        raise NoBrowserError("chromedriver was not found; install it (Debian: apt-get install chromium chromium-driver)")
    with tempfile.TemporaryDirectory() as profile:
        process = subprocess.Popen([driver, f"--port={port}", "--log-level=OFF"])  # noqa: S603
        options = {"args": [*FLAGS, f"--user-data-dir={profile}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        starting = Browser(f"http://127.0.0.1:{port}/session")
        try:
            made = started(starting, {"capabilities": {"alwaysMatch": wanted}})
            chrome = Browser(f"{starting.session}/{made['sessionId']}")
            try:
                yield chrome
            finally:
                chrome.ask("DELETE", "")  # Chromium ends with its session
        finally:
            process.terminate()
            process.wait()


def started(starting: Browser, capabilities: dict[str, Any]) -> Any:
    """Make a session as soon as chromedriver listens."""
    end, reason = time.monotonic() + SECONDS, "chromedriver does not answer"
    while time.monotonic() < end:
        try:
            return starting.ask("POST", "", capabilities)
        except urllib.error.HTTPError as error:
            reason = json.loads(error.read())["value"]["message"].partition("\n")[0]
        except OSError:  # chromedriver does not listen yet
            pass
        time.sleep(0.1)
    raise NoBrowserError(reason)


def read_page(chrome: Browser, base: str, page: str, report: Report) -> None:
    """Open a page, wide and narrow, and note what it links to and what is wrong with it."""
    chrome.resize(WIDE)
    chrome.open(base + page)
    chrome.until("return document.readyState === 'complete'")
    seen = chrome.until(f"const seen = (() => {{{READ}}})(); return seen.buttons >= seen.blocks && seen") or chrome.run(READ)
    if seen["buttons"] < seen["blocks"]:
        report.wrong.append(f"{page}: {seen['buttons']} copy buttons for {seen['blocks']} blocks")
    chrome.resize(NARROW)
    for size, wider in ((WIDE, seen["wide"]), (NARROW, chrome.run(READ)["wide"])):
        if wider > 1:
            report.wrong.append(f"{page}: {wider} pixels wider than a window of {size[0]}")
    report.links[page] = set(seen["links"])
    report.ids[page] = set(seen["ids"])
    report.wrong += [f"{page}: picture {source} does not load" for source in seen["broken"]]
    report.wrong += [f"{page}: {message}" for message in chrome.complaints()]
    report.blocks += seen["blocks"]
    report.buttons += seen["buttons"]


def check_searches(chrome: Browser, base: str, report: Report) -> None:
    """Search for each of the words; note those whose page is not among the first five results."""
    for word, page in SEARCHES.items():
        chrome.open(f"{base}search.html?q={word}")
        chrome.until("return document.querySelector('#search-results p.search-summary')?.innerText.match(/found/i)")
        links = "[...document.querySelectorAll('#search-results ul.search li > a')].map(a => a.href)"
        found = [link.removeprefix(base).partition(".html")[0] for link in chrome.run(f"return {links}")]
        if page not in list(dict.fromkeys(found))[:5]:
            report.wrong.append(f"search for {word}: {page} is not among the first five: {found[:5]}")


def check_copying(chrome: Browser, base: str, report: Report) -> None:
    """Click a copy button; note if the clipboard does not hold the block."""
    chrome.resize(WIDE)
    chrome.open(f"{base}how-to/boto3.html")
    chrome.run("document.addEventListener('copy', e => { window.copied = window.copied || e.target.value }, true)")
    button = chrome.ask("POST", "/element", {"using": "css selector", "value": "button.copybtn"})
    chrome.ask("POST", f"/element/{next(iter(button.values()))}/click")
    copied = chrome.until("return window.copied")
    wanted = chrome.run("return document.querySelector('div.highlight pre').innerText")
    if (copied or "").strip() != wanted.strip():
        report.wrong.append(f"how-to/boto3: copied was {copied!r}")


def take_pictures(chrome: Browser, base: str, folder: Path) -> None:
    """Take pictures of some pages, narrow and wide, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in LOOKED_AT:
        for look in ("light", "dark"):
            chrome.chrome("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": look}])
            for name, size in (("wide", WIDE), ("narrow", NARROW)):
                chrome.resize(size)
                chrome.open(f"{base}{page}.html")
                picture = base64.b64decode(chrome.ask("GET", "/screenshot"))
                (folder / f"{page.replace('/', '-')}-{name}-{look}.png").write_bytes(picture)


def main(arguments: list[str]) -> int:
    """Check the site in the folder that is named."""
    folder = Path(arguments[0])
    pages = pages_of(folder)
    report = Report()
    try:
        with served(folder) as base, browser() as chrome:
            for page in pages:
                read_page(chrome, base, page, report)
            check_searches(chrome, base, report)
            check_copying(chrome, base, report)
            if "--pictures" in arguments:
                take_pictures(chrome, base, Path(arguments[arguments.index("--pictures") + 1]))
    except NoBrowserError as error:
        print(f"no browser: {error}")
        return NO_BROWSER
    report.wrong += [line for page, links in report.links.items() for line in broken(page, links, report.ids, folder)]
    links = sum(len(links) for links in report.links.values())
    print(f"{len(pages)} pages, {links} links, {report.blocks} blocks, {report.buttons} copy buttons, {len(SEARCHES)} searches")
    print("\n".join(report.wrong) or "nothing wrong")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
