"""All settings, from the environment. Production is the default; RINGAR_DEMO=1 relaxes what the demo needs.

RINGAR_VAR          folder for data and generated keys (default: ./var)
RINGAR_SECRET_KEY   required outside the demo; RINGAR_SECRET_KEY_FILE names a file instead
DATABASE_URL        sqlite:///PATH or postgres://… (default: sqlite in RINGAR_VAR)
RINGAR_HOSTS        host names served, comma separated
RINGAR_DEMO=1       invented city, movable clock, outbox on a page
"""

import os
import secrets
from datetime import date
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

SOURCE = Path(__file__).resolve().parents[1]
VAR = Path(os.environ.get("RINGAR_VAR", "var")).resolve()
DEMO = os.environ.get("RINGAR_DEMO") == "1"


def from_environment(name: str) -> str:
    """The variable NAME, or the contents of the file that NAME_FILE names."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, "")


def demo_key() -> str:
    """The demo's own generated key, kept beside its data."""
    path = VAR / "secret_key"
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return path.read_text(encoding="utf-8")


SECRET_KEY = from_environment("RINGAR_SECRET_KEY") or (demo_key() if DEMO else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "Set RINGAR_SECRET_KEY or RINGAR_SECRET_KEY_FILE (or RINGAR_DEMO=1 to try it out)."
    )

DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("RINGAR_HOSTS", "").split(",") if h] or (
    ["127.0.0.1", "localhost", "testserver"] if DEMO else []
)
BASE_URL = os.environ.get(
    "RINGAR_BASE_URL", "http://127.0.0.1:8000" if DEMO else f"https://{(ALLOWED_HOSTS or ['localhost'])[0]}"
)

ROOMS = [
    "core",
    "robots",
    "talk",
    "city",
    "needs",
    "solvers",
    "matching",
    "procurement",
    "pilots",
    "front",
    "demo",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    # Before allauth, so that our templates stand in for theirs.
    *[f"ringar.{room}" for room in ROOMS],
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.usersessions",
    "ninja",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ringar.core.sessions.session_middleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ringar.core.middleware.viewer_middleware",
    "ringar.core.security.security_middleware",
    "ringar.core.limiting.limit_middleware",
    "ringar.core.middleware.form_address_middleware",
]
ROOT_URLCONF = "ringar.config.urls"
WSGI_APPLICATION = "ringar.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ringar.core.middleware.page_context",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["django.template.loaders.app_directories.Loader"],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials", "ringar.core.templatetags.page"],
        },
    }
]

FORM_RENDERER = "ringar.core.forms.PageRenderer"
MESSAGE_TAGS = {10: "", 20: "", 25: "ok", 30: "warn", 40: "error"}  # the notices of the style sheet

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'ringar.sqlite3'}", conn_max_age=60
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE: a read-then-write transaction otherwise fails at once when another writer got in between.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Ringar: "
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a change to the account is told to its address
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "ringar.core.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "ringar.core.account_forms.LogInForm"}
# Log-in itself is counted by the adapter, by account and by address; the rest here, in the cache that all share.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "10/15m/key",  # codes of the second step
    "signup": "60/m/ip",
    "request_login_code": "60/m/ip,3/m/key",
    "reset_password": "60/m/ip,3/m/key",
    "reset_password_from_key": "60/m/ip",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Ringar"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_FORMS = {
    "add_webauthn": "ringar.core.account_forms.AddPasskeyForm",
    "edit_webauthn": "ringar.core.account_forms.RenamePasskeyForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
