"""Users, passwords and tokens."""

from config import env

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "pages:start"
LOGOUT_REDIRECT_URL = "accounts:sign-in"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

TOKEN_LIFETIME_DAYS = env.integer("TOKEN_LIFETIME_DAYS", 30, minimum=1, maximum=3650)
SIGN_UP_OPEN = env.flag("SIGN_UP_OPEN", default=True)
# Wrong passwords for one name or from one address, per quarter of an hour, before a pause is asked for.
SIGN_IN_ATTEMPTS = env.integer("SIGN_IN_ATTEMPTS", 20, minimum=3)

# Name in the session of the account's generation; see `accounts.models.User.generation`.
SESSION_GENERATION = "generation"
SOCKET_IDENTITY = "accounts.identity.IdentifySocket"
