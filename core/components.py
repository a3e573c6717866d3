"""Components of the pages: templates under `components/` whose header comment is a contract that is kept.

A header states the variables, one a line (two blanks, name, colon, type, `required` or `optional`, meaning):

    {% comment %}
    components/badge.html: a short state in words.
      label : str  required  what it says
      tone  : str  optional  good, warn, bad or accent
    {% endcomment %}

`content` stands for the body of a `{% uiblock %}`; `attrs` allows any `hx_…`, `data_…` and `aria_…`
keyword, which become attributes of the component's main element.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template import Context, TemplateSyntaxError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_HEADER = re.compile(r"\A\s*\{% comment %\}(.*?)\{% endcomment %\}", re.S)
_LINE = re.compile(r"^  (\w+) *: *(\S.*?) +(required|optional) +(\S.*)$", re.M)
_ATTRIBUTE = re.compile(r"^(hx|data|aria)_\w+$")
_NONE = re.compile(r"(\w+) is (?:not )?None")
_INHERITED = ("request", "csrf_token")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a component."""

    name: str
    type: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What a component's header states."""

    purpose: str
    variables: dict[str, Variable]
    blanks: dict[str, str]

    def check(self, name: str, given: set[str]) -> None:
        """Raise TemplateSyntaxError where a variable is unknown or a required one is missing."""
        if unknown := given - self.variables.keys():
            raise TemplateSyntaxError(
                f"component {name!r} has no variable {', '.join(sorted(unknown))}; "
                f"it has: {', '.join(self.variables)}"
            )
        missing = {variable.name for variable in self.variables.values() if variable.required} - given
        if missing:
            raise TemplateSyntaxError(f"component {name!r} needs {', '.join(sorted(missing))}")


@lru_cache(maxsize=256)
def contract(source: str) -> Contract:
    """Return the contract in the header of a component's source; ValueError where it has none."""
    header = _HEADER.match(source)
    if header is None or not header[1].strip():
        raise ValueError("a component begins with a comment that states its variables")
    words = []
    for line in header[1].strip().splitlines():
        if _LINE.match(line):
            break
        words.append(line.strip())
    variables = {
        match[1]: Variable(match[1], match[2], match[3] == "required", match[4])
        for match in _LINE.finditer(header[1])
    }
    # A variable that is not there costs Django some exceptions wherever it is named; an empty one does as well, but
    # where a template asks for None.
    asked = set(_NONE.findall(source))
    blanks = {name: "" for name, one in variables.items() if not one.required and name not in asked}
    return Contract(" ".join(words), variables, blanks)


def render(context: Context, name: str, variables: dict[str, Any]) -> SafeString:
    """Render component `name` with nothing but `variables` (and the request with its CSRF token)."""
    if context.template is None:
        raise RuntimeError("components are rendered from within a template")
    template = context.template.engine.get_template(f"components/{name}.html")
    stated = contract(str(template.source))
    attributes = {}
    if "attrs" in stated.variables:
        attributes = {key: variables.pop(key) for key in list(variables) if _ATTRIBUTE.match(key)}
    stated.check(name, set(variables))
    inherited = {key: context[key] for key in _INHERITED if key in context}
    values = {**inherited, **stated.blanks, **variables, "attrs": flat_attributes(attributes)}
    return template.render(context.new(values))


def flat_attributes(attributes: dict[str, Any]) -> SafeString:
    """Return ` hx-get="…" data-id="…"`: True gives a bare attribute, None and False none at all."""
    parts = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        name = key.replace("_", "-")
        parts.append(name if value is True else format_html('{}="{}"', name, value))
    return format_html_join("", " {}", ((part,) for part in parts))
