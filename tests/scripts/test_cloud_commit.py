# SPDX-License-Identifier: MIT
"""The drafted message of cloud-update, and `make cloud-commit`, in a git repository of the tests."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from cloudlib.calls import recording, tapes
from cloudlib.calls.answers import Answer
from cloudlib.catalog.records import Catalog, Price
from tests.support.costly import mostly_slow
from tests.support.generated import publish
from tests.support.tree import ROOT, Tree

A10 = "gpu_1x_a10"
MESSAGE = ".cloud-commit-msg"
STATIC = "terraform/lambdalabs/kconfigs"
GONE = "us-west4"  # the last region: zones are asked for in batches, in order
N2_CORE = '"nanos": 31611000}'


@pytest.fixture
def repo(tree: Tree) -> Tree:
    """The tree, committed, but for what nobody changes: git would read it all for each test."""
    who = {"NAME": "A U Thor", "EMAIL": "author@example.com"}
    tree.env |= {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    tree.write(
        ".gitignore",
        f"{MESSAGE}\n/docs/\n/scripts/\n.cloud*\n.*_cloud_config_generated\n*.generated\n__pycache__/\n",
    )
    git(tree, "init", "--quiet")
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--message", "base")
    return tree


def git(tree: Tree, *words: str) -> str:
    return tree.run("git", *words).stdout


def cheaper(catalog: Catalog) -> Catalog:
    """One type at a quarter of its price, one less, one more in a new family."""
    quarter = Decimal("0.25")
    types = [
        replace(t, prices={r: Price(p.usd_per_hour * quarter, p.source) for r, p in t.prices.items()})
        if t.name == A10 else t
        for t in catalog.instance_types if t.name != "gpu_2x_a6000"
    ]  # fmt: skip
    return replace(catalog, instance_types=(*types, replace(types[0], name="gpu_1x_z9", family="z9")))


def commit(tree: Tree, *, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = tree.python("scripts/cloud_commit.py", check=False)
    assert done.returncode == code and "Traceback" not in done.stderr, done.stderr
    return done


def test_from_promotion_to_commit(repo: Tree) -> None:
    """Exactly the provider's files, added, changed and removed; the message is used up."""
    repo.write(f"{STATIC}/Kconfig.gone.static", "# no family has this\n")
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", "a file to be removed")
    publish(repo, cheaper)
    said = repo.make("cloud-update-lambdalabs").stdout
    assert f"  git add '{STATIC}/*.static'\n  git commit -F {MESSAGE}\n" in said
    message = repo.read(MESSAGE)
    repo.write("notes", "mine\n")
    repo.make("cloud-commit")
    assert git(repo, "log", "-1", "--format=%B").strip() == message.strip()
    changed = git(repo, "show", "--name-status", "--format=", "HEAD").splitlines()
    assert all(f"\t{STATIC}/" in line and line.endswith(".static") for line in changed)
    assert {line[0] for line in changed} >= {"M", "D"} and f"D\t{STATIC}/Kconfig.gone.static" in changed
    assert git(repo, "status", "--porcelain") == "?? notes\n"
    assert "no drafted message" in commit(repo, code=1).stderr


def test_the_message(repo: Tree) -> None:
    publish(repo, cheaper)
    repo.make("cloud-update-lambdalabs")
    subject, blank, *body = repo.read(MESSAGE).splitlines()
    assert subject.startswith("terraform/lambdalabs: refresh the menus as of 20") and blank == ""
    assert max(map(len, [subject, *body])) <= 72
    text = " ".join(" ".join(body).split())
    assert "Lambda Labs: 25 types, 15 families, 18 regions, 9 image streams; fetched 20" in text
    assert " with Lambda Cloud API v1. Source: live Since 20" in text
    assert "1 family added; 1 type added, 1 removed; 18 prices changed." in text
    assert "Families: + z9 Largest price moves: gpu_1x_a10 in " in text
    assert "$1.29 -> $0.3225 (-75.0 %)" in text and "and 15 more" in text
    assert "Defconfigs: lambdalabs-gpu-1x-a10: gpu_1x_a10 in us-east-1 $1.29 -> $0.3225" in text


