"""Runs fuzz targets, or measures what their seeds cover. Called by dev/fuzz, which builds them.

Seeds are texts in test/fuzz/corpus/TARGET. A file named *.esc holds escapes (\\r \\n \\t \\0 \\\\ \\xNN); its own line ends
and its lines that begin with # are no part of the input. Any other file is the input as it stands.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "test" / "fuzz" / "corpus"
LLVM = os.environ.get("llvm", "19")
ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}


def unescape(text):
    lines = [line for line in text.split("\n") if not line.startswith("#")]
    out = bytearray()
    for part in re.split(r"(\\x[0-9a-fA-F]{2}|\\.)", "".join(lines)):
        if part.startswith("\\x"):
            out.append(int(part[2:], 16))
        elif part.startswith("\\"):
            out += ESCAPES[part[1]]
        else:
            out += part.encode()
    return bytes(out)


def policy_cases():
    """Our own cases in the form of policy_fuzz: facts, then source and document of each policy."""
    for path in sorted((ROOT / "test/cases/policy").glob("*.json")):
        for number, case in enumerate(json.loads(path.read_text())):
            lines = [json.dumps(case["facts"])]
            for policy in case["policies"]:
                lines += [policy["source"], json.dumps(policy["document"])]
            yield f"{path.stem}-{number}", "\n".join(lines).encode()


def fixtures():
    """Records as releases wrote them."""
    for path in sorted((ROOT / "test/fixtures/v1").iterdir()):
        yield path.name, path.read_bytes()


def private_keys():
    """Made anew, so that no private key lies in the repository."""
    def openssl(*words, key=b""):
        return subprocess.run(["openssl", *words], input=key, capture_output=True, check=True).stdout

    sec1 = openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout")
    rsa = openssl("genrsa", "2048")
    yield "sec1", sec1
    yield "pkcs8", openssl("pkcs8", "-topk8", "-nocrypt", key=sec1)
    yield "rsa", rsa
    yield "rsa_small", openssl("genrsa", "1024")
    yield "encrypted", openssl("pkcs8", "-topk8", "-passout", "pass:x", key=sec1)
    yield "ed25519", openssl("genpkey", "-algorithm", "ed25519")
    yield "secp256k1", openssl("ecparam", "-name", "secp256k1", "-genkey", "-noout")
    chain = openssl("req", "-x509", "-new", "-key", "/dev/stdin", "-subj", "/CN=a", "-days", "9", key=sec1)
    yield "identity", chain + sec1
    yield "identity_of_another", chain + rsa


# Targets whose seeds are, beside their own, what other tests hold already.
LENT = {"pem": private_keys, "policy": policy_cases, "record": fixtures}


def unpack_seeds(target, into):
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    for name, text in LENT.get(target, list)():
        (into / name).write_bytes(text)
    for seed in sorted((SEEDS / target).iterdir()):
        raw = seed.read_bytes()
        (into / seed.stem).write_bytes(unescape(raw.decode()) if seed.suffix == ".esc" else raw)
    return into


def table(build):
    """Target -> the parser files that it is to cover."""
    rows = (build / "fuzz_targets.txt").read_text().splitlines()
    return {row.split()[0]: row.split()[1:] for row in rows}


def environment():
    return dict(os.environ, ASAN_SYMBOLIZER_PATH=shutil.which(f"llvm-symbolizer-{LLVM}") or "", ASAN_OPTIONS="detect_stack_use_after_return=1:allocator_may_return_null=1",
                UBSAN_OPTIONS="print_stacktrace=1")


def last_number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def run_one(build, target, seconds):
    work = build / "fuzz"
    grown, findings = work / "grown" / target, work / "findings"
    grown.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    seeds = unpack_seeds(target, work / "seeds" / target)
    command = [build / "test/fuzz" / f"{target}_fuzz", grown, seeds, f"-max_total_time={seconds}", "-timeout=60",
               "-rss_limit_mb=2560", "-print_final_stats=1", f"-artifact_prefix={findings}/{target}-"]
    dictionary = ROOT / "test" / "fuzz" / f"{target}.dict"
    if dictionary.exists():
        command.append(f"-dict={dictionary}")
    log = work / f"{target}.log"
    started = time.monotonic()
    with open(log, "wb") as out:
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=subprocess.STDOUT,
                                   env=environment(), cwd=work)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    text = log.read_text(errors="replace")
    kept = re.findall(r"Test unit written to (\S+)", text)
    cpu = usage.ru_utime + usage.ru_stime
    executions = last_number(r"stat::number_of_executed_units: (\d+)", text) or last_number(r"(?m)^#(\d+)", text)
    result = {
        "target": target, "executions": executions, "per_second": int(executions / max(time.monotonic() - started, 1)),
        "edges": last_number(r"\bcov: (\d+)", text), "corpus": last_number(r"\bcorp: (\d+)/", text), "cpu": round(cpu),
        "finding": None if process.returncode == 0 else (kept[-1] if kept else f"exit {process.returncode}"),
        "log": log, "tail": text[-4000:],
    }
    with open(work / "ledger.tsv", "a", encoding="utf-8") as ledger:
        print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), target, result["cpu"], executions, result["edges"],
              result["finding"] or "none", sep="\t", file=ledger)
    return result


def show(result):
    print(f"fuzz {result['target']}: {result['executions']} executions, {result['per_second']} a second, "
          f"{result['edges']} edges, corpus {result['corpus']}, {result['cpu']} s of CPU, "
          f"finding: {result['finding'] or 'none'}", flush=True)
    if result["finding"]:
        print(result["tail"])
        print(f"reproduce: {result['log'].parents[1]}/test/fuzz/{result['target']}_fuzz {result['finding']}", flush=True)


def run(build, targets, seconds, jobs):
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done in concurrent.futures.as_completed([pool.submit(run_one, build, t, seconds) for t in targets]):
            show(done.result())
            failed += done.result()["finding"] is not None
    print(f"lane fuzz: {len(targets) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


def lines_of(build, target, parsers, inputs):
    """File -> (covered, all lines, the lines that nothing reached)."""
    work = build / "fuzz"
    binary = build / "test/fuzz" / f"{target}_fuzz"
    raw, data = work / f"{target}.profraw", work / f"{target}.profdata"
    subprocess.run([binary, "-runs=0", *inputs], check=True, capture_output=True, cwd=work,
                   env=dict(os.environ, LLVM_PROFILE_FILE=str(raw)))
    subprocess.run([f"llvm-profdata-{LLVM}", "merge", "-sparse", raw, "-o", data], check=True)
    exported = subprocess.run(
        [f"llvm-cov-{LLVM}", "export", binary, f"-instr-profile={data}", *[ROOT / "src" / p for p in parsers]],
        check=True, capture_output=True, text=True).stdout
    shown = {}
    for file in json.loads(exported)["data"][0]["files"]:
        name = str(Path(file["filename"]).relative_to(ROOT / "src"))
        missed = sorted({s[0] for s in file["segments"] if s[3] and s[4] and s[2] == 0})
        shown[name] = (file["summary"]["lines"]["covered"], file["summary"]["lines"]["count"], missed)
    return shown


def coverage(build, targets, parsers_of, least, grown_from):
    low = 0
    for target in targets:
        inputs = [unpack_seeds(target, build / "fuzz" / "seeds" / target)]
        if grown_from:
            inputs.append(grown_from / "fuzz" / "grown" / target)
        for name, (covered, count, missed) in sorted(lines_of(build, target, parsers_of[target], inputs).items()):
            percent = 100 * covered / max(count, 1)
            low += percent < least
            where = f"; not from line {', '.join(map(str, missed))}" if missed else ""
            print(f"coverage {target}: {name} {percent:.1f} % of {count} lines{where}", flush=True)
    print(f"coverage: {low} files below {least} %")
    return 1 if low else 0


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", type=Path, required=True)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options.add_argument("--coverage", action="store_true")
    options.add_argument("--least", type=float, default=95)
    options.add_argument("--grown-from", type=Path, help="coverage: with the corpus that runs of that build have grown")
    options.add_argument("targets", nargs="*")
    given = options.parse_args()
    parsers_of = table(given.build)
    unknown = [t for t in given.targets if t not in parsers_of]
    if unknown:
        sys.exit(f"no target named {unknown[0]}; targets: {' '.join(parsers_of)}")
    targets = given.targets or list(parsers_of)
    if given.coverage:
        return coverage(given.build, targets, parsers_of, given.least, given.grown_from)
    return run(given.build, targets, given.seconds, given.jobs)


if __name__ == "__main__":
    sys.exit(main())
