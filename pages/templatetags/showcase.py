"""Tags of the page of components."""

import re

from django import template
from django.utils.safestring import SafeString

from core.components import contract

register = template.Library()
_SYMBOL = re.compile(r'id="icon-([a-z-]+)"')


@register.simple_block_tag(takes_context=True)
def showcase(context: template.Context, content: str, *names: str) -> SafeString:
    """Show the block under the components' names, with the variables that their headers state."""
    if context.template is None:
        raise RuntimeError("showcase is used from within a template")
    engine = context.template.engine
    contracts = [
        (name, contract(str(engine.get_template(f"components/{name}.html").source))) for name in names
    ]
    shown = engine.get_template("pages/_showcase.html")
    return shown.render(context.new({"contracts": contracts, "content": content}))


@register.simple_tag(takes_context=True)
def icon_names(context: template.Context) -> list[str]:
    """Return the names of all icons of the sprite."""
    if context.template is None:
        raise RuntimeError("icon_names is used from within a template")
    source = str(context.template.engine.get_template("components/icon_sprite.html").source)
    return _SYMBOL.findall(source)
