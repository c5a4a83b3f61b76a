# SPDX-License-Identifier: MIT
"""A terraform state with anything in it: what it holds is said, or that it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudlib.errors import CloudError
from cloudlib.terraform import state


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{}", "null", "7", '"x"', "[" * 100_000, '{"resources":' * 100_000, "x" * 5_000_000, "\0",
     '{"resources": ["x"]}', '{"resources": [{"mode": "managed"}]}', '{"resources": 7}'],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_a_state_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    (tmp_path / state.NAME).write_text(text, encoding="utf-8")
    with pytest.raises(CloudError, match="cannot be read as a terraform state"):
        state.held(tmp_path)
