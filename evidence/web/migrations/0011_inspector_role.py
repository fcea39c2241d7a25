"""The role of the inspector joins those an account may have."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    """Its words are checked by the form alone; no column changes."""

    dependencies: ClassVar[list[Any]] = [("desk", "0010_site_versions")]

    operations: ClassVar[list[Any]] = [
        migrations.AlterField(
            model_name="seat",
            name="role",
            field=models.CharField(
                choices=[
                    ("clerk", "资料员"),
                    ("lead", "项目负责人"),
                    ("auditor", "审计人员（只读）"),
                    ("regulator", "监管部门（只读）"),
                    ("inspector", "检查人员"),
                ],
                max_length=16,
            ),
        ),
    ]
