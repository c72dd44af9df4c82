"""Statistics for programs: codes and numbers, with the names, definitions, dates and filters that people read."""

import json
from typing import Any

from bot.figures.tables import HIDDEN, Statistics
from bot.rendering.renderer import Renderer
from bot.rendering.statistics_said import say


def as_data(renderer: Renderer, language: str, found: Statistics) -> dict[str, Any]:
    """Return statistics as plain data; `hidden` names the columns of a row that may not be shown."""
    said = say(renderer, language, found)
    tables = []
    for table, words in zip(found.tables, said.tables, strict=True):
        codes = [code for code, _ in table.columns]
        rows = [
            {
                "key": row.head.replace("\x1f", " | "),
                "name": cells[0].text,
                "values": {c: None if v == HIDDEN else v for c, v in zip(codes, row.values, strict=True)},
                "hidden": [c for c, v in zip(codes, row.values, strict=True) if v == HIDDEN],
            }
            for row, cells in zip(table.rows, words.rows, strict=True)
        ]
        columns = [{"code": c, "name": name} for c, name in zip(codes, words.columns[1:], strict=True)]
        about = {"key": table.key, "title": words.title, "definition": words.definition, "about": words.about}
        tables.append(about | {"columns": columns, "rows": rows})
    chosen = {"year": found.year, "unit": found.unit, "level": found.level}
    return {"as_of": found.as_of.isoformat(), "filter": chosen, "hidden_why": said.hidden_why, "tables": tables}


def as_json(renderer: Renderer, language: str, found: Statistics) -> str:
    """Return the same as text."""
    return json.dumps(as_data(renderer, language, found), ensure_ascii=False, indent=1) + "\n"
