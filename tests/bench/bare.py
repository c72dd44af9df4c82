"""An endpoint that inserts one row and answers: what a webhook costs at least on this machine. A process of its own.

`python -m tests.bench.bare FILE PORT`; the row is committed (WAL, synchronous=FULL) before the 200.
"""

import asyncio
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main(path: str, port: int) -> None:
    """Serve until terminated."""
    writer = ThreadPoolExecutor(1)
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        file.execute(f"PRAGMA {pragma}")
    file.execute("CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, raw TEXT)")

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        insert = "INSERT INTO inbox (raw) VALUES (?)"
        await asyncio.get_running_loop().run_in_executor(writer, file.execute, insert, (body.decode(),))
        return Response(status_code=200)

    app = Starlette(routes=[Route("/webhooks/telegram", endpoint, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
