"""Settings, one file a concern; every value that depends on the place comes through `config.env`."""

from config.settings.accounts import *  # noqa: F403
from config.settings.admin import *  # noqa: F403
from config.settings.api import *  # noqa: F403
from config.settings.base import *  # noqa: F403
from config.settings.data import *  # noqa: F403
from config.settings.limits import *  # noqa: F403
from config.settings.logs import *  # noqa: F403
from config.settings.metrics import *  # noqa: F403
from config.settings.notifications import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.storage import *  # noqa: F403
