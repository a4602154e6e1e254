"""Imports aiogram without building the validators of types that are never met. Used by the command line, first thing.

aiogram describes all of Telegram, some 650 models, and builds every validator at import: 1.7 s of processor time and
80 MB, most of it for gifts, stories and passports that no desk sees. Its models are made to be built late
(``defer_build``); here the build at import is put off until a model is first used. Nothing else changes, and where
aiogram was imported before, nothing changes at all.
"""

import sys
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

Names = Mapping[str, Any] | None


def import_aiogram() -> bool:
    """Import aiogram with late validators; returns False when it was imported already."""
    if "aiogram" in sys.modules:
        return False
    names: dict[str, Any] = {}
    at_once = BaseModel.__dict__["model_rebuild"]

    def remember(_: type[BaseModel], /, *, _types_namespace: Names = None, **__: Any) -> None:
        names.update(_types_namespace or {})

    def build(cls: type[BaseModel], /, *, _types_namespace: Names = None, **options: Any) -> bool | None:
        known = names | dict(_types_namespace or {})
        result: bool | None = at_once.__func__(cls, **options, _types_namespace=known)
        return result

    BaseModel.model_rebuild = classmethod(remember)  # type: ignore[assignment, method-assign]
    try:
        import aiogram.methods.base  # noqa: PLC0415 - this very import is what the function is about
        import aiogram.types.base  # noqa: PLC0415
    finally:
        BaseModel.model_rebuild = at_once  # type: ignore[method-assign]
    base = aiogram.methods.base
    for family in (aiogram.types.base.TelegramObject, base.TelegramMethod, base.Response):
        family.model_rebuild = classmethod(build)  # type: ignore[assignment, method-assign]
    return True
