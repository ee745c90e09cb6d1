#!/usr/bin/env python3
"""Compares the `math` reward with the real Math-Verify and with SymPy.

usage: python3 tools/compare_math.py [--vkr1 build/vkr1] [--out DIR] [--pairs MATH.jsonl] [--seed N] [--answers N] [--speed]
                                     [--fill]

Two sets: (a) the cases of tests/data/math_cases.jsonl, written by hand, each with what is right ("expected") and what
Math-Verify says; (b) with --pairs, equal and unequal pairs made from the answers of that file (one JSON object a line, field
"answer"; the MATH training set was used) by tools/math_pairs.py, where SymPy knows the truth. Math-Verify runs as open-r1
calls it (tools/math_reference.py). --fill writes its values into the cases' file. --speed compares the processor time of
both on the same rows, one thread each.

Prints agreement, false positives (1 where the answer is wrong) and false negatives by class; every difference goes to
DIR/differences.jsonl with vkr1's own explanation. Needs math-verify and sympy. Exit 1 when a bar of docs/rewards.md is missed.
"""
import argparse
import collections
import json
import os
import random
import resource
import statistics
import subprocess
import sys

import math_reference

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CASES = os.path.join(ROOT, "tests/data/math_cases.jsonl")
BARS = {"a": 0.95, "b": 0.98, "false positives": 0.001}
failed = False


def read_lines(path):
    with open(path) as f:
        return [json.loads(line) for line in f if line.strip()]


def fill(rows, values):
    """Writes Math-Verify's values into the cases; a difference to what is right needs a reason."""
    for row, value in zip(rows, values):
        row["math_verify"] = value
        if (value != row["expected"]) != ("why" in row):
            print(f'{CASES}: {row["answer"]} | {row["completion"][-60:]!r}: Math-Verify says {value}, expected is {row["expected"]}: '
                  + ('"why" is missing' if value != row["expected"] else '"why" is to go'))
    order = ("class", "answer", "completion", "expected", "math_verify", "why")
    with open(CASES, "w") as f:
        for row in rows:
            f.write(json.dumps({k: row[k] for k in order if k in row}, ensure_ascii=False) + "\n")


def vkr1(program, rows, explain=True):
    """The reward's values of all rows (None: skipped) and its sentences."""
    lines = "".join(json.dumps({"completion": r["completion"], "answer": r["answer"]}) + "\n" for r in rows)
    command = [program, "score", "--reward", "math"] + ["--explain"] * explain
    out = subprocess.run(command, input=lines, capture_output=True, text=True)
    results = [json.loads(line) for line in out.stdout.splitlines()]
    if out.returncode or len(results) != len(rows):
        sys.exit(f"{' '.join(command)}: exit {out.returncode}, {len(results)} results for {len(rows)} rows\n{out.stderr}")
    values = [None if r["rewards"]["math"] is None else int(r["rewards"]["math"]) for r in results]
    return values, [r.get("explain", {}).get("math", "") for r in results]


def percent(part, whole):
    return f"{part}/{whole} = {100 * part / max(whole, 1):.2f} %"


def report(name, rows, truth, ours, whys, theirs, out):
    """Prints the figures of one set; rows that differ go to `out`."""
    global failed
    agree = sum(o == t for o, t in zip(ours, theirs))
    right, their_right = (sum(v == t for v, t in zip(x, truth)) for x in (ours, theirs))
    # a row with a reason is there because Math-Verify is wrong, so that agreement is a matter of the others
    plain = [i for i, r in enumerate(rows) if "why" not in r]
    plain_agree = sum(ours[i] == theirs[i] for i in plain)
    wrong_answers = [i for i, t in enumerate(truth) if t == 0]
    right_answers = [i for i, t in enumerate(truth) if t == 1]
    fp, their_fp = (sum(x[i] == 1 for i in wrong_answers) for x in (ours, theirs))
    both_say_wrong = sum(ours[i] == 1 and theirs[i] == 0 for i in wrong_answers)
    print(f"\n({name}) {len(rows)} rows: {len(right_answers)} right answers, {len(wrong_answers)} wrong ones, "
          f"{len(rows) - len(right_answers) - len(wrong_answers)} without a readable gold answer")
    print(f"  vkr1 agrees with Math-Verify      {percent(agree, len(rows))}")
    if len(plain) < len(rows):
        print(f"    in rows where Math-Verify is right {percent(plain_agree, len(plain))}")
    print(f"  vkr1 is right                     {percent(right, len(rows))}")
    print(f"  Math-Verify is right              {percent(their_right, len(rows))}, {theirs.count('hang')} of them without an end")
    print(f"  vkr1's false positives            {percent(fp, len(wrong_answers))} ({both_say_wrong} where Math-Verify says 0)")
    print(f"  Math-Verify's false positives     {percent(their_fp, len(wrong_answers))}")
    print(f"  vkr1's false negatives            {percent(sum(ours[i] == 0 for i in right_answers), len(right_answers))}")
    print(f"  Math-Verify's false negatives     {percent(sum(theirs[i] != 1 for i in right_answers), len(right_answers))}")
    failed = failed or plain_agree < BARS[name] * len(plain) or fp > BARS["false positives"] * len(wrong_answers)
    table = collections.defaultdict(collections.Counter)
    for i, row in enumerate(rows):
        counts = table[row["class"]]
        counts["rows"] += 1
        if ours[i] == theirs[i] == truth[i]:
            continue
        kind = ("both wrong" if ours[i] == theirs[i] else "Math-Verify wrong" if ours[i] == truth[i] else "vkr1 wrong")
        counts[kind] += 1
        out.write(json.dumps({"set": name, "kind": kind, "class": row["class"], "answer": row["answer"], "completion": row["completion"],
                              "truth": truth[i], "vkr1": ours[i], "math_verify": theirs[i], "explain": whys[i],
                              **({"why": row["why"]} if "why" in row else {})}, ensure_ascii=False) + "\n")
    print("  classes with differences (rows; vkr1 wrong, Math-Verify wrong, both):")
    for name_, c in sorted(table.items()):
        if len(c) > 1:
            print(f"    {name_:32} {c['rows']:5} {c['vkr1 wrong']:5} {c['Math-Verify wrong']:5} {c['both wrong']:5}")


