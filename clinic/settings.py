"""Django's settings. What an operator may change is read in `env.py`; what is here is ours."""

from __future__ import annotations

from typing import Any

import environ
from csp.constants import NONE, SELF

from clinic import env, running
from clinic.keys import development_key
from clinic.storages import private_storage

BASE_DIR = env.ROOT
DEBUG = env.DEBUG
PRODUCTION = env.PRODUCTION
SECRET_KEY = env.SECRET_KEY or development_key("SECRET_KEY")
LINK_KEY = env.LINK_KEY or development_key("LINK_KEY")
MASTER_KEY = env.MASTER_KEY or development_key("MASTER_KEY")
ALLOWED_HOSTS = env.ALLOWED_HOSTS
SITE_URL = env.SITE_URL or f"http://localhost:{env.PORT}"

INSTALLED_APPS = [
    "clinic",
    "clients",
    "treatments",
    "bookings",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "clinic.middleware.RequestId",
    "clinic.logs.RequestLine",
    # What sets headers stands above what may answer by itself: the redirect to https, static files.
    "csp.middleware.CSPMiddleware",
    "clinic.middleware.PermissionsPolicy",
    "clinic.middleware.NoStore",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "clinic.middleware.Framing",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "clinic.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "clinic.middleware.SameSitePosts",
    # Above whatever reads a body.
    "clinic.middleware.BodySize",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clinic.logins.middleware.Sessions",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.logins.middleware.SecondFactor",
]
ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.context.house",
            ],
        },
    },
]

