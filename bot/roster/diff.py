"""What an import changes: the records of a roster against what is stored. Pure; called by the import use-case."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from bot.roster.columns import SHEETS
from bot.roster.model import Change, ChangeKind, Difference, FieldChange, Record, Stored, StoredRow


def difference(records: Sequence[Record], stored: Stored, prune: AbstractSet[str]) -> Difference:
    """Return every change, in the order of the sheets and then of the file.

    A column that the sheet does not have changes nothing; rows that it does not have stay unless `prune` names it.
    """
    changes: list[Change] = []
    same: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for sheet in SHEETS:
        rows = [record for record in records if record.sheet == sheet]
        for record in rows:
            change = _change(record, stored.get(sheet, record.key))
            if change is None:
                same[sheet] += 1
            else:
                changes.append(change)
        listed = {record.key for record in rows}
        missing = [(key, row) for key, row in stored.present(sheet) if key not in listed]
        if sheet in prune:
            changes += [
                Change(ChangeKind.ABSENT, sheet, key, values=row.values, id=row.id)
                for key, row in sorted(missing, key=lambda pair: pair[0])
            ]
        else:
            kept[sheet] = len(missing)
    return Difference(tuple(changes), dict(same), dict(kept))


def mark_of(found: Difference) -> str:
    """Return a mark of everything that changes: the same for the same changes, and for no others."""
    said = [
        (one.kind.value, one.sheet, one.key, one.fields, sorted(one.values.items()), one.id) for one in found.changes
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _change(record: Record, known: StoredRow | None) -> Change | None:
    if known is None:
        values = {column.name: column.default for column in SHEETS[record.sheet].columns} | dict(record.values)
        fields = _fields((name, None, value) for name, value in values.items() if value not in (None, ()))
        return Change(ChangeKind.ADD, record.sheet, record.key, fields, values)
    given = {name: value for name, value in record.values.items() if name not in known.own}
    fields = _fields((name, known.values.get(name), value) for name, value in given.items())
    if not fields and not known.gone:
        return None
    kind = ChangeKind.REVIVE if known.gone else ChangeKind.CHANGE
    return Change(kind, record.sheet, record.key, fields, dict(known.values) | given, known.id)


def _fields(values: Iterable[tuple[str, object, object]]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(name, old, new) for name, old, new in values if old != new)  # type: ignore[arg-type]
