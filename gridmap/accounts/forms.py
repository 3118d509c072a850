"""Log-in and password forms, braked."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gridmap.accounts.brake import braked
from gridmap.accounts.models import User


class LoginForm(AuthenticationForm):
    """Name and password; the error stands under the password."""

    request: HttpRequest

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        username, password = self.fields["username"], self.fields["password"]
        username.label, password.label = _("账号"), _("密码")
        # The brake keeps the name in a column of this width.
        username.validators.append(MaxLengthValidator(User._meta.get_field("username").max_length))

    def get_invalid_login_error(self) -> forms.ValidationError:
        username = self.cleaned_data["username"]
        text = braked(self.request, username, gettext("账号或密码不对。"))
        return forms.ValidationError({"password": text})


class PasswordForm(PasswordChangeForm):
    """The old password, braked like a log-in, and the new one twice."""

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.request = request
        self.fields["old_password"].label = _("现在的密码")
        self.fields["new_password1"].label = _("新密码")
        self.fields["new_password2"].label = _("再输一次新密码")
        self.fields["new_password2"].help_text = ""

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        username = self.user.get_username()
        if authenticate(self.request, username=username, password=password) is None:
            text = braked(self.request, username, gettext("现在的密码不对。"))
            raise forms.ValidationError(text)
        return password