# Who is let in by a service is decided in the adapter; it takes an address only from who may speak for it.
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_ADAPTER = "ringar.core.outside_log_in.SocialAccountAdapter"
# Log-in services are read over https alone; the demo may use one on the same machine.
FETCH_PLAIN_HTTP = DEMO
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "ringar.core.outside_log_in.NonceProvider"},
    "saml": {"provider_class": "ringar.core.outside_log_in.OnceProvider"},
}
# Argon2id first; a password kept by the slower one before is hashed anew at the next log-in.
PASSWORD_HASHERS = [
    "ringar.core.passwords.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# A session ends after twelve hours without a request, and after a week in any case.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_LONGEST_SECONDS = 7 * 24 * 60 * 60

# How many proxies stand before us, each of which adds the address it saw to X-Forwarded-For.
PROXIES = int(os.environ.get("RINGAR_BEHIND_PROXY") or "0")
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
# Writes (every POST) in a minute: of a person, and of an address without log-in.
RINGAR_WRITES_A_MINUTE = int(os.environ.get("RINGAR_WRITES_A_MINUTE", "120"))
RINGAR_ANONYMOUS_WRITES_A_MINUTE = int(os.environ.get("RINGAR_ANONYMOUS_WRITES_A_MINUTE", "20"))
# Shared by all workers: limits and codes that must not be used twice are kept there. Its table is in core's migrations.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Maps of whole networks, some megabytes each; each machine draws them up for itself.
    "drawings": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR / "drawings",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 40},
    },
}

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "media"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 60 if DEMO else 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# The most that pages take in at a time, in MB; larger files come in by `ringar import`.
RINGAR_UPLOAD_MB = int(os.environ.get("RINGAR_UPLOAD_MB", "25"))
FILE_UPLOAD_HANDLERS = [
    "ringar.core.uploads.QuotaUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

EMAIL_BACKEND = "ringar.robots.mail.QueueBackend"
DEFAULT_FROM_EMAIL = os.environ.get("RINGAR_MAIL_FROM", "Ringar <ringar@localhost>")
# The server that the queue hands mail to; empty: mail stays in the outbox page (the demo).
RINGAR_SMTP_URL = from_environment("RINGAR_SMTP_URL")

# What a municipality may buy directly, without advertising (SEK, LOU chapter 19 a): from which day which limit.
DIRECT_AWARD_LIMITS = [(date(2022, 2, 1), 700_000)]

# How many days after a merge or a split of needs it can be undone.
RINGAR_UNDO_DAYS = int(os.environ.get("RINGAR_UNDO_DAYS", "30"))

# Queued work: how many things of one urgency a worker does at a time, and the pause before the first new attempt.
RINGAR_WORKER_THREADS = int(os.environ.get("RINGAR_WORKER_THREADS", "4"))
RINGAR_RETRY_SECONDS = float(os.environ.get("RINGAR_RETRY_SECONDS", "2"))
# Modules of the municipality's own that hold robots, by comma; each room's robots.py is found without.
DEMO_ROBOTS = "ringar.robots.library.cancel_invoice" if DEMO else ""
RINGAR_ROBOTS = [
    name.strip() for name in os.environ.get("RINGAR_ROBOTS", DEMO_ROBOTS).split(",") if name.strip()
]
RINGAR_ROBOTS_BESIDE = int(os.environ.get("RINGAR_ROBOTS_BESIDE", "0"))  # set by `ringar run`, for its pages
# A process that has not stirred for so long is taken for frozen, and its work goes to another.
RINGAR_FROZEN_SECONDS = float(os.environ.get("RINGAR_FROZEN_SECONDS", "60"))
# How often a case may stop its process at the same step before it fails.
RINGAR_DEATHS_IN_CASE = int(os.environ.get("RINGAR_DEATHS_IN_CASE", "3"))
# How long a queue leaves its target in peace after technical faults in a row, at first.
RINGAR_BREAKER_SECONDS = float(os.environ.get("RINGAR_BREAKER_SECONDS", "30"))
# How long work that is done stays in the list of what robots did.
RINGAR_WORK_KEPT_DAYS = int(os.environ.get("RINGAR_WORK_KEPT_DAYS", "90"))

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMO
if not DEMO:  # a name that browsers take only over https, from this very host and for all of it
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
CSRF_FAILURE_VIEW = "ringar.core.security.refuse_csrf"
SECURE_SSL_REDIRECT = not DEMO and os.environ.get("RINGAR_SSL_REDIRECT", "1") == "1"
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMO
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "img-src": [SELF, "data:"],  # the square code of a one-time key comes within its page
        "base-uri": [NONE],
        "form-action": [SELF],  # log-in elsewhere is led to by a page of ours (core.security)
        "frame-ancestors": [NONE],
        **({} if DEMO else {"upgrade-insecure-requests": True}),
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"ringar": {"level": "INFO"}},
}
