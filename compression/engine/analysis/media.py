"""Files of media and science, known by their first bytes: their samples without the headers, tables by column."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from compression.engine.analysis.neighbours import predictions
from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.media import Area, detected
from compression.engine.streams import Kind, Stream
from compression.engine.transforms.sections import MAX_PARTS, Sections
from compression.engine.transforms.split import Split


@proposer(Kind.BYTES)
def media(stream: Stream) -> Iterator[Proposal]:
    """The areas of the format that the content shows itself to be in."""
    found = detected(stream.data)
    if found is None:
        return
    form, areas = found
    sections = Sections(form=form, parts=min(max(area.part for area in areas) + 1, MAX_PARTS))
    first = areas[0]
    if first.fields:
        reason = f"A table of {len(first.fields)} columns in a file in the format {form}"
        yield Proposal((sections, _columns(first)), reason)
        return
    for then in predictions(sections.encode(stream).streams[0]):
        yield Proposal((sections, *then.chain), f"A file in the format {form}; {then.reason}")
    yield Proposal((sections,), f"A file in the format {form}: {first.label} of {first.width} bytes")


def _columns(table: Area) -> Split:
    """The records of a table, split as its header says."""
    widths = tuple(field.width for field in table.fields)
    return Split(widths=widths, swapped=tuple(_runs(field.swapped for field in table.fields)))


def _runs(flags: Iterable[bool]) -> Iterator[int]:
    """How many are not set, then how many are, and so on; those at the end that are not set need no number."""
    groups = [(flag, len(list(group))) for flag, group in groupby(flags)]
    if groups and groups[0][0]:
        yield 0
    yield from (count for number, (flag, count) in enumerate(groups) if flag or number < len(groups) - 1)
