"""Of what people want to be told."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    """Nobody has said so yet."""

    dependencies: ClassVar[list[Any]] = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("desk", "0007_site_devices"),
    ]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="NoticeWish",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(blank=True, default="", max_length=254)),
                ("kinds", models.JSONField(default=dict)),
                ("language", models.CharField(default="zh", max_length=8)),
                ("digest_on", models.DateField(blank=True, null=True)),
                ("told", models.JSONField(default=list)),
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notice_wish",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
