"""File budget: at most 400 lines, or the first line says why (`budget: …`). Prints the tree's own figures."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIMIT = 400


def main() -> int:
    names = subprocess.run(
        ["git", "ls-files", "--", "src", "dev", "test", "quickstart", ".ci"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split()
    # A fuzz target's seeds are data.
    code = [n for n in names if not n.startswith("test/fuzz/corpus/") and (
        n.endswith((".h", ".cpp", ".py")) or "." not in pathlib.Path(n).name)]
    lengths = {}
    for name in code:
        path = ROOT / name
        if path.is_file():
            lengths[name] = len(path.read_text(errors="replace").splitlines())
    over = [n for n, count in lengths.items() if count > LIMIT]
    excused = [n for n in over if "budget:" in (ROOT / n).read_text().splitlines()[0]]
    for name in over:
        mark = "stated" if name in excused else "OVER BUDGET"
        print(f"{name}: {lengths[name]} lines ({mark})")
    source = sorted(c for n, c in lengths.items() if n.startswith("src/") and not n.endswith("_test.cpp"))
    if source:
        print(f"source files: {len(source)}, median {source[len(source) // 2]} lines, "
              f"95th percentile {source[int(len(source) * 0.95)]}, longest {source[-1]}")
    return 1 if len(over) > len(excused) else 0


if __name__ == "__main__":
    sys.exit(main())
