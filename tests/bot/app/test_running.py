"""The program itself, as its own process: it starts, answers, ends on a signal with code 0, refuses a taken port."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.app.running import listen
from bot.errors import YanxinError

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def service(folder: Path, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run `yanxin run` in a folder until its ready line, and give it with what it printed until then."""
    command = [sys.executable, "-m", "bot", "run", *arguments]
    env = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    printed = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            printed += line
            if "is ready" in line:
                break
        yield process, printed
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own loopback
        return answer.status, answer.read().decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_ends_in_order(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    with service(tmp_path, "--port", str(port)) as (process, printed):
        assert f"http://127.0.0.1:{port}/console/" in printed
        status, body = get(f"http://127.0.0.1:{port}/healthz")
        assert (status, json.loads(body)["status"]) == (200, "ok")
        status, body = get(f"http://127.0.0.1:{port}/metrics")
        assert "yanxin_ignored_updates_total" in body
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors
        assert '"error"' not in errors


def test_a_second_one_on_the_same_file_is_refused(tmp_path: Path) -> None:
    with service(tmp_path, "--port", str(free_port())) as (_, printed):
        assert "is ready" in printed
        with service(tmp_path, "--port", str(free_port())) as (second, nothing):
            _, errors = second.communicate(timeout=30)
            assert nothing == ""
            assert second.returncode == 1
            assert re.fullmatch(r"Another Yanxin runs on .*yanxin\.db already; .*\n", errors)


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with service(tmp_path, "--port", str(port)) as (process, _):
            _, errors = process.communicate(timeout=30)
            assert process.returncode == 1
            assert f"127.0.0.1:{port} cannot be listened on" in errors
            assert errors.count("\n") == 1


def test_a_killed_service_starts_again_at_once(tmp_path: Path) -> None:
    for _ in range(2):
        with service(tmp_path, "--port", str(free_port())) as (process, printed):
            assert "is ready" in printed
            process.kill()
            process.wait(timeout=10)


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(YanxinError, match="cannot be listened on"):
        listen("203.0.113.1", 8080)
