#!/usr/bin/env python3
"""Compares the reward `code` with plain execution on changed solutions of HumanEval.

Each of the 164 solutions (tests/data/humaneval.jsonl) is changed in up to --changes places (operators, constants, what is
returned). Every changed program runs once as HumanEval's own evaluation runs it, program and tests in one interpreter, and once by
`build/vkr1 score --reward code`. Prints the programs on which the two differ; exit 1 when there is one.

usage: tools/compare_code.py [--changes 5] [--seed 7] [--vkr1 build/vkr1]

The programs run outside of any sandbox too: they are harmless.
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys

CHANGES = [(" + ", " - "), (" < ", " <= "), (" > ", " >= "), ("True", "False"), ("0", "1"), ("1", "2"), (" == ", " != "),
           (" and ", " or "), ("return ", "return not "), ("range(", "range(1+"), (" * ", " + "), ("[0]", "[-1]"),
           ("return ", "yield "), ("return ", "raise ValueError() #")]
WRAPPERS = ["str", "list", "iter", "float"]  # return f(x) for return x


def changed(body):
    """All bodies with one change."""
    found = set()
    for old, new in CHANGES:
        for m in re.finditer(re.escape(old), body):
            found.add(body[: m.start()] + new + body[m.end():])
    for name in WRAPPERS:
        for m in re.finditer(r"return (.+)", body):
            found.add(f"{body[: m.start()]}return {name}({m[1]}){body[m.end():]}")
    return sorted(found)


def runs(program):
    try:
        return subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, timeout=8).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--changes", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--vkr1", default=root / "build/vkr1")
    options = parser.parse_args()
    draw = random.Random(options.seed)
    rows = []
    for line in open(root / "tests/data/humaneval.jsonl"):
        row = json.loads(line)
        bodies = changed(row["canonical_solution"])
        for body in draw.sample(bodies, min(options.changes, len(bodies))):
            rows.append({**row, "completion": f"```python\n{row['prompt']}{body}\n```", "program": row["prompt"] + body})
    passed = [runs(f"{r['program']}\n{r['test']}\ncheck({r['entry_point']})\n") for r in rows]
    scored = subprocess.run([options.vkr1, "score", "--reward", "code", "--explain"], text=True, capture_output=True,
                            input="".join(json.dumps(r) + "\n" for r in rows))
    results = [json.loads(line) for line in scored.stdout.splitlines()]
    assert len(results) == len(rows), scored.stderr
    differ = 0
    for row, direct, result in zip(rows, passed, results):
        if direct != (result["rewards"]["code"] == 1):
            differ += 1
            print(f"{row['task_id']}: passes {'' if direct else 'not '}in one interpreter; {result['explain']['code']}\n{row['program']}")
    print(f"{len(rows)} programs, {sum(passed)} pass, {differ} differ")
    sys.exit(differ > 0)


main()
