"""All forms of a workspace: each folder of `templates/` with a `form.docx` and a `form.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from evidence.contracts.contract import FormText
from evidence.errors import InputError, MissingPartError, UsageError
from evidence.foreign import fault_of
from evidence.forms.declaration import EVERYWHERE, FormDeclaration
from evidence.language import _, did_you_mean

SHIPPED = Path(__file__).parents[1] / "shipped" / "templates"
"""Where a wheel carries the templates."""
_CHECKOUT = Path(__file__).parents[2] / "templates"


def shipped_templates() -> Path:
    """The templates that come with the program, installed or checked out."""
    return SHIPPED if SHIPPED.is_dir() else _CHECKOUT


def read_declaration(path: Path) -> FormDeclaration:
    """Read one form.toml.

    Raises:
        InputError: not TOML, an unknown key or a wrong value; `where` names the file.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        form = msgspec.convert(table, FormDeclaration)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InputError(
            _("文书声明有错：{error}。").format(error=fault_of(error)),
            where=str(path),
            remedy=_("请对照 docs/template-designer.md 改正后重试。"),
        ) from error
    own = {declared.name for declared in form.fields}
    return replace(form, fields=(*form.fields, *(one for one in EVERYWHERE if one.name not in own)))


def _as_called(form: FormDeclaration, text: FormText | None) -> FormDeclaration:
    if text is None:
        return form
    return replace(form, title=text.title, note=text.note, clauses=text.clauses or form.clauses)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The forms found in one templates folder, in order of id."""

    folder: Path
    forms: tuple[FormDeclaration, ...]

    @classmethod
    def load(cls, templates_dir: Path, texts: Mapping[str, FormText] | None = None) -> Catalogue:
        """Read every declaration; a folder without templates of its own uses the shipped ones.

        Args:
            texts: what the contract calls each form; without them the names of form.toml.

        Raises:
            InputError: a declaration is wrong, or two forms share an id or code.
            MissingPartError: there are no templates at all.
        """
        folder = templates_dir if any(templates_dir.glob("*/form.toml")) else shipped_templates()
        forms: list[FormDeclaration] = []
        for path in sorted(folder.glob("*/form.toml")):
            form = read_declaration(path)
            if form.id != path.parent.name:
                raise InputError(
                    _("文书声明中的 id 与文件夹名不一致。"),
                    where=str(path),
                    remedy=_("请把 form.toml 中的 id 改成与文件夹同名。"),
                )
            for other in forms:
                if other.code == form.code:
                    raise InputError(
                        _("两种文书用了同一个代码 {code}。").format(code=form.code),
                        where=str(path),
                        remedy=_("请给其中一种换一个两字母代码。"),
                    )
            forms.append(_as_called(form, (texts or {}).get(form.id)))
        if not forms:
            raise MissingPartError(
                _("没有找到任何文书模板。"), where=str(folder), remedy=_("请恢复 templates/ 文件夹。")
            )
        return cls(folder=folder, forms=tuple(forms))

    def __iter__(self) -> Iterator[FormDeclaration]:
        return iter(self.forms)

    def form(self, name: str) -> FormDeclaration:
        """The form of that id, code or title.

        Raises:
            UsageError: no such form; the remedy lists all.
        """
        wanted = name.strip()
        for form in self.forms:
            if wanted in (form.id, form.code, form.title, form.short) or wanted.upper() == form.code:
                return form
        known = "、".join(f"{form.id}（{form.short}）" for form in self.forms)
        raise UsageError(
            _("没有名为“{name}”的文书。").format(name=name),
            remedy=did_you_mean(
                wanted, (word for form in self.forms for word in (form.id, form.title, form.short))
            )
            + _("可用的文书：{known}。").format(known=known),
        )

    def docx(self, form: FormDeclaration) -> Path:
        """The form's Word template.

        Raises:
            MissingPartError: the file is gone.
        """
        path = self.folder / form.id / "form.docx"
        if not path.is_file():
            raise MissingPartError(
                _("文书“{short}”的 Word 模板不见了。").format(short=form.short),
                where=str(path),
                remedy=_("请恢复该文件；自带的模板可从程序的 templates 目录复制。"),
            )
        return path
