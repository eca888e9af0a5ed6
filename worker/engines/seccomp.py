"""One list of system calls (policy.toml), in the two forms the engines need.

Docker takes JSON; it covers the whole container, the supervisor too. The child takes a classic BPF program,
which the kernel runs before each of its system calls over `struct seccomp_data { int nr; u32 arch; u64 ip;
u64 args[6] }`: it compares the architecture, then the few calls whose arguments matter, then the allowed
numbers and the deadly ones as ranges.
"""

from __future__ import annotations

import errno
import json
import struct
import tomllib
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
X86_64 = 0xC000003E  # AUDIT_ARCH_X86_64
LOAD, EQUAL, GREATER, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
REFUSE, ABSENT = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, value


def docker_profile(*, is_nested: bool = False) -> str:
    """Write the policy as Docker's JSON, with what the supervisor needs before a child has shut its last door."""
    policy = read_policy()
    nesting = policy["supervisor"]["nesting"] if is_nested else []
    allowed = sorted([*plain_calls(policy), *policy["supervisor"]["calls"], *nesting])
    rules: list[dict[str, Any]] = [{"names": allowed, "action": "SCMP_ACT_ALLOW"}]
    for name, test in policy["when"].items():
        rules.append({"names": [name], "action": "SCMP_ACT_ALLOW", "args": [docker_test(test)]})
    rules.append({"names": policy["absent"]["calls"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOSYS})
    profile = {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": rules}
    return json.dumps(profile)


def docker_test(test: dict[str, int]) -> dict[str, Any]:
    """Write one argument's condition in Docker's words."""
    if "equals" in test:
        return {"index": test["argument"], "value": test["equals"], "op": "SCMP_CMP_EQ"}
    return {"index": test["argument"], "value": test["without"], "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}


def child_program() -> bytes:
    """Assemble the policy as the BPF program a child installs before it reads the student's source."""
    policy, numbers = read_policy(), read_numbers()
    program: list[Instruction] = [
        *((LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, X86_64), (RETURN, 0, 0, KILL)),
        *((LOAD, 0, 0, NUMBER), (GREATER, 0, 1, max(numbers.values())), (RETURN, 0, 0, ABSENT)),
    ]
    for name, test in policy["when"].items():
        program += only_for(numbers[name], condition(test))
    for name in policy["absent"]["calls"]:
        program += only_for(numbers[name], [(RETURN, 0, 0, ABSENT)])
    for names, verdict in ((plain_calls(policy), ALLOW), (policy["killed"]["calls"], KILL)):
        for low, high in ranges(numbers[name] for name in names):
            program += within(low, high, verdict)
    program.append((RETURN, 0, 0, REFUSE))
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


def only_for(number: int, body: list[Instruction]) -> list[Instruction]:
    """Run `body`, which returns, where the call's number is this one."""
    return [(EQUAL, 0, len(body), number), *body]


def condition(test: dict[str, int]) -> list[Instruction]:
    """Allow or refuse by the lower half of one argument; to the kernel all those tested have 32 bits."""
    load = (LOAD, 0, 0, ARGUMENTS + 8 * test["argument"])
    if "equals" in test:
        return [load, (EQUAL, 0, 1, test["equals"]), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]
    return [load, (ANY_BIT, 1, 0, test["without"]), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]


def within(low: int, high: int, verdict: int) -> list[Instruction]:
    """Give the verdict to the numbers from low to high."""
    return [(AT_LEAST, 0, 2, low), (GREATER, 1, 0, high), (RETURN, 0, 0, verdict)]


def ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Join neighbouring numbers: 1 2 3 7 8 becomes (1, 3), (7, 8)."""
    for _, group in groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], run[-1]


def plain_calls(policy: dict[str, Any]) -> list[str]:
    """List the calls allowed whatever their arguments."""
    return [name for group in policy["allow"].values() for name in group]


def read_policy() -> dict[str, Any]:
    """Read policy.toml."""
    return tomllib.loads((HERE / "policy.toml").read_text())


def read_numbers() -> dict[str, int]:
    """Read the numbers of x86-64's system calls, as Linux 6.1 has them."""
    numbers: dict[str, int] = json.loads((HERE / "x86_64.json").read_text())
    return numbers
