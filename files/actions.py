"""What can be done with many files at once: files register their own actions, apps above register theirs.

An action says of each file whether it can be done, and does it with all that are left in one go. Everything around it
(which files, showing them first, outcomes, the page) is in `files.bulk`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.api.strict import Strict
from core.errors import AppError
from core.registry import Registry
from files.bulk.forms import ActionForm
from files.models import File

Options = Mapping[str, Any]


class NoOptions(Strict):
    """The options of an action that has none."""


@dataclass(frozen=True)
class Done:
    """What an action leaves behind: how it is undone (a body for the same endpoint), a job that goes on, its page."""

    undo: dict[str, Any] | None = None
    job: UUID | None = None
    url: str = ""


@dataclass(frozen=True)
class Action:
    """One thing to do with many files.

    `run` gets the files that `refusal` has nothing against, locked, in one transaction with all else that it writes.
    `status` is what a call for one file alone answers. `source` is the door to the files. An action with a `form`
    asks the person for its options, in `template`; `done` are the words for what became of the files: “is deleted”,
    “are deleted”. Options in their shape know who asks from the context's `user`.
    """

    label: str
    icon: str
    order: int
    explains: str
    done: tuple[str, str]
    run: Callable[[Sequence[File], Any, Options], Done]
    refusal: Callable[[File, Options], AppError | None] = lambda file, options: None
    options: type[Strict] = NoOptions
    form: type[ActionForm] = ActionForm
    template: str = "files/_bulk_form.html"
    source: Callable[[Any], Any] = lambda user: File.objects.visible_to(user)
    status: int = 200
    danger: bool = False
    on_page: bool = True
    most: int = field(default=10_000)


actions: Registry[Action] = Registry("action for files")


def on_page() -> list[tuple[str, Action]]:
    """Return the actions that the page offers, with their names, in order."""
    offered = [(name, action) for name, action in actions.items() if action.on_page]
    return sorted(offered, key=lambda item: item[1].order)
