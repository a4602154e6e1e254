"""The lexical encoder and the sparse rows it makes."""

import numpy as np
import pytest

from bot.nlp.encoder import LexicalEncoder
from bot.nlp.vectors import SparseRows, index, stack


def cosine(first: str, second: str) -> float:
    rows = LexicalEncoder().encode([first, second]).to_dense()
    return float(rows[0] @ rows[1])


def test_rows_have_length_one_or_nothing_in_them() -> None:
    rows = LexicalEncoder().encode(["where is my order", "", "订单到哪了", "?"])
    assert np.linalg.norm(rows.to_dense(), axis=1) == pytest.approx([1, 0, 1, 0])


def test_a_text_has_the_same_row_alone_and_among_others() -> None:
    encoder = LexicalEncoder()
    together = encoder.encode(["refund", "where is my order", "退款"])
    alone = encoder.encode(["where is my order"])
    assert together.take([1]).to_dense().tolist() == alone.to_dense().tolist()


def test_no_texts_make_no_rows() -> None:
    assert len(LexicalEncoder().encode([])) == 0


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("where is my order", "where's my order", "how do i pay"),
        ("track my parcel", "trakc my parcel", "open my account"),
        ("where is my package", "where is my parcel", "where is my refund"),
        ("我要退款", "想退款", "怎么付款"),
        ("refund", "退款", "发票"),
        ("order 123456", "order 987654", "order now"),
    ],
)
def test_nearer_in_meaning_is_nearer(text: str, near: str, far: str) -> None:
    assert cosine(text, near) > cosine(text, far)


def test_index_agrees_with_the_dense_product() -> None:
    rows = LexicalEncoder(bits=12).encode(["where is my order", "", "我要退款", "where is my refund"])
    queries = LexicalEncoder(bits=12).encode(["refund my order", "退款", ""])
    assert index(rows).cosines(queries) == pytest.approx(queries.to_dense() @ rows.to_dense().T, abs=1e-6)


def test_stacked_rows_are_both() -> None:
    first, second = LexicalEncoder(bits=10).encode(["a refund", ""]), LexicalEncoder(bits=10).encode(["退款"])
    both = stack(first, second)
    assert isinstance(both, SparseRows)
    assert both.to_dense().tolist() == [*first.to_dense().tolist(), *second.to_dense().tolist()]