# The database: the one named, else the one that `manage.py up` keeps here. None at all is an error only
# when a connection is opened, so that commands that need none (help, collectstatic, up) work.
_POSTGRES_HERE = "" if PRODUCTION else running.url_of(env.VAR_DIR / "postgres", running.POSTGRES)
_REDIS_HERE = "" if PRODUCTION else running.url_of(env.VAR_DIR / "redis", running.REDIS)
DATABASES = {
    "default": {
        **environ.Env.db_url_config(
            env.DATABASE_URL or _POSTGRES_HERE or "postgres://jade@127.0.0.1:1/jade"
        ),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": None},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "clinic.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "day"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Logins. allauth does the steps; who may try how often is ours (clinic/logins/throttle.py), since
# allauth's limits lock by name alone, which lets a stranger lock a member of staff out.
ACCOUNT_ADAPTER = "clinic.logins.adapters.Account"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_FORMS = {
    "reauthenticate": "clinic.logins.forms.PasswordAgain",
    "request_login_code": "clinic.logins.forms.AskForMail",
    "confirm_login_code": "clinic.logins.forms.MailedCode",
}
MFA_ADAPTER = "clinic.logins.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RATE_LIMITS = False
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_DIGITS = 10
MFA_FORMS = {
    "authenticate": "clinic.logins.forms.SecondFactor",
    "authenticate_webauthn": "clinic.logins.forms.SecondPasskey",
    "reauthenticate": "clinic.logins.forms.SecondFactorAgain",
    "reauthenticate_webauthn": "clinic.logins.forms.PasskeyAgain",
    "login_webauthn": "clinic.logins.forms.PasskeyLogin",
    "activate_totp": "clinic.logins.forms.FirstAppCode",
    "add_webauthn": "clinic.logins.forms.NewPasskey",
}
SECOND_FACTOR = env.SECOND_FACTOR
IDLE_SECONDS = env.IDLE_MINUTES * 60
IDLE_SECONDS_OF = {role: minutes * 60 for role, minutes in env.IDLE_MINUTES_OF.items() if minutes}
PIN_HOURS = env.PIN_HOURS
ABSOLUTE_SECONDS = env.ABSOLUTE_HOURS * 3600

# Language and time: instants are UTC; a page names the zone of the location it speaks of. Clients
# are written to in these languages; pages are in the first (clinic/middleware.py, Language), but
# for those of a booking (bookings/views/of_booking.py).
LANGUAGE_CODE = "en-ca"
LANGUAGES = [("en-ca", "English"), ("fr-ca", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files: the sources, and what `make vendor` copies from the npm lock file's packages.
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticroot" if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"]
# Uploaded files have no address of their own: a view hands them out (docs/decisions/0012).
_media = private_storage(env.MEDIA_URL, default=env.VAR_DIR / "media")
STORAGES = {
    "default": _media,
    "private": _media,
    "staticfiles": {
        "BACKEND": "clinic.static_files.StaticFiles"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Queue: ids only. A dead or silent broker must not hold a request up (docs/decisions/0002).
CELERY_BROKER_URL = env.REDIS_URL or _REDIS_HERE or "redis://127.0.0.1:1/0"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = 2
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.25,
    "socket_timeout": 0.25,
    "retry_on_timeout": False,
    # Without it, opening a connection is tried again for seconds.
    "max_retries": 0,
    "visibility_timeout": 300,
}
CELERY_BEAT_SCHEDULE_FILENAME = str(env.VAR_DIR / "celerybeat-schedule")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# Mail
_mail = environ.Env.email_url_config(env.EMAIL_URL) if env.EMAIL_URL else {}
if _mail:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail["EMAIL_HOST"]
    EMAIL_PORT = _mail["EMAIL_PORT"]
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = bool(_mail.get("EMAIL_USE_TLS"))
    EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_SSL"))
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "clients.channels.mailbox.EmailBackend"
DEFAULT_FROM_EMAIL = env.MAIL_FROM
EMAIL_PROVIDER = env.EMAIL_PROVIDER
TRACK_OPENS = env.TRACK_OPENS
ANYMAIL = {
    "REQUESTS_TIMEOUT": (3.05, 8),
    # Providers without signatures of their own log in: jade, and the secret.
    "WEBHOOK_SECRET": f"jade:{env.HOOK_SECRET}" if env.HOOK_SECRET else [],
    **env.EMAIL_PROVIDER_SETTINGS,
}

# Text messages, and how much the providers take
SMS_PROVIDER = env.SMS_PROVIDER
TWILIO_ACCOUNT_SID = env.TWILIO_ACCOUNT_SID
TWILIO_AUTH_TOKEN = env.TWILIO_AUTH_TOKEN
TWILIO_FROM = env.TWILIO_FROM
TWILIO_URL = env.TWILIO_URL
SMS_GATEWAY = env.SMS_GATEWAY
HOOK_SECRET = env.HOOK_SECRET
PER_SECOND = {"EMAIL": env.EMAIL_PER_SECOND, "SMS": env.SMS_PER_SECOND}
MAILBOX = env.MAILBOX
MAILBOX_DIR = env.VAR_DIR / "mailbox"

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
PEOPLE_COOKIE_NAME = "__Host-people" if PRODUCTION else "people"
PIN_COOKIE_NAME = "__Host-pin" if PRODUCTION else "pin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    # Asked by the machine itself, without TLS.
    SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    if env.TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
TRUSTED_PROXIES = env.TRUSTED_PROXIES
RATE_LIMITS = env.RATE_LIMITS
METRICS_TOKEN = env.METRICS_TOKEN
EMBED_SITES = env.EMBED_SITES
CORS_ORIGINS = env.CORS_ORIGINS
DEMO = env.DEMO
BACKUP_DIR = env.BACKUP_DIR
BACKUP_KEY = env.BACKUP_KEY
BACKUP_HOUR = env.BACKUP_HOUR
BACKUP_KEEP = env.BACKUP_KEEP
POSTGRES_TOOLS = env.POSTGRES_TOOLS

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "clinic.middleware.RequestIdFilter"},
        "said_once": {"()": "clinic.logs.SaidOnce"},
    },
    "formatters": {"line": {"()": f"clinic.logs.{'JsonLines' if PRODUCTION else 'Readable'}"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id", "said_once"],
        }
    },
    "root": {"handlers": ["console"], "level": env.LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Its lines hold paths; each request has a line of ours.
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
        # Each task is told once, when it has ended.
        "celery.worker.strategy": {"level": "WARNING"},
        # Each table of each font that a printed page takes letters from.
        "fontTools": {"level": "WARNING"},
        # Statements hold what people entered.
        "django.db.backends": {"level": "WARNING"},
    },
}
