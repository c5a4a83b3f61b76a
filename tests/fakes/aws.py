# SPDX-License-Identifier: MIT
"""The aws of most tests: what the real one said to the same question before, or the real one.

    aws.py REAL WORD...

A start of the real CLI is half a second of work, and a fetch needs twenty. The test server remembers what
the real CLI said before (tests/servers/aws_memory.py) and has the last word: it logs every call,
and sends those that a fault waits for to the real CLI. Of several that ask the same for the first time, one
starts the real CLI and the others wait.
"""

import json
import os
import socket
import sys


def main(real: str, words: list[str]) -> int:
    """Answer as the real one does, or become it."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    if os.path.exists(os.path.expanduser("~/.aws")):  # noqa: PTH110, PTH111 - pathlib would be half of the start
        settings["AWS_PROFILE"] = "default"
    status, body = _ask(settings, words)
    if status == 404:
        return _remembering(body.decode(), real, words, settings)
    return _answered(status, body, real, words)


def _answered(status: int, body: bytes, real: str, words: list[str]) -> int:
    if status != 200:
        os.execv(real, [real, *words])
    sys.stdout.buffer.write(body)
    return 0


def _remembering(path: str, real: str, words: list[str], settings: dict[str, str]) -> int:
    """Start the real one and keep its answer, unless another process has done so meanwhile."""
    import fcntl
    import subprocess

    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(path):  # noqa: PTH110
            return _answered(*_ask(settings, words), real, words)  # so that the server has seen the call
        done = subprocess.run([real, *words], capture_output=True, check=False)
        sys.stderr.buffer.write(done.stderr)
        sys.stdout.buffer.write(done.stdout)
        if done.returncode == 0 and not done.stderr:
            with open(f"{path}.part", "wb") as file:
                file.write(done.stdout)
            os.rename(f"{path}.part", path)  # noqa: PTH104
        return done.returncode


def _ask(settings: dict[str, str], words: list[str]) -> tuple[int, bytes]:
    """(200, the answer), (404, where to keep it), or another status: nothing is remembered of such a call."""
    host, _, port = settings.get("AWS_ENDPOINT_URL", "").removeprefix("http://").partition(":")
    body = json.dumps([settings, words]).encode()
    lines = ("POST /remembered HTTP/1.1", "Connection: close", f"Content-Length: {len(body)}", "", "")
    try:
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall("\r\n".join(lines).encode() + body)
            answer = b""
            while more := connection.recv(1 << 20):
                answer += more
    except (OSError, ValueError):
        return 0, b""
    head, _, rest = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head else 0, rest


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
