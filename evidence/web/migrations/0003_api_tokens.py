"""Programs sign in with tokens of their own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models

from evidence.web.roles import ROLE_WORDS


class Migration(migrations.Migration):  # type: ignore[misc]
    """No token exists before somebody makes one."""

    dependencies: ClassVar[list[Any]] = [("desk", "0002_roster_and_once")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                (
                    "role",
                    models.CharField(
                        max_length=16, choices=[(role.value, words) for role, words in ROLE_WORDS.items()]
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