def measure_speed(program, rows, repeats=3, times=50):
    """Processor time of one row, medians of several runs; Math-Verify without its start, vkr1 with everything."""
    theirs = []
    for _ in range(repeats):
        process = math_reference.Process()
        process.score("$1$", "\\boxed{1}")
        theirs.append(sum(process.score(r["answer"], r["completion"])[1] for r in rows) / len(rows))
        process.finish()
    ours = []
    for _ in range(repeats):
        begin = resource.getrusage(resource.RUSAGE_CHILDREN)
        vkr1(program, rows * times, explain=False)
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        ours.append((end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime) / len(rows) / times)
    a, b = statistics.median(theirs), statistics.median(ours)
    print(f"\nspeed: {len(rows)} rows, one thread, processor time, median of {repeats}: Math-Verify {1e3 * a:.2f} ms a row, "
          f"vkr1 {1e6 * b:.2f} us a row (with reading and writing JSON): {a / b:.0f} times")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--vkr1", default=os.path.join(ROOT, "build/vkr1"))
    options.add_argument("--out", default=os.path.join(ROOT, "build/compare_math"))
    options.add_argument("--pairs", help="a file with answers")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--answers", type=int, default=1400, help="how many of the answers are used")
    options.add_argument("--speed", action="store_true")
    options.add_argument("--fill", action="store_true")
    o = options.parse_args()
    os.makedirs(o.out, exist_ok=True)
    rows = read_lines(CASES)
    theirs = math_reference.score_all(rows, o.out)
    if o.fill:
        fill(rows, theirs)
    sample = list(rows)
    with open(os.path.join(o.out, "differences.jsonl"), "w") as out:
        report("a", rows, [r["expected"] for r in rows], *vkr1(o.vkr1, rows), theirs, out)
        if o.pairs:
            pairs = made_pairs(o)
            report("b", pairs, [p["truth"] for p in pairs], *vkr1(o.vkr1, pairs), math_reference.score_all(pairs, o.out), out)
            bare = [dict(p, answer=p["answer"][1:-1]) for p in pairs]
            same = sum(x == y for x, y in zip(vkr1(o.vkr1, pairs, False)[0], vkr1(o.vkr1, bare, False)[0]))
            print(f"  gold answers without their $ $: the same value in {percent(same, len(pairs))}")
            sample += pairs
    print(f"\ndifferences: {os.path.join(o.out, 'differences.jsonl')}")
    if o.speed:
        measure_speed(o.vkr1, random.Random(o.seed).sample(sample, min(400, len(sample))))
    sys.exit(1 if failed else 0)


def made_pairs(o):
    """The pairs of this seed, kept in the output directory."""
    import math_pairs
    path = os.path.join(o.out, f"pairs.{o.seed}.{o.answers}.jsonl")
    if not os.path.exists(path):
        pairs, dropped = math_pairs.make(o.pairs, o.seed, limit=o.answers)
        print(f"{len(pairs)} pairs made; not confirmed by SymPy and given up: {sum(dropped.values())} {dropped}")
        with open(path + ".part", "w") as f:
            f.writelines(json.dumps(p, ensure_ascii=False) + "\n" for p in pairs)
        os.rename(path + ".part", path)
    return read_lines(path)


if __name__ == "__main__":
    main()
