"""今天 opens as a person left it, on every device."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    """Everybody begins with the whole list."""

    dependencies: ClassVar[list[Any]] = [("desk", "0008_notices")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField(model_name="seat", name="own_lines", field=models.BooleanField(default=False)),
    ]
