"""junit_summary.py LANE FILE: prints the lane's summary line from a JUnit file that ctest wrote."""

import sys
import xml.etree.ElementTree as xml


def main() -> None:
    lane, path = sys.argv[1], sys.argv[2]
    passed = failed = skipped = 0
    for case in xml.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.get("status") == "fail":
            failed += 1
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped += 1
            print(f"skipped: {case.get('name')}")
        else:
            passed += 1
    print(f"lane {lane}: {passed} passed, {failed} failed, {skipped} skipped")


if __name__ == "__main__":
    main()
