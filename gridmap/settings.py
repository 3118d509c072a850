"""Settings from the environment; a bad value stops the start with its name."""

import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from geodata.city import CityProfileError, load_city

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("GRIDMAP_VAR", BASE_DIR / "var")).resolve()
ENVIRONMENTS = ("development", "production", "test")


def required(name: str, meaning: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {meaning}")
    return value


def one_of(name: str, choices: tuple[str, ...]) -> str:
    value = os.environ.get(name, choices[0])
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r}: must be one of {', '.join(choices)}")
    return value


def wheel_library(package: str, pattern: str) -> str:
    """A library inside a wheel; Debian's GDAL is older than Django wants.

    The package is found and not imported: pyogrio would bring pandas into every command.
    """
    spec = find_spec(package)
    found = list(Path(spec.origin).parents[1].glob(pattern)) if spec and spec.origin else []
    if len(found) != 1:
        raise ImproperlyConfigured(f"{pattern}: found {len(found)} libraries; run “make run” again")
    return str(found[0])


# A server that is gone without a word, or takes a connection and says nothing, must not hold a request for
# minutes: seconds to connect, milliseconds until what was sent is acknowledged.
PATIENCE = {"connect_timeout": 3, "tcp_user_timeout": 5_000}


def database(url: str) -> dict[str, Any]:
    try:
        config = dj_database_url.parse(url, engine="django.contrib.gis.db.backends.postgis")
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL: {error}") from error
    return {
        **config,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**PATIENCE, **config.get("OPTIONS", {})},
        "TEST": {
            "NAME": os.environ.get("GRIDMAP_TEST_DATABASE", "test_gridmap"),
            "TEMPLATE": "template_gridmap",
        },
    }


def tile_hosts(template: str) -> list[str]:
    """Where the pictures of a raster service come from, for the security policy."""
    if not template:
        return []
    parts = urlsplit(template)
    if not parts.scheme.startswith("http") or not {"{z}", "{x}", "{y}"} <= set(
        re.findall(r"{\w}", template)
    ):
        raise ImproperlyConfigured(
            f"BASEMAP_TILES={template!r}: must be an address with {{z}}, {{x}} and {{y}}"
        )
    return [f"{parts.scheme}://{re.sub(r'^[^.]*{s}[^.]*', '*', parts.netloc)}"]


ENV = one_of("GRIDMAP_ENV", ENVIRONMENTS)
PRODUCTION = ENV == "production"
DEBUG = False
SECRET_KEY = required("SECRET_KEY", "a long random text, the same on every start")
ALLOWED_HOSTS = (
    required("ALLOWED_HOSTS", "the names of this server, separated by commas").split(",")
    if PRODUCTION
    else ["*"]
)
try:
    CITY = load_city(os.environ.get("GRIDMAP_CITY", "jiayuguan"))
except CityProfileError as error:
    raise ImproperlyConfigured(f"GRIDMAP_CITY: {error}") from error
BASEMAP_TILES = os.environ.get("BASEMAP_TILES", "")

# Three roles: the owner migrates, the application serves, the planners' door reads.
DATABASE_ROLE = one_of("GRIDMAP_DB_ROLE", ("app", "owner", "reader"))
DATABASE_URL = required("DATABASE_URL", "postgres://… of a PostGIS database")
OWNER_DATABASE_URL = os.environ.get("OWNER_DATABASE_URL", DATABASE_URL)
READER_DATABASE_URL = os.environ.get("READER_DATABASE_URL", "")
if DATABASE_ROLE == "reader":
    required("READER_DATABASE_URL", "the same database as the role of the planners' door")
URLS = {"app": DATABASE_URL, "owner": OWNER_DATABASE_URL, "reader": READER_DATABASE_URL}
DATABASES = {"default": database(URLS[DATABASE_ROLE])}
# Whose areas the planners' door shows, and what moves the points that it shows, the same for ever.
PLANNER = os.environ.get("GRIDMAP_PLANNER", "")
RELEASE_SECRET = os.environ.get("GRIDMAP_RELEASE_SECRET") or SECRET_KEY

GDAL_LIBRARY_PATH = wheel_library("pyogrio", "pyogrio.libs/libgdal*.so*")
GEOS_LIBRARY_PATH = wheel_library("shapely", "shapely.libs/libgeos_c*.so*")

INSTALLED_APPS = [
    "gridmap.console",
    "gridmap.recurring",
    "gridmap.incidents",
    "gridmap.accounts",
    "layers",
    "geodata",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "axes",
    "csp",
    "leaflet",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "gridmap.accounts.middleware.SessionUserMiddleware",
    "gridmap.accounts.middleware.PreferencesMiddleware",
    "gridmap.accounts.middleware.LogInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gridmap.urls"
WSGI_APPLICATION = "gridmap.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "gridmap.accounts.context.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "gridmap" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [("vendor", VAR_DIR / "browser")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENV == "test"
        else "layers.static_files.HashedStaticFilesStorage"
    },
}
UPLOAD_DIR = VAR_DIR / "uploads"
PHOTO_DIR = VAR_DIR / "photos"
EPOCH_FILE = VAR_DIR / "epoch"
FILE_UPLOAD_HANDLERS = ["gridmap.console.uploads.BoundedUploadHandler"]
UPLOAD_MAX_BYTES = 64 * 1024**2
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if ENV == "test"
    else ["gridmap.accounts.hashers.SmallArgon2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# A colleague behind the same address is never locked out by somebody else's typos.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 10 / 60
AXES_RESET_ON_SUCCESS = True
AXES_HANDLER = "gridmap.accounts.brake.BrakeHandler"
AXES_LOCKOUT_CALLABLE = "gridmap.accounts.brake.locked_out"
AXES_SENSITIVE_PARAMETERS = ["old_password", "new_password1", "new_password2"]
AXES_CLIENT_IP_CALLABLE = "gridmap.accounts.addresses.client_address"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_ENGINE = "gridmap.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
# How many proxies in front append to X-Forwarded-For; what a visitor claims is not believed.
TRUSTED_PROXIES = int(one_of("TRUSTED_PROXIES", ("1", "0", "2", "3") if PRODUCTION else ("0", "1")))
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Where programs ask: with tokens, answered in JSON. How stands with the views (`incidents.api`).
API_PATH = "/api/"
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "GridMap",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": API_PATH,
    # What is sent and what is answered are told apart: a file is bytes here and an address there.
    "COMPONENT_SPLIT_REQUEST": True,
    # Every list of words stands where it is used.
    "POSTPROCESSING_HOOKS": [],
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *tile_hosts(BASEMAP_TILES)],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

MAP_SOURCES = [
    f"gridmap.map_sources.{name}"
    for name in (
        "ground",
        "footprints",
        "streets",
        "landmarks",
        "cell_lines",
        "community_lines",
        "district_lines",
        "community_names",
        "district_names",
        "areas",
        "cells",
        "buildings",
        "posts",
    )
]

# Called with the ids of new cases, and of those placed anew, in the transaction that writes them.
CASE_FOLLOWERS = ["gridmap.recurring.services.linking.link_cases"]

LEAFLET_CONFIG = {"TILES": [], "RESET_VIEW": False, "ATTRIBUTION_PREFIX": ""}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
