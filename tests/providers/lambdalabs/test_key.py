# SPDX-License-Identifier: MIT
"""Where the key for Lambda's API is found, and where it may be sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudlib.errors import NoCredentials, UsageError
from providers.lambdalabs.calls import DEFAULT_BASE, base_url, find_key

KEY = "secret_made_up_0123456789.AbCdEf=="


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def write(home: Path, text: str, mode: int = 0o600) -> None:
    path = home / ".lambdalabs" / "credentials"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def test_no_key() -> None:
    with pytest.raises(NoCredentials, match="LAMBDA_API_KEY") as caught:
        find_key()
    assert caught.value.exit_code == 3 and "https://cloud.lambda.ai/api-keys" in caught.value.hint


def test_the_order_of_places(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    write(home, KEY)
    assert find_key().value == KEY
    monkeypatch.setenv("LAMBDALABS_API_KEY", "second-place-key")
    assert find_key().value == "second-place-key"
    monkeypatch.setenv("LAMBDA_API_KEY", " first-place-key\n")
    assert find_key().value == "first-place-key"


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"# mine\n{KEY}\n\n",
        f"[default]\nlambdalabs_api_key = {KEY}\n",
        f"[default]\napi_key={KEY}\nregion = us-east-1\n",
        f"[DEFAULT]\nlambdalabs_api_key: {KEY}\n",
        f'[work]\nlambda_api_key = "{KEY}"\n',
        f"api_key = {KEY}\n",
        f"[work]\napi_key = other\n[default]\napi_key = {KEY}\n",
    ],
)
def test_forms_of_the_file(home: Path, text: str) -> None:
    write(home, text)
    key = find_key()
    assert (key.value, key.warning) == (KEY, "")
    assert KEY not in repr(key)


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "[default]\nregion = x\n", f"[default\n{KEY}", f"{KEY} {KEY}", f"{KEY}\nmore\n"],
)
def test_files_without_a_key(home: Path, text: str) -> None:
    write(home, text)
    with pytest.raises(NoCredentials) as caught:
        find_key()
    assert KEY not in caught.value.what + caught.value.hint and "credentials" in caught.value.what


def test_a_key_that_is_no_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_API_KEY", "abc\r\nX-Evil: 1")
    with pytest.raises(NoCredentials, match="LAMBDA_API_KEY") as caught:
        find_key()
    assert "Evil" not in caught.value.what


def test_a_file_that_is_no_text(home: Path) -> None:
    write(home, "x")
    (home / ".lambdalabs" / "credentials").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NoCredentials, match="not UTF-8 text"):
        find_key()


@pytest.mark.parametrize(("mode", "open_"), [(0o600, False), (0o400, False), (0o640, True), (0o644, True)])
def test_a_file_open_to_others(home: Path, mode: int, open_: bool) -> None:
    write(home, KEY, mode)
    assert bool(find_key().warning) is open_
    assert not open_ or f"{mode:04o}" in find_key().warning


def test_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert base_url() == DEFAULT_BASE == "https://cloud.lambda.ai/api/v1/"
    monkeypatch.setenv("LAMBDALABS_API_BASE", "http://127.0.0.1:8080/api/v1")
    assert base_url() == "http://127.0.0.1:8080/api/v1/"
    monkeypatch.setenv("LAMBDALABS_API_BASE", "http://[::1]:8080")
    assert base_url() == "http://[::1]:8080/"


@pytest.mark.parametrize(
    "base",
    [
        "http://cloud.lambda.ai/api/v1/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "ftp://cloud.lambda.ai/",
        "cloud.lambda.ai/api",
        "https://",
        "https://me:pass@cloud.lambda.ai/",
        "https://cloud.lambda.ai/?x=1",
        "http://127.0.0.1@example.com/",
    ],
)
def test_addresses_that_get_no_key(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    monkeypatch.setenv("LAMBDALABS_API_BASE", base)
    with pytest.raises(UsageError):
        base_url()
