# SPDX-License-Identifier: MIT
"""A terraform of the tests. It writes each argv down, keeps a state of as many machines as the variables
name, and fails, waits and answers as orders.json says; see tests.support.bringup.Fake.order.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

HERE = Path(os.environ["FAKE_TERRAFORM"])
ORDERS = json.loads((HERE / "orders.json").read_text(encoding="utf-8"))
COMMAND = next(word for word in sys.argv[1:] if not word.startswith("-"))
FOLDER = Path(next(w for w in sys.argv if w.startswith("-chdir=")).removeprefix("-chdir="))
SIGNALS: list[int] = []


def main() -> int:
    """Returns the exit code that was ordered."""
    with (HERE / "argv").open("a", encoding="utf-8") as log:
        log.write(json.dumps(sys.argv[1:]) + "\n")
    (HERE / "env").write_text(json.dumps(dict(os.environ)), encoding="utf-8")
    if COMMAND in ORDERS["waits"]:
        wait(ORDERS["waits"][COMMAND])
    if SIGNALS or COMMAND in ORDERS["fails"]:
        if COMMAND == "apply":
            make(names()[:1])
        if "-json" in sys.argv:
            tell("diagnostic", diagnostic={"severity": "error", "summary": "the cloud says no"})
        else:
            print("Error: the cloud says no", file=sys.stderr)
        return 1 if SIGNALS else int(ORDERS["fails"][COMMAND])
    act()
    return 0


def act() -> None:
    """What the command does when all is well."""
    if COMMAND == "plan":
        print("the plan")
        for word in sys.argv:
            if word.startswith("-out="):
                Path(word.removeprefix("-out=")).write_text("a plan", encoding="utf-8")
    elif COMMAND == "show":
        change = {"actions": ["delete", "create"]}
        lost = [{"mode": "managed", "address": a, "change": change} for a in ORDERS["lost"]]
        up = state_file().is_file()
        new = {"mode": "managed", "address": "x", "change": {"actions": ["no-op"] if up else ["create"]}}
        print(json.dumps({"resource_changes": [*lost, new]}))
    elif COMMAND == "apply":
        make(names())
        tell("change_summary", "Apply complete!", changes={"operation": "apply"})
    elif COMMAND == "import":
        adopt()
    elif COMMAND == "destroy":
        hold([])
        tell("change_summary", "Destroy complete!", changes={"operation": "destroy"})
    elif COMMAND == "output":
        nodes = {n: {"public_ip": f"192.0.2.{i}", "private_ip": "10.0.0.1"} for i, n in enumerate(names(), 1)}
        usual = {"nodes": {"value": nodes}, "ssh_user": {"value": "kdevops"}}
        print(json.dumps(ORDERS["outputs"] or usual))


def wait(seconds: float) -> None:
    """At work until the time is over or a file `go` is there; a file `asked` tells of the first signal."""
    signal.signal(signal.SIGINT, lambda number, frame: SIGNALS.append(number))
    (HERE / "waiting").write_text(f"{os.getpid()} {os.getppid()}", encoding="utf-8")
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (HERE / "go").exists():
        if SIGNALS:
            (HERE / "asked").touch()
        time.sleep(0.02)
    (HERE / "signals").write_text(json.dumps(SIGNALS), encoding="utf-8")


def names() -> list[str]:
    """The machines that the variables name."""
    path = FOLDER / "terraform.tfvars.json"
    found: list[str] = json.loads(path.read_text(encoding="utf-8"))["node_names"] if path.exists() else []
    return found


def make(these: list[str]) -> None:
    """Create machines, as terraform's events tell it, and write the state.

    With the order `killed` it ends as by kill -9 in the middle of the last one, its state as `killed` says.
    """
    before = held()
    killed = ORDERS.get("killed")
    for name in [n for n in these if n not in before]:
        resource = {"addr": f'aws_instance.node["{name}"]'}
        hook = {"resource": resource, "action": "create"}
        tell("apply_start", f"{resource['addr']}: Creating...", hook=hook)
        if killed and name == these[-1]:
            if killed != "missing":
                hold(these[:-1])
            if killed == "empty":
                state_file().write_text("")
            os.kill(os.getpid(), signal.SIGKILL)
        done = f"{resource['addr']}: Creation complete after 1s [id=id-{name}]"
        tell("apply_complete", done, hook={**hook, "id_key": "id", "id_value": f"id-{name}"})
    hold(these)


def tell(kind: str, message: str = "", **rest: object) -> None:
    """An event, as `-json` prints it."""
    print(json.dumps({"@level": "info", "@message": message, "type": kind, **rest}), flush=True)


def state_file() -> Path:
    """In the folder, or where a configuration for import says."""
    path = FOLDER / "resources.tf.json"
    if not path.exists():
        return FOLDER / "terraform.tfstate"
    return Path(json.loads(path.read_text())["terraform"]["backend"]["local"]["path"])


def adopt() -> None:
    """`terraform import`: by an id of ours it is found."""
    address, given = sys.argv[-2:]
    name = given.removeprefix("id-")
    if address != f'aws_instance.node["{name}"]' or name in ORDERS.get("gone", []):
        sys.exit("Error: Cannot import non-existent remote object")
    hold([*held(), name])


def held() -> list[str]:
    """The machines of the state."""
    path = state_file()
    blocks = (
        json.loads(path.read_text(encoding="utf-8"))["resources"]
        if path.exists() and path.stat().st_size
        else []
    )
    return [
        i.get("index_key", "") for block in blocks if block["mode"] == "managed" for i in block["instances"]
    ]


def hold(these: list[str]) -> None:
    """Write a state that holds these machines, and the answer of a data source."""
    data = {"mode": "data", "type": "aws_ami", "name": "image", "instances": [{}]}
    machines = [
        {"index_key": n, "attributes": {"id": f"id-{n}", "public_ip": ORDERS.get("address", "")}}
        for n in these
    ]
    node = {"mode": "managed", "type": "aws_instance", "name": "node", "instances": machines}
    text = json.dumps({"version": 4, "resources": [data, *([node] if these else [])]})
    state_file().write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
