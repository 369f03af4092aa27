"""Django's settings. What an installation decides comes from the environment; docs/howto names the variables."""

import os
from pathlib import Path

from django.utils.csp import CSP

from nuanliu.base.database import databases
from nuanliu.base.var import PROJECT, var_folder
from nuanliu.config.secrets import secret


def flag(name: str, default: bool) -> bool:
    """A yes-or-no variable of the environment."""
    return os.environ.get(name, "yes" if default else "no").lower() in {"1", "true", "yes", "on"}


BASE_DIR = PROJECT
NUANLIU_VAR = var_folder()
NUANLIU_KEYS_DIR = Path(os.environ.get("NUANLIU_KEYS_DIR") or NUANLIU_VAR / "keys")
NUANLIU_CIPHER = os.environ.get("NUANLIU_CIPHER", "aes-256-gcm")
# A demonstration has the cast's accounts and makes its own keys; a real server must say no or have a DATABASE_URL.
NUANLIU_DEMONSTRATION = flag("NUANLIU_DEMONSTRATION", default=not os.environ.get("DATABASE_URL"))

DEBUG = flag("NUANLIU_DEBUG", default=False)
SECRET_KEY = secret("secret_key", NUANLIU_KEYS_DIR, demonstration=NUANLIU_DEMONSTRATION)
ALLOWED_HOSTS = os.environ.get("NUANLIU_HOSTS", "*" if NUANLIU_DEMONSTRATION else "").split()
CSRF_TRUSTED_ORIGINS = os.environ.get("NUANLIU_ORIGINS", "").split()

INSTALLED_APPS = [
    "nuanliu.base",
    "nuanliu.audit",
    "nuanliu.organizations",
    "nuanliu.access",
    "nuanliu.evidence",
    "nuanliu.approvals",
    "nuanliu.people",
    "nuanliu.programmes",
    "nuanliu.ledger",
    "nuanliu.awards",
    "nuanliu.payments",
    "nuanliu.returns",
    "nuanliu.web",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "nuanliu.web.middleware.ScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "nuanliu.config.urls"
WSGI_APPLICATION = "nuanliu.config.wsgi.application"
ASGI_APPLICATION = "nuanliu.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "nuanliu.web.context.frame",
            ],
        },
    },
]

# --- database and jobs ---

DATABASES = databases()
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# --- who signs in ---

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "暖流"
MFA_ADAPTER = "nuanliu.access.mfa.SealedAdapter"
LOGIN_REDIRECT_URL = "/"

# --- language and time ---

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PROJECT / "nuanliu" / "web" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- files ---

STATIC_URL = "/static/"
STATIC_ROOT = NUANLIU_VAR / "static"
# Of other people's packages only what pages ask for: public name and place among the packages.
NUANLIU_PACKAGES = PROJECT / "node_modules"
NUANLIU_ASSETS = {
    "tabler/css/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
}
STATICFILES_FINDERS = [
    "nuanliu.web.assets.PackagedFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "nuanliu.web.assets.AssetStorage"},
}
# Marks that a restored backup must not turn back: the last payment batch, the last audit head. Never backed up.
NUANLIU_MARKS_DIR = Path(os.environ.get("NUANLIU_MARKS_DIR") or NUANLIU_VAR / "marks")
MEDIA_ROOT = NUANLIU_VAR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
WHITENOISE_USE_FINDERS = False

# --- what a browser may do ---

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if flag("NUANLIU_BEHIND_PROXY", default=False) else None
)
SECURE_SSL_REDIRECT = not NUANLIU_DEMONSTRATION
SECURE_HSTS_SECONDS = 0 if NUANLIU_DEMONSTRATION else 31_536_000
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not NUANLIU_DEMONSTRATION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("NUANLIU_LOG_LEVEL", "WARNING")},
}
