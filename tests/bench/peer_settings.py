"""A usual Django project around django-vectortiles, over our tables.

Its connections are kept and not tested before each request: the cheapest that Django offers.
"""

from gridmap.settings import *  # noqa: F403
from gridmap.settings import DATABASES, INSTALLED_APPS

DATABASES = {"default": {**DATABASES["default"], "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False}}
INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.sessions", "vectortiles"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "/login/"
ROOT_URLCONF = "tests.bench.peer_urls"
