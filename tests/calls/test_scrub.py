# SPDX-License-Identifier: MIT
"""Nothing that tells whose a recording is stays in it, and what a parser reads stays as it was."""

from __future__ import annotations

import json
import re
import string
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudlib.calls.answers import Answer
from cloudlib.calls.scrub import Known, scrub

_HOME = "/".join(("", "home", ""))  # a path that is nobody's
_LOWER = string.ascii_lowercase
_ALNUM = string.ascii_letters + string.digits


def texts(alphabet: str, size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=size, max_size=size)


def joined(*parts: str | st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A value of fixed and drawn parts."""
    drawn = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*drawn).map("".join)


_digits12 = texts(string.digits, 12).filter(lambda text: not text.startswith("0000"))
_guid = st.uuids(version=4).map(str)
_name = joined("q", texts(_LOWER, 9))  # no word of any answer begins so


@dataclass(frozen=True)
class Owner:
    """Everything that must not be seen afterwards."""

    account: str
    user: str
    key_id: str
    secret_key: str
    subscription: str
    tenant: str
    email: str
    jwt: str
    google_token: str
    lambda_key: str
    project: str
    env_secret: str
    odd_token: str

    def values(self) -> list[str]:
        return list(vars(self).values())


owners = st.builds(
    Owner,
    account=_digits12,
    user=_name,
    key_id=joined(st.sampled_from(["AKIA", "ASIA", "AROA"]), texts(string.ascii_uppercase + "234567", 16)),
    secret_key=texts(_ALNUM + "+/", 40),
    subscription=_guid,
    tenant=_guid,
    email=joined(_name, "@", _name, ".example"),
    jwt=joined("eyJ", texts(_ALNUM, 20), ".", texts(_ALNUM + "_-", 30), ".", texts(_ALNUM + "_-", 20)),
    google_token=joined("ya29.", texts(_ALNUM + "_-.", 40), "x"),
    lambda_key=joined("secret_", _name, "_", texts("0123456789abcdef", 32), ".", texts(_ALNUM, 32)),
    project=joined(_name, "-", texts(string.digits, 6)),
    env_secret=texts(_ALNUM, 24),
    odd_token=texts(_ALNUM, 30),
)


def answers_of(who: Owner) -> list[Answer]:
    """What vendors say to this person, as they say it: identities, errors, addresses, keys sent back."""
    arn = f"arn:aws:iam::{who.account}:user/team/{who.user}"
    session = f"arn:aws:sts::{who.account}:assumed-role/Admin/{who.user}"
    arm = f"https://management.azure.com/subscriptions/{who.subscription}"
    more = f"{arm}/skus?$skiptoken={who.tenant}"

    def good(call: str, body: object) -> Answer:
        text = body if isinstance(body, str) else json.dumps(body)
        return Answer(call, 200 if call.startswith("GET") else 0, text.encode())

    return [
        good("aws sts get-caller-identity", {"UserId": who.key_id, "Account": who.account, "Arn": arn}),
        good("aws ec2 x", {"Profile": session, "Id": who.account, "by": f"{who.email} of {who.account}"}),
        Answer("aws ec2 y", 254, b"", f"User: {session} is not authorized, ask {who.user} ({who.account})"),
        Answer("aws ec2 z", 255, b"", f"Signature {who.key_id} {who.secret_key} in {_HOME}{who.user}/.aws"),
        good(
            "az account get-access-token",
            {"accessToken": who.odd_token, "subscription": who.subscription, "tenant": who.tenant},
        ),
        good(f"GET {arm}/locations", {"id": f"/subscriptions/{who.subscription}/x", "nextLink": more}),
        good(f"GET {more}", {"value": [who.tenant, who.jwt], "mail": quote(who.email)}),
        Answer(
            f"GET {arm}/denied", 403,
            json.dumps({"error": " ".join((who.email, who.odd_token, who.env_secret, who.user))}).encode(),
        ),
        good("gcloud auth print-access-token", f"{who.google_token}\n"),
        good("gcloud compute zones list", f"projects/{who.project}/zones/a,{who.google_token}"),
        Answer("gcloud compute images list", 1, b"", f"denied for project [{who.project}] of {who.email}"),
        good("GET https://cloud.lambda.ai/api/v1/images", {"key": who.lambda_key, "x": who.env_secret}),
        Answer(
            "GET https://a.example/", failed="CallFailed",
            err=f"https://{who.user}:{who.env_secret}@proxy Bearer {who.odd_token} {who.jwt} {who.tenant}",
        ),
        good("GET http://a.example/", {"SecretAccessKey": who.secret_key, "AccessKeyId": who.key_id}),
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(owners)
def test_nothing_that_was_planted_is_found(who: Owner) -> None:
    known = Known(secrets=frozenset({who.env_secret}), names=frozenset({who.user}))
    answers = answers_of(who)
    clean, kept = scrub(answers, {"base": f"https://{who.account}.example/{who.subscription}"}, known)
    whole = repr([answer.as_json() for answer in clean]) + repr(kept)
    assert [value for value in who.values() if value in whole or quote(value) in whole] == []
    again, _ = scrub(clean, {}, Known())
    assert again == clean, "a recording of a replay is the same recording"
    assert [json.loads(a.out) for a in clean if a.good and a.out[:1] in (b"{", b"[")] != []


_ID = "3f2b8c1d-1a2b-4c3d-8e9f-0123456789ab"
_NUMBER = "987654321098"
_KEY = "AK" + "IA" + "Q" * 16
#: One by one, with nothing else that would tell: how it is said -> what must not be left of it.
_IN_DATA = {
    "-----BEGIN " + "PRIVATE KEY-----\nqwertz\n-----END PRIVATE KEY-----": "qwertz",
    "-----BEGIN RSA " + "PRIVATE KEY-----\nqwertz and cut off": "qwertz",
    '{"x": "eyJhbGciOiJub.eyJzdWIiOiIx.c2ln"}': "eyJzdWIiOiIx",
    '{"x": "ya29.a0AfqwertzQ"}': "qwertz",
    '{"x": "1//0gqwertzqwertzqwertzqwertz"}': "qwertz",
    '{"x": "AIzaqwertzqwertzqwertzqwertzqwertzqwertz"}': "qwertz",
    '{"x": "secret_team_0123.qwertz"}': "qwertz",
    "Authorization: Bearer qwertzqwertz": "qwertz",
    "https://qwertz:uiop@proxy.example/": "qwertz",
    f"arn:aws:iam::{_NUMBER}:user/qwertz": "qwertz",
    f"arn:aws-cn:sts::{_NUMBER}:assumed-role/qwertz/uiop": _NUMBER,
    f'{{"x": "{_KEY}"}}': _KEY,
    '{"x": "qwertz.uiop+a@mail.example.org"}': "qwertz",
    "https://a.example/qwertz%40mail.example": "qwertz",
    f'{{"id": "{_ID}"}}': _ID,
    f"/tenants/{_ID}/x": _ID,
    "https://a.example/projects/qwertz-12345/zones": "qwertz",
    "projects/987654321/zones": "987654321",
    f'{{"Account": "{_NUMBER}", "Owner": "{_NUMBER}"}}': _NUMBER,
    f'{{"a": "arn:aws:iam::{_NUMBER}:root", "Owner": "{_NUMBER}"}}': _NUMBER,
    f'{{"a": "/subscriptions/{_ID}/x", "b": "disk-{_ID}"}}': _ID,
    f'{{"tenantId": "{_ID}", "b": "disk-{_ID}"}}': _ID,
    '{"a": "projects/qwertz-12345", "b": "name of qwertz-12345."}': "qwertz",
    '{"clientSecret": "qwertz/+", "b": "qwertz/+"}': "qwertz",
    r'{"a": "{\"password\": \"qwertz\"}"}': "qwertz",
}
_IN_WORDS = {
    f"vm-{_ID}": _ID,
    f"account {_NUMBER} is closed": _NUMBER,
    f"cannot read {_HOME}qwertz/.aws/config": "qwertz",
    "cannot read " + "/Us" + "ers/qwertz/.azure": "qwertz",
    r"cannot read C:\Users\qwertz\.azure": "qwertz",
    "Project [qwertz-1] is not there": "qwertz",
    "project: qwertz-1": "qwertz",
    "project 'qwertz' has no API": "qwertz",
    "Client with IP address '203.0.113.77' is not allowed": "203.0.113.77",
    "Encoded authorization failure message: " + "q1W2" * 20: "q1W2",
    f"User: arn:aws:iam::{_NUMBER}:user/qwertz may not; qwertz": "qwertz",
    '{"userName": "qwertz", "message": "qwertz may not"}': "qwertz",
}


@pytest.mark.parametrize("text", _IN_DATA)
def test_each_form_alone_is_taken_out_of_data(text: str) -> None:
    bad = Answer("aws y", 1, text.encode(), text, hint=text)
    clean, kept = scrub([Answer("aws x", 0, text.encode()), Answer(text, 1), bad], {"base": text}, Known())
    assert [part for part in map(repr, (*clean, kept)) if _IN_DATA[text] in part] == []
    alone = scrub([Answer("aws x", 0, text.encode())], {}, Known())[0][0]
    assert _IN_DATA[text].encode() not in alone.out


@pytest.mark.parametrize("text", _IN_WORDS)
def test_each_form_alone_is_taken_out_of_words(text: str) -> None:
    for answer in (
        Answer("aws", 1, err=text),
        Answer("aws", 1, text.encode()),
        Answer("aws", failed="x", hint=text),
    ):
        assert _IN_WORDS[text] not in repr(scrub([answer], {}, Known())[0][0])


@settings(max_examples=50, deadline=None)
@given(owners)
def test_the_same_value_becomes_the_same_placeholder(who: Owner) -> None:
    clean, _ = scrub(answers_of(who), {}, Known(secrets=frozenset({who.env_secret})))
    by_start = {answer.call.partition("/locations")[0]: answer for answer in clean}
    token = json.loads(by_start["az account get-access-token"].out)
    first = next(a for a in clean if a.call.endswith("/locations"))
    assert f"/subscriptions/{token['subscription']}/" in first.call
    following = json.loads(first.out)["nextLink"]
    assert f"GET {following}" in [answer.call for answer in clean]


def test_placeholders_are_numbered_by_what_they_stand_for() -> None:
    mails = [Answer("a", 1, err=f"{name}@q.example") for name in ("ann", "bob", "ann")]
    assert [a.err for a in scrub(mails, {}, Known())[0]] == [
        "user-1@example.com", "user-2@example.com", "user-1@example.com",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        '{"OwnerId":"136693071363","ImageId":"ami-0123456789abcdef0","Name":"debian-12-amd64-20260101-2000"}',
        '{"Name":"AlmaLinux OS 9.4 x86_64-c076b20a-2305-4771-823f-944909847a05"}',
        '{"OwnerId":"136693071363","arn":"arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0"}',
        "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/debian-12-bookworm-v20260101",
        "projects/ubuntu-os-cloud/zones/us-central1-a,n2-standard-8,8,32768",
        '{"nextLink":"https://management.azure.com/skus?$skiptoken=abc","NextToken":"AAMA-EFRSURBSGZ2"}',
        '{"name":"gpu_1x_a10","price_cents_per_hour":75,"memory":17179869184}',
    ],
)
def test_what_a_parser_reads_stays(text: str) -> None:
    (clean,), _ = scrub([Answer("aws ec2 describe", 0, text.encode())], {}, Known())
    assert clean.out.decode() == text


def test_words_that_tell_an_error_apart_stay() -> None:
    said = (
        "An error occurred (UnauthorizedOperation) when calling the DescribeRegions operation: User "
        "AADSTS700082 Please run 'az login' reauthentication (RequestLimitExceeded) RESOURCE_EXHAUSTED"
    )
    assert scrub([Answer("aws", 1, err=said)], {}, Known())[0][0].err == said


def test_bytes_that_are_no_text_stay() -> None:
    cut = "grüß".encode()[:3] + b"\xff"
    assert scrub([Answer("aws", 0, cut)], {}, Known())[0][0].out == cut


def test_a_loopback_port_is_left_out() -> None:
    (clean,), kept = scrub(
        [Answer("GET http://127.0.0.1:4711/x", 200)], {"base": "http://127.0.0.1:4711/"}, Known()
    )
    assert clean.call == "GET http://127.0.0.1/x" and kept == {"base": "http://127.0.0.1/"}
    assert not re.search("4711", repr(clean))