def changed(answers: Sequence[Answer]) -> Iterator[Answer]:
    """The answers of later: without us-west4, with a family c5 in us-central1, and dearer N2 cores."""
    asked = [answer.call.partition("--zones=")[2].partition(" ")[0] for answer in answers]
    zones = [zone for text in asked for zone in text.split(",") if zone and GONE not in zone]
    machines = [row for a, text in zip(answers, asked) if text for row in a.out.decode().splitlines()]
    machines += [
        row.replace("c2-", "c5-") for row in machines if row.startswith("c2-standard-4,us-central1-")
    ]
    size = len(zones) // sum(map(bool, asked))
    for answer, text in zip(answers, asked):
        call, out = answer.call, answer.out.decode()
        if text:
            batch, zones = zones[:size], zones[size:]
            call = call.replace(text, ",".join(batch))
            out = "".join(f"{row}\n" for row in machines if row.split(",")[1] in batch)
        elif "compute regions list" in call or "compute zones list" in call:
            out = "".join(f"{row}\n" for row in out.splitlines() if GONE not in row)
        yield replace(answer, call=call, out=out.replace(N2_CORE, N2_CORE.replace("316", "416")).encode())


@pytest.mark.slow
def test_the_message_between_two_recordings(repo: Tree) -> None:
    """The main job from one recording, and from one of a month later."""
    ours = recording.read(ROOT / "recordings" / "gce.jsonl.gz", name="gce")
    answers = [ours.answer(call) for call in sorted(ours.lines)]
    digests = []
    for month, some in (("06", answers), ("07", list(changed(answers)))):
        header = replace(ours.header, recorded_at=f"2026-{month}-26T20:00:00+00:00", source=f"month {month}")
        folder = repo.root / f".cloud-{month}"
        folder.mkdir()
        entry = tapes.add(folder, header, recording.pack(header, some))
        tapes.write_manifest(folder, {"gce": entry})
        digests.append(entry["sha256"])
        repo.make("cloud-config-gce", REPLAY=str(folder))
        repo.make("cloud-update-gce", FORCE="1")
        message = repo.read(MESSAGE)
        repo.make("cloud-commit")
    assert message.startswith("terraform/gce: refresh the menus as of 2026-07-26\n\n")
    text = " ".join(message.split())
    parts = (
        r"GCE: \d+ types, \d+ families, \d+ regions, \d+ image streams; fetched 2026-07-26 with gcloud ",
        rf"Source: recording: month 07; \.cloud-07/gce\.jsonl\.gz of 2026-07-26, sha256 {digests[1]}",
        rf"Source until then: .* month 06; \.cloud-06/gce\.jsonl\.gz of 2026-06-26, sha256 {digests[0]}",
        r"Since 2026-06-26: 1 region removed; 3 zones removed; 1 family added; 1 type added;",
        r"Families: \+ c5-standard Regions: - us-west4 ",
        r"Largest price moves: n2-\S+ in \S+ \$[\d.]+ -> \$[\d.]+ \(\+\d+\.\d %\) n2-.* and \d+ more ",
        r"Defconfigs: gce-large: n2-standard-16 in us-central1 \$[\d.]+ -> \$[\d.]+ ",
        r"FORCE=1 overrode: 1 of \d+ regions no longer offer anything",
    )
    assert [part for part in parts if not re.search(part, text)] == [], message


@pytest.mark.slow
def test_the_message_is_about_all_that_is_not_committed(repo: Tree) -> None:
    """Two promotions before one commit, and two providers: a family that came and went is not in it."""
    publish(repo, cheaper)
    repo.make("cloud-update-lambdalabs")
    assert "Families: + z9" in repo.read(MESSAGE)
    publish(repo, lambda c: replace(c, instance_types=tuple(t for t in c.instance_types if t.family != "z9")))
    repo.make("cloud-update-lambdalabs")
    assert "1 type removed; 18 prices changed" in repo.read(MESSAGE) and "z9" not in repo.read(MESSAGE)
    publish(repo, lambda c: replace(c, images=c.images[1:]), provider="gce")
    said = repo.make("cloud-update-gce").stdout
    assert repo.read(MESSAGE).startswith("terraform/gce,lambdalabs: refresh the menus as of 20")
    assert f"git add 'terraform/gce/kconfigs/*.static' '{STATIC}/*.static'" in said
    repo.make("cloud-commit")
    assert git(repo, "status", "--porcelain") == ""


