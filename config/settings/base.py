"""What the project is made of."""

from pathlib import Path

from config import env

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var")
DEBUG = env.flag("DEBUG")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the theme alone: the site is our own
    "unfold.contrib.filters",
    "config.apps.BackOfficeConfig",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "django_rq",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "core",
    "accounts",
    "files",
    "compression",
    "metrics",
    "pages",
]

MIDDLEWARE = [
    "metrics.prometheus.middleware.CountingMiddleware",
    "core.middleware.RequestContextMiddleware",
    "core.middleware.AddressMiddleware",
    "core.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.ProblemMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.BearerTokenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.access.middleware.AccessMiddleware",
    "core.handoff.HandoffMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.navigation.context",
            ],
            "builtins": ["core.templatetags.ui"],
        },
    }
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in [BASE_DIR / "frontend" / "dist"] if path.is_dir()]
STATIC_ROOT = BASE_DIR / "build" / "static"


def _made_from(path: Path) -> str | None:
    """Return what the files that lie beside a stamp were made from."""
    return path.read_text().partition("\n")[0] if path.is_file() else None


_bundle = _made_from(BASE_DIR / "frontend" / "dist" / ".made-from")
# `make run` collects static files under names that hold their hash, compressed and kept by browsers for ever. Where it
# has not done so from this bundle, as on the way through the tests, they are served from where they are.
STATIC_COLLECTED = env.flag(
    "STATIC_COLLECTED",
    default=_bundle is not None and _bundle == _made_from(STATIC_ROOT.with_suffix(".made-from")),
)
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "png", "gif", "jpg", "webp", "woff", "woff2", "zip", "gz", "br")

ACCESS_MATRIX = "config.access.MATRIX"
