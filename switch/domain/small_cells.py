"""Small cells: statistics about too few payments are left out, so that they cannot be worked out from the sums, either."""

from collections.abc import Sequence

from switch.domain.reports import NUMBERS, Row, SheetPlan


def without_small_cells(plan: SheetPlan, rows: Sequence[Row], smallest: int) -> list[Row]:
    """Rows that count 1 to `smallest` - 1 payments lose their numbers; the count is then the text `<10`.

    One hidden row alone could be told from the total: then the next smallest one is hidden with it.
    """
    if plan.small is None:
        return list(rows)
    place = next(number for number, column in enumerate(plan.columns) if column.key == plan.small)
    counts = [row[place] for row in rows]
    told = [number for number, count in enumerate(counts) if isinstance(count, int) and count >= smallest]
    hidden = {number for number, count in enumerate(counts) if isinstance(count, int) and 0 < count < smallest}
    if len(hidden) == 1 and told:
        hidden.add(min(told, key=lambda number: (counts[number], number)))
    return [_hidden(plan, row, place, smallest) if number in hidden else row for number, row in enumerate(rows)]


def _hidden(plan: SheetPlan, row: Row, place: int, smallest: int) -> Row:
    cells = (None if column.kind in NUMBERS else cell for column, cell in zip(plan.columns, row, strict=True))
    count = row[place]
    mark = f"<{smallest}" if isinstance(count, int) and count < smallest else "–"
    return tuple(mark if number == place else cell for number, cell in enumerate(cells))
