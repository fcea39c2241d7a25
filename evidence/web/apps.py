"""Django's name for the desk."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):  # type: ignore[misc]
    """Accounts and drafts."""

    name = "evidence.web"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sign-ins are written down from the first one on."""
        from evidence.web.access import listen

        listen()