def test_what_force_overrode_is_in_the_message(repo: Tree) -> None:
    publish(
        repo, lambda c: replace(c, instance_types=tuple(t for t in c.instance_types if "b200" not in t.name))
    )
    repo.make("cloud-update-lambdalabs", FORCE="1")
    assert "FORCE=1 overrode: 4 of 25 instance types are no longer offered" in repo.read(MESSAGE)


def test_nothing_new_leaves_no_message(repo: Tree) -> None:
    """A date alone, and a promotion that is taken back."""
    repo.write(MESSAGE, "of last month")
    publish(repo)
    repo.make("cloud-update-lambdalabs")
    repo.make("cloud-commit")
    publish(repo, days_ago=0)
    assert "stay as they are" in repo.make("cloud-update-lambdalabs").stdout
    assert not (repo.root / MESSAGE).exists()


def test_something_else_is_staged(repo: Tree) -> None:
    publish(repo, cheaper)
    repo.make("cloud-update-lambdalabs")
    repo.write("README", "mine\n")
    git(repo, "add", "README")
    head = git(repo, "rev-parse", "HEAD")
    said = commit(repo, code=1).stderr
    assert "something else is staged: README" in said and "git restore --staged" in said
    assert (
        git(repo, "diff", "--cached", "--name-only") == "README\n" and git(repo, "rev-parse", "HEAD") == head
    )
    git(repo, "rm", "--quiet", "--cached", "README")
    (repo.root / "README").unlink()
    commit(repo)


@pytest.mark.parametrize("subject", mostly_slow(["", "menus: new", "terraform/ibm: new", "terraform/: new"]))
def test_a_message_that_names_no_provider(repo: Tree, subject: str) -> None:
    publish(repo, cheaper)
    repo.make("cloud-update-lambdalabs")
    repo.write(MESSAGE, f"{subject}\n")
    assert "does not begin with the providers" in commit(repo, code=1).stderr
    assert git(repo, "diff", "--cached", "--name-only") == ""


def test_a_subject_of_ones_own(repo: Tree) -> None:
    publish(repo, cheaper)
    repo.make("cloud-update-lambdalabs")
    repo.write(MESSAGE, "terraform/lambdalabs: halve the prices\n")
    commit(repo)
    assert git(repo, "log", "-1", "--format=%s") == "terraform/lambdalabs: halve the prices\n"


def test_nothing_to_commit(repo: Tree) -> None:
    repo.write(MESSAGE, "terraform/lambdalabs: nothing\n")
    assert "there is nothing to commit" in commit(repo, code=1).stderr


def test_a_hook_that_refuses(repo: Tree) -> None:
    publish(repo, cheaper)
    repo.make("cloud-update-lambdalabs")
    hook = repo.write(".git/hooks/pre-commit", "#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    said = commit(repo, code=1).stderr
    assert "not today" in said and "git made no commit; the menus are staged" in said
    assert (repo.root / MESSAGE).exists()
    hook.unlink()
    commit(repo)


def test_without_a_repository(tree: Tree) -> None:
    publish(tree, cheaper)
    said = tree.make("cloud-update-lambdalabs").stdout
    assert "promoted" in said and "no commit message was drafted: this tree is not in a git" in said
    assert "this tree is not in a git repository" in commit(tree, code=1).stderr
    assert not (tree.root / MESSAGE).exists()


def test_a_tree_that_another_repository_ignores(tree: Tree) -> None:
    """An unpacked archive somewhere below a repository is not that repository's."""
    tree.run("git", "init", "--quiet", str(tree.root.parent))
    publish(tree, cheaper)
    tree.make("cloud-update-lambdalabs")
    assert "not in a git repository" in commit(tree, code=1).stderr
