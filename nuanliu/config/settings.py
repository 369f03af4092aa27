"""Django's settings. What an installation decides comes from the environment; docs/howto names the variables."""

import os
from pathlib import Path

from django.utils.csp import CSP

from nuanliu.base.database import databases
from nuanliu.base.var import PROJECT, var_folder
from nuanliu.config.identity_provider import identity_provider
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
    "nuanliu.operations",
    "nuanliu.desk",
    "nuanliu.web",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
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
    "nuanliu.web.middleware.SealMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "nuanliu.web.presence.PresenceMiddleware",
    "nuanliu.web.middleware.ScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "nuanliu.config.urls"
WSGI_APPLICATION = "nuanliu.config.wsgi.application"
ASGI_APPLICATION = "nuanliu.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Django's template language, drawn by an engine in Rust (docs/decisions/0018-templates-in-rust.md).
TEMPLATES = [
    {
        "BACKEND": "django_rust_templates.RustTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["nuanliu.web.templatetags.addresses"],
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
FORM_RENDERER = "django_rust_templates.forms.RustFormRenderer"

# --- database and jobs ---

DATABASES = databases()
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# --- who signs in ---

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["nuanliu.access.sign_in.UniformBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "nuanliu.access.passwords.HardToGuess"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "nuanliu.access.sign_in.Entrance"
# A session ends with the browser, after an hour unused, and after twelve hours in any case.
ACCOUNT_SESSION_REMEMBER = False
# A whole office stands behind one address; an account is locked for a quarter of an hour after five failures.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "60/m/ip,5/900s/key"}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if flag("NUANLIU_BEHIND_PROXY", default=False) else 0
# Shared by all processes: a lock-out that one of them knows is no lock-out. Made by access/sql/cache.sql.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "access_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "暖流"
MFA_ADAPTER = "nuanliu.access.mfa.SealedAdapter"
# Browsers allow passkeys on this machine without TLS; a real server has it.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = NUANLIU_DEMONSTRATION
USERSESSIONS_TRACK_ACTIVITY = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# --- the union's own identity provider, where there is one ---

SOCIALACCOUNT_ADAPTER = "nuanliu.access.sign_in.IdentityProvider"
SOCIALACCOUNT_PROVIDERS = identity_provider(os.environ)
# Who is who, told on the page before sign-in: in a demonstration only.
NUANLIU_GUIDE = "nuanliu.demo.entrance.guide"
# What somebody who tries it has not got: a list to hand in, the bank's reply and receipt; in a demonstration only.
NUANLIU_SPECIMENS = {
    "list": "nuanliu.demo.specimens.specimen_list",
    "reply": "nuanliu.demo.specimens.bank_reply",
    "receipt": "nuanliu.demo.specimens.bank_receipt",
}
NUANLIU_OIDC_CLAIM = os.environ.get("NUANLIU_OIDC_CLAIM", "preferred_username")

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
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = (
    SESSION_COOKIE_SECURE,
    True,
    "Lax",
)
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "nuanliu.access.asking"
SESSION_COOKIE_AGE = 60 * int(os.environ.get("NUANLIU_IDLE_MINUTES", "60"))
NUANLIU_SESSION_SECONDS = 12 * 60 * 60
CSRF_FAILURE_VIEW = "nuanliu.web.views.account.stale_form"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("NUANLIU_LOG_LEVEL", "WARNING")},
}
