"""The language of somebody who has not signed in, or whose person nobody can ask for."""

from django.conf import settings
from django.http import HttpRequest


def language_of_cookie(request: HttpRequest) -> str:
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
