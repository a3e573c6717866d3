"""The permission matrix of the whole platform: which role each method of each URL and socket needs.

One table to read, and the only place to change. What is not here is denied; `tests/test_access_matrix.py` walks
every URL and fails on one without an entry.
"""

from core.access.matrix import ANYONE, Rule, rule
from core.access.roles import Role, Scope

VIEWER, USER, OPERATOR, ADMINISTRATOR = Role.VIEWER, Role.USER, Role.OPERATOR, Role.ADMINISTRATOR

PAGES: dict[str, Rule] = {
    "pages:start": rule(GET=VIEWER),
    "pages:components": rule(GET=ANYONE),
    "jobs:list": rule(GET=VIEWER),
    "jobs:badge": rule(GET=VIEWER),
    "jobs:detail": rule(GET=VIEWER),
    "jobs:row": rule(GET=VIEWER),
    "jobs:cancel": rule(POST=USER),
    "jobs:retry": rule(POST=USER),
    "accounts:sign-in": rule(GET=ANYONE, POST=ANYONE),
    "accounts:sign-up": rule(GET=ANYONE, POST=ANYONE),
    "accounts:sign-out": rule(POST=ANYONE),
    "accounts:profile": rule(GET=VIEWER, POST=VIEWER),
    "accounts:password": rule(POST=VIEWER),
    "accounts:theme": rule(POST=VIEWER),
    "accounts:tokens": rule(GET=VIEWER, POST=VIEWER),
    "accounts:token-revoke": rule(POST=VIEWER),
    "files:list": rule(GET=VIEWER),
    "files:upload": rule(POST=USER),
    "files:bulk": rule(GET=USER, POST=USER),
    "files:bulk-undo": rule(POST=USER),
    "files:searches": rule(GET=VIEWER),
    "files:search-new": rule(GET=VIEWER, POST=VIEWER),
    "files:search-open": rule(GET=VIEWER),
    "files:search-rename": rule(GET=VIEWER, POST=VIEWER),
    "files:search-delete": rule(POST=VIEWER),
    "files:detail": rule(GET=VIEWER),
    "files:download": rule(GET=VIEWER),
    "files:delete": rule(POST=USER),
    "files:restore": rule(POST=USER),
    "files:edit": rule(POST=USER),
    "compression:compress": rule(GET=VIEWER, POST=USER),
    "compression:options": rule(GET=VIEWER),
    "compression:decompress": rule(GET=VIEWER, POST=USER),
    "compression:batches": rule(GET=VIEWER),
    "compression:batch-new": rule(GET=USER, POST=USER),
    "compression:batch-method": rule(GET=USER),
    "compression:batch": rule(GET=VIEWER),
    "compression:batch-cancel": rule(POST=USER),
    "compression:batch-retry": rule(POST=USER),
    "compression:compare": rule(GET=VIEWER, POST=USER),
    "compression:comparing": rule(GET=VIEWER),
    "compression:comparisons": rule(GET=VIEWER),
    "compression:comparison": rule(GET=VIEWER),
    "compression:comparison-delete": rule(POST=USER),
    "compression:results": rule(GET=VIEWER),
    "compression:result": rule(GET=VIEWER),
    "admin:*": rule(GET=OPERATOR, POST=OPERATOR),  # its desks ask for more where they change something
}

API: dict[str, Rule] = {
    "api:schema": rule(GET=ANYONE),
    "api:docs": rule(GET=ANYONE),
    "api:health:live": rule(GET=ANYONE),
    "api:health:ready": rule(GET=ANYONE),
    "api:jobs:list": rule(GET=VIEWER),
    "api:jobs:detail": rule(GET=VIEWER),
    "api:jobs:log": rule(GET=VIEWER),
    "api:jobs:cancel": rule(POST=USER),
    "api:jobs:retry": rule(POST=USER),
    "api:auth:register": rule(POST=ANYONE),
    "api:auth:login": rule(POST=ANYONE),
    "api:auth:logout": rule(POST=VIEWER, scope=Scope.READ),  # any token may end itself
    "api:auth:profile": rule(GET=VIEWER, PUT=VIEWER),
    "api:auth:password": rule(PUT=VIEWER),
    "api:auth:preferences": rule(GET=VIEWER, PUT=VIEWER),
    "api:auth:tokens": rule(GET=VIEWER, POST=VIEWER),
    "api:auth:token": rule(DELETE=VIEWER),
    "api:files:upload": rule(POST=USER),
    "api:files:batch-upload": rule(POST=USER),
    "api:files:list": rule(GET=VIEWER),
    "api:files:info": rule(GET=VIEWER, PUT=USER),
    "api:files:download": rule(GET=VIEWER),
    "api:files:delete": rule(DELETE=USER),
    "api:files:restore": rule(POST=USER),
    "api:files:bulk": rule(POST=USER),
    "api:files:search": rule(POST=VIEWER, scope=Scope.READ),  # changes nothing
    "api:files:searches": rule(GET=VIEWER, POST=VIEWER),
    "api:files:search-saved": rule(GET=VIEWER, PUT=VIEWER, DELETE=VIEWER),
    "api:compression:stream": rule(POST=USER),
    "api:compression:batch-create": rule(POST=USER),
    "api:compression:batches": rule(GET=VIEWER),
    "api:compression:batch": rule(GET=VIEWER),
    "api:compression:batch-items": rule(GET=VIEWER),
    "api:compression:batch-retry": rule(POST=USER),
    "api:compression:compare": rule(GET=VIEWER, POST=USER),
    "api:compression:comparison": rule(GET=VIEWER, DELETE=USER),
    "api:compression:comparison-export": rule(GET=VIEWER),
    "api:compression:algorithms": rule(GET=VIEWER, POST=OPERATOR),
    "api:compression:algorithm": rule(GET=VIEWER, PUT=OPERATOR, DELETE=OPERATOR),
    "api:compression:algorithm-test": rule(POST=OPERATOR),
    "api:compression:viability": rule(GET=VIEWER),
    "api:compression:history": rule(GET=VIEWER),
    "api:compression:history-export": rule(GET=VIEWER),
    "api:compression:results-export": rule(GET=VIEWER),
    "api:compression:compress": rule(POST=USER),
    "api:compression:decompress": rule(POST=USER),
    "api:compression:results": rule(GET=VIEWER),
    "api:compression:result": rule(GET=VIEWER),
}

SOCKETS: dict[str, Rule] = {
    "socket:job": rule(GET=VIEWER),
    "socket:events": rule(GET=VIEWER),
}

MATRIX: dict[str, Rule] = PAGES | API | SOCKETS
