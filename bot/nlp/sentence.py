"""The sentence encoder: texts into the vectors of a sentence-transformers model, where one is configured.

Called by the application and the command line through :func:`open_encoder`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.errors import KefuError
from bot.nlp.encoder import Encoder, LexicalEncoder


class ModelUnusable(KefuError):
    """The model cannot be loaded."""

    def __init__(self, model: str, why: str) -> None:
        super().__init__(f"the model {model} cannot be loaded: {why}")
        self.model, self.why = model, why


class SentenceEncoder:
    """Unit vectors of a sentence-transformers model, on the processor."""

    def __init__(self, model: str) -> None:
        """``model``: a folder that holds one, or its name. Raises :class:`ModelUnusable`."""
        try:
            # 400 MB and seconds of processor time: only for those who configured a model
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        except ImportError:
            raise ModelUnusable(
                model, "sentence-transformers is not installed (pip install -e '.[semantic]')"
            ) from None
        folder = Path(model).expanduser()
        try:
            self._model: Any = SentenceTransformer(str(folder) if folder.is_dir() else model, device="cpu")
        except Exception as error:  # whatever a broken folder or a missing network brings
            raise ModelUnusable(model, str(error).splitlines()[0] if str(error) else type(error).__name__) from error
        self.name = f"sentence:{folder.name}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts × dimensions) float32."""
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), -1)


def open_encoder(kind: str, model: str | None) -> Encoder:
    """Return the encoder of the settings, ``lexical`` or ``sentence``; raises :class:`ModelUnusable`."""
    if kind == "sentence":
        return SentenceEncoder(model or "")
    return LexicalEncoder()
