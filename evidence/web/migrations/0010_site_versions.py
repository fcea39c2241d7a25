"""Of telephones' versions that wait for a choice."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    """None waits yet."""

    dependencies: ClassVar[list[Any]] = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("desk", "0009_own_lines"),
    ]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="SiteVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                ("case", models.CharField(max_length=32)),
                ("visit", models.CharField(max_length=32)),
                ("body", models.TextField()),
                ("received_at", models.DateTimeField(auto_now=True)),
                ("settled", models.BooleanField(default=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="siteversion",
            constraint=models.UniqueConstraint(fields=["owner", "key"], name="one_version_of_a_key"),
        ),
    ]
