"""Log-in, log-out, password, language, theme, and whether the server is well."""

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridmap.accounts.forms import LoginForm, PasswordForm
from gridmap.accounts.models import User
from gridmap.accounts.services import change_password

A_YEAR = 365 * 24 * 3600


class LoginView(auth_views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The language chosen on this page is the person's from now on."""
        chosen = self.request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen in dict(settings.LANGUAGES):
            User.objects.filter(pk=form.get_user().pk).update(language=chosen)
        return super().form_valid(form)


@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password; every other log-in of this person ends."""
    user = _person(request)
    form = PasswordForm(request, user, request.POST or None)
    if form.is_valid():
        new = form.cleaned_data["new_password1"]
        change_password(user=user, password=new, by=user.username, at=timezone.now())
        update_session_auth_hash(request, user)
        return redirect(f"{resolve_url('password')}?changed")
    return render(request, "accounts/password.html", {"form": form})


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    return _preferred(request, settings.LANGUAGE_COOKIE_NAME, "language", chosen)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("theme", "")
    if chosen not in User.Theme.values:
        return HttpResponseBadRequest()
    return _preferred(request, "theme", "theme", chosen)


@login_not_required
@never_cache
@require_GET
def healthz(_: HttpRequest) -> JsonResponse:
    """For the watchman: does this process answer, and does the database?"""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        away = {"status": "unavailable", "database": "unavailable"}
        return JsonResponse(away, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ok", "database": "ok"})


def _preferred(request: HttpRequest, cookie: str, field: str, chosen: str) -> HttpResponse:
    """Keep a choice with the person and in this browser, and go back."""
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(**{field: chosen})
    response = redirect(_way_back(request))
    response.set_cookie(
        cookie, chosen, A_YEAR, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )
    return response


def _way_back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return target
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _person(request: HttpRequest) -> User:
    """The signed-in person; the middleware in front lets nobody else come here."""
    if not isinstance(request.user, User):
        raise TypeError("this page needs a log-in")
    return request.user
