"""Calls that must not appear, each with its reason and its counted exceptions."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# pattern, why, {file: how often it may stand there}
BANNED = [
    (r"\bmemcmp\s*\(", "secrets compare in constant time: equal_in_constant_time", {}),
    (r"\bstrcmp\s*\(", "secrets compare in constant time: equal_in_constant_time", {}),
    (r"\bstd::time\s*\(|[^_\w.:>]time\s*\(\s*(nullptr|NULL|0)\s*\)", "the clock seam: base/clock.h", {}),
    (r"system_clock::now", "the clock seam: base/clock.h", {"src/base/clock.h": 1}),
    (r"\b(rand|srand|rand_r|drand48)\s*\(", "randomness comes from crypto/random.h", {}),
    (r"\bsystem\s*\(", "no shell", {"src/cli/env_test.cpp": 1}),
    (r"\bsleep_for\b|\bsleep_until\b|\busleep\s*\(", "waiting is for an event, never for time to pass",
     {"src/cli/decisions.cpp": 1}),  # the pace at which --follow asks the server
]


def main() -> int:
    files = subprocess.run(
        ["git", "ls-files", "--", "src/*.h", "src/*.cpp"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    problems = 0
    for pattern, why, allowed in BANNED:
        for name in files:
            lines = (ROOT / name).read_text().splitlines()
            hits = [n for n, line in enumerate(lines, 1) if re.search(pattern, line.split("//")[0])]
            if len(hits) > allowed.get(name, 0):
                problems += 1
                print(f"{name}:{hits[0]}: {pattern} stands {len(hits)} times, {allowed.get(name, 0)} allowed: {why}")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
