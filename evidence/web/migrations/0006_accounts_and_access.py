"""Accounts get a second factor and first passwords that must be changed; sign-ins are written down."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    """Nobody has a second factor yet, and no sign-in was noted."""

    dependencies: ClassVar[list[Any]] = [("desk", "0005_site_visits")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("seat", "must_change", models.BooleanField(default=False)),
        migrations.AddField("seat", "totp_secret", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField("seat", "totp_step", models.BigIntegerField(default=0)),
        migrations.AddField("seat", "spare_codes", models.JSONField(default=list)),
        migrations.CreateModel(
            name="Access",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
                ("account", models.CharField(max_length=150)),
                ("what", models.CharField(max_length=16)),
                ("about", models.CharField(blank=True, default="", max_length=150)),
                ("detail", models.CharField(blank=True, default="", max_length=64)),
                ("address", models.CharField(blank=True, default="", max_length=45)),
            ],
            options={"ordering": ("-at", "-id")},
        ),
    ]
