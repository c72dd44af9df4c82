"""What holds for the repository as a whole: sizes, names, locks, arrows between packages, what is shipped."""

import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "handlers", "scheduler")
LOCKS = ("requirements.lock", "requirements-test.lock")
VENDOR = ROOT / "templates" / "static" / "vendor"
MOST_LINES = 300

# Written in pieces, so that this file does not name what it forbids.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted",
    "npm" + "js.org",
    "npm" + "js.com",
    "npm" + "mirror",
    "yarn" + "pkg",
]
MIRRORS = ["pypi" + r"\.tuna", "mirrors" + r"\.(aliyun|cloud|tuna|ustc)", "proxy" + r"\.golang"]
MACHINE = [r"(?<![\w.-])" + path for path in ("/wo" + "rk/", "/ro" + "ot/", "/tmp/br" + "ief", "/ho" + r"me/\w+/")]


def _tracked() -> list[Path]:
    """Every file that git has or would take: tracked, and new but not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    paths = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file()]


def _texts() -> Iterator[tuple[Path, str]]:
    for path in _tracked():
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            yield path.relative_to(ROOT), content.decode("utf-8", "replace")


def _pythons(*folders: str) -> list[Path]:
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


def test_no_file_is_long() -> None:
    lines = {
        path.relative_to(ROOT): path.read_text().count("\n")
        for path in _pythons(*PACKAGES)
        if path.parent.name != "versions"  # migrations are generated, and nobody reads them twice
    }
    assert lines
    assert not {path: count for path, count in lines.items() if count > MOST_LINES}


def test_every_folder_of_code_is_a_package() -> None:
    folders = {path.parent for path in _pythons(*PACKAGES)}
    # Alembic loads its environment and versions by path.
    bare = {path for path in folders if not (path / "__init__.py").exists() and "migrations" not in path.parts}
    assert not bare


def test_every_module_says_what_it_is_for() -> None:
    mute = [path for path in _pythons(*PACKAGES) if not path.read_text().lstrip().startswith('"""')]
    assert not mute


def test_tests_are_no_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


@pytest.mark.parametrize("words", [REGISTRIES + MIRRORS, MACHINE], ids=["registry host", "path of a machine"])
def test_no_file_names_a(words: list[str]) -> None:
    pattern = re.compile("|".join(words))
    found = [
        f"{path}:{text.count(chr(10), 0, hit.start()) + 1}" for path, text in _texts() for hit in pattern.finditer(text)
    ]
    assert not found


def test_the_arrows_between_packages_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [linter, "--config", "pyproject.toml", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_part_of_bot_has_its_place_in_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    placed = set(re.findall(r"bot\.(\w+)", " ".join(layers)))
    here = {
        path.stem
        for path in (ROOT / "bot").iterdir()
        if path.name != "__init__.py" and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert here
    assert here <= placed


def _entries(lock: str) -> list[str]:
    """The requirements of a lock file, each with its continuation lines joined."""
    joined = (ROOT / lock).read_text().replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_line_is_exact_and_hashed(lock: str) -> None:
    exact = re.compile(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    entries = _entries(lock)
    assert entries
    assert not [entry[:60] for entry in entries if not exact.fullmatch(entry)]
    assert "://" not in (ROOT / lock).read_text()


def test_the_test_lock_holds_the_run_lock() -> None:
    assert set(_entries("requirements.lock")) <= set(_entries("requirements-test.lock"))


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for lock, wanted in (
        ("requirements.lock", project["dependencies"] + extras["build"]),
        ("requirements-test.lock", project["dependencies"] + extras["build"] + extras["test"]),
    ):
        locked = {re.split(r"[=\[]", entry)[0] for entry in _entries(lock)}
        assert {re.split(r"[<>=\[]", name)[0] for name in wanted} <= locked


def test_vendored_files_are_what_was_recorded() -> None:
    rows = re.findall(r"^\| ([\w.]+) \|.*\| ([0-9a-f]{64}) \|$", (VENDOR / "VERSIONS.md").read_text(), re.MULTILINE)
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir()}
    del sums["VERSIONS.md"]
    assert sums == dict(rows)


def test_a_wheel_ships_every_file_that_the_service_reads(tmp_path: Path) -> None:
    for path in _tracked():
        name = path.relative_to(ROOT)
        if name.parts[0] in {*PACKAGES, "templates", "pyproject.toml"}:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(path.read_bytes())
    expected = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} - {"pyproject.toml"}
    build = "from setuptools import build_meta; build_meta.build_wheel('dist')"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, capture_output=True, check=True)
    [wheel] = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        missing = expected - set(archive.namelist())
    assert not missing
