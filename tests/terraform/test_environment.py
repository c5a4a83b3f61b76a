# SPDX-License-Identifier: MIT
"""The account that terraform's providers need, and where it is found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import cloud_providers
from cloudlib.errors import BadReply, CliMissing, CloudError, NoCredentials, NotSetUp
from cloudlib.provider import TerraformEnvironment

KEY = "secret_example_0123456789abcdef.NotAKey"


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No account, no credentials file, no vendor command but those of a test."""
    for name in os.environ:
        if name.startswith(("ARM_", "GOOGLE_", "GCLOUD_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("az", "gcloud"):
        command(tmp_path, name, "echo 'ERROR: not asked for' >&2; exit 9")


def command(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\necho \"$*\" >>'{folder}/calls'\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def calls(folder: Path) -> str:
    path = folder / "calls"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def environment(name: str) -> dict[str, str]:
    provider = cloud_providers.load(name)
    assert isinstance(provider, TerraformEnvironment)
    return dict(provider.terraform_environment())


def failure(name: str, kind: type[CloudError]) -> CloudError:
    with pytest.raises(kind) as caught:
        environment(name)
    assert caught.value.hint
    return caught.value


def test_lambda_s_key_from_wherever_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failure("lambdalabs", NoCredentials)
    (tmp_path / ".lambdalabs").mkdir()
    path = tmp_path / ".lambdalabs" / "credentials"
    path.write_text(KEY, encoding="utf-8")
    path.chmod(0o600)
    assert environment("lambdalabs")["LAMBDALABS_API_KEY"] == KEY
    monkeypatch.setenv("LAMBDA_API_KEY", "another_key")
    assert environment("lambdalabs")["LAMBDALABS_API_KEY"] == "another_key"


def test_azure_s_subscription(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(tmp_path, "az", "echo '\"11111111-2222\"'")
    assert environment("azure") == {"ARM_SUBSCRIPTION_ID": "11111111-2222"}
    assert calls(tmp_path) == "account show --query id --output json\n"
    monkeypatch.setenv("ARM_SUBSCRIPTION_ID", "mine")
    assert environment("azure") == {} and calls(tmp_path).count("\n") == 1


def test_azure_without_one(tmp_path: Path) -> None:
    command(tmp_path, "az", "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1")
    assert "az login" in failure("azure", NoCredentials).hint
    (tmp_path / "az").unlink()
    assert "set ARM_SUBSCRIPTION_ID" in failure("azure", CliMissing).hint
    command(tmp_path, "az", "echo null")
    failure("azure", BadReply)


@pytest.mark.parametrize("name", ["GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"])
def test_google_s_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    command(tmp_path, "gcloud", "echo my-project")
    assert environment("gce") == {"GOOGLE_PROJECT": "my-project"}
    assert calls(tmp_path) == "config get-value project\n"
    monkeypatch.setenv(name, "another")
    assert environment("gce") == {} and calls(tmp_path).count("\n") == 1


def test_google_without_one(tmp_path: Path) -> None:
    for answer in ("echo '(unset)' >&2", "echo '(unset)'", "true"):
        command(tmp_path, "gcloud", answer)
        assert "gcloud config set project" in failure("gce", NotSetUp).hint
    (tmp_path / "gcloud").unlink()
    assert "set GOOGLE_PROJECT" in failure("gce", CliMissing).hint
