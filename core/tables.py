"""What a page says of its table's columns; `components/table.html` draws them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `sort` is the field that the address's `ordering` names; empty: the column cannot be sorted by. A `hidden` column
    is shown on demand, an `always` one cannot be hidden.
    """

    key: str
    label: str
    sort: str = ""
    number: bool = False
    hidden: bool = False
    always: bool = False
