"""Accounts are tied to people of the roster; forms that were sent are known again."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    """Accounts made before are tied to nobody until the lead ties them."""

    dependencies: ClassVar[list[Any]] = [("desk", "0001_initial")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            model_name="seat",
            name="roster_id",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=255, unique=True)),
                ("location", models.CharField(blank=True, default="", max_length=500)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
