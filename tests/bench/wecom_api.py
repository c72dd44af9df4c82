"""The least of WeCom's API on loopback, in a process of its own: a token, and "ok" to whatever is sent.

`python -m tests.bench.wecom_api` prints its port; it ends when its standard input does.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).resolve().parents[2]
TOKEN = b'{"errcode":0,"errmsg":"ok","access_token":"bench","expires_in":7200}'
SENT = b'{"errcode":0,"errmsg":"ok","msgid":"bench"}'


@contextmanager
def wecom_api() -> Iterator[str]:
    """Start the process and give its URL."""
    command = [sys.executable, "-m", "tests.bench.wecom_api"]
    begun = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert begun.stdin is not None
    assert begun.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(begun.stdout.readline())}"
    finally:
        begun.stdin.close()
        begun.wait(20)
        begun.stdout.close()


async def _serve() -> None:
    async def token(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=TOKEN, content_type="application/json")

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith(("/gettoken", "/stable_token")):
            return await token(request)
        await request.read()
        return web.Response(body=SENT, content_type="application/json")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve())
