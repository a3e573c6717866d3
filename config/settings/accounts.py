"""Users, passwords and tokens."""

from config import env

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign-in"
SIGN_OUT_URL = "accounts:sign-out"
PASSWORD_URL = "accounts:profile"
LOGIN_REDIRECT_URL = "pages:start"
LOGOUT_REDIRECT_URL = "accounts:sign-in"

PASSWORD_HASHERS = ["accounts.hashers.Argon2"]
# The length is a rule of accounts/rules.py, which the browser and the published schema know too.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

TOKEN_LIFETIME_DAYS = env.integer("TOKEN_LIFETIME_DAYS", 30, minimum=1, maximum=3650)
SIGN_UP_OPEN = env.flag("SIGN_UP_OPEN", default=True)
# Wrong passwords for one name from one address in a quarter of an hour; see `accounts.attempts` for the rest.
SIGN_IN_ATTEMPTS = env.integer("SIGN_IN_ATTEMPTS", 20, minimum=3)
# New accounts from one address in a quarter of an hour.
SIGN_UP_ATTEMPTS = env.integer("SIGN_UP_ATTEMPTS", 300, minimum=1)

# Name in the session of the account's generation; see `accounts.models.User.generation`.
SESSION_GENERATION = "generation"
SOCKET_IDENTITY = "accounts.identity.IdentifySocket"
