"""Every sentence in which the importer names a fault has its Chinese, and keeps what somebody typed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import bot.roster
from bot.roster.faults_said import in_chinese

FOLDER = Path(bot.roster.__file__).parent


def sentences() -> Iterator[str]:
    """Yield every text that becomes a fault, `{}` for what is filled in."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield from filter(None, map(_text, _said(node)))


def _said(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return {"Wrong": node.args, "Fault": node.args[3:]}.get(node.func.id, [])
    if isinstance(node, ast.Assign) and _names(node) & {"what", "expected"}:
        return node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    return []


def _names(node: ast.Assign) -> set[str]:
    flat = [one for target in node.targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return {one.id for one in flat if isinstance(one, ast.Name)}


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "“x”" for one in node.values)
    return None


def test_every_sentence_has_its_chinese() -> None:
    found = set(sentences())
    assert len(found) > 80
    assert sorted(one for one in found if in_chinese(one) is None) == []
    assert not [one for one in found if "expected" in (in_chinese(one) or "")]


def test_what_was_typed_stays() -> None:
    assert in_chinese("“king {0}” is not a date") == "“king {0}” 不是日期"
    assert in_chinese("the trip overlaps “T1” in row 3 (2026-01-01 to 2026-02-01)") == (
        "与第 3 行的派出 “T1”（2026-01-01 至 2026-02-01）时间重叠"
    )
    assert in_chinese("nothing like it") is None
