"""The way in and out for members of staff."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView

from clinic.forms import LoginForm


class Login(LoginView):
    """Log in, then go to the page that asked for it (`next`), else to the day."""

    form_class = LoginForm
    template_name = "clinic/staff/login.html"
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """Return the page to go to; never this one again, which would go round for ever."""
        target = super().get_success_url()
        here = target.partition("?")[0] == self.request.path
        return self.get_default_redirect_url() if here else target


login = Login.as_view()
logout = LogoutView.as_view()
