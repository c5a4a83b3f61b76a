# SPDX-License-Identifier: MIT
"""The account's credentials, looked for once a run and handed to every `aws` in its environment.

So single sign-on, roles, credential processes and the metadata service are asked once, and a code of a second
factor is typed once. Nothing of it is in a command line, a message, a file or a recording.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone

from cloudlib.calls.answers import parsed
from cloudlib.calls.debug import debug_line
from cloudlib.calls.run import CallLog, run_secret
from cloudlib.calls.shape import Reader
from cloudlib.errors import BadReply, CallFailed, CliMissing, NoCredentials
from cloudlib.settings import call_timeout
from providers.aws import ENVIRONMENT
from providers.aws import calls as aws_calls

#: Since version 2.9: https://docs.aws.amazon.com/cli/latest/reference/configure/export-credentials.html
_EXPORT = ("aws", "configure", "export-credentials", "--format", "process")
_KEY, _SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"


def hand_on(log: CallLog) -> None:
    """Give the commands of a run the credentials that `aws` has now; raises NoCredentials where it has none.

    Keys in the environment are what `aws` takes first, so they are left as they are. Where the command is
    missing or fails in another way, each call looks for credentials itself, and DEBUG=1 says why.
    """
    if log.replayed is not None or (os.environ.get(_KEY) and os.environ.get(_SECRET)):
        return
    try:
        answer = run_secret(
            _EXPORT,
            log=log,
            timeout=call_timeout(aws_calls.TIMEOUT),
            own=ENVIRONMENT,
            env=aws_calls.own_environment(),
            classify=aws_calls.classify,
        )
        variables = _variables(answer)
    except (CallFailed, CliMissing) as error:
        debug_line(f"aws: each call looks for credentials itself: {error.what}")
        return
    for secret in (value for value in variables.values() if len(value) >= 8):
        log.keep_out(secret)
    log.credentials.update(variables)


def _variables(answer: bytes) -> dict[str, str]:
    """The answer as the environment of `aws`, with what would stand beside it there emptied.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html gives the form. Raises
    BadReply, which shows nothing of the answer, and NoCredentials where the credentials have expired.
    """
    try:
        fields = Reader(parsed(answer), vendor=aws_calls.NAME, answer="export-credentials")
        key, secret = fields.text("AccessKeyId"), fields.text("SecretAccessKey")
        token, until = fields.maybe_text("SessionToken"), fields.maybe_text("Expiration")
    except (BadReply, ValueError):
        raise BadReply("aws: the answer to export-credentials has an unexpected form") from None
    if not all(text.isascii() and text.isprintable() for text in (key, secret, token)):
        raise BadReply("aws: the answer to export-credentials has no plain text")
    if _is_over(until):
        raise NoCredentials(f"no valid AWS credentials: they expired at {until}", hint=aws_calls.SETUP_HINT)
    return {
        _KEY: key,
        _SECRET: secret,
        "AWS_SESSION_TOKEN": token,
        "AWS_SECURITY_TOKEN": "",  # `aws` would take it before the one above
        "AWS_CREDENTIAL_EXPIRATION": "",
    }


def _is_over(until: str) -> bool:
    """Is this ISO 8601 time past? One that cannot be read, or says no time zone, is left to AWS to judge."""
    try:
        time = datetime.fromisoformat(until.replace("Z", "+00:00"))
    except ValueError:
        return False
    return time.tzinfo is not None and time < datetime.now(timezone.utc)
