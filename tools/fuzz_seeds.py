#!/usr/bin/env python3
"""Writes what the tests have as data into DIR/TARGET/: inputs for the fuzz targets to begin from (see tools/fuzz.sh).
usage: fuzz_seeds.py DIR"""
import hashlib
import json
import pathlib
import sys

tests = pathlib.Path(__file__).resolve().parent.parent / "tests"
SEPARATOR = b"\x1f"  # between the fields of an input, see tests/fuzz/input.h


def rows(name):
    with open(tests / name, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def write(target, *fields):
    fields = [f if isinstance(f, bytes) else str(f).encode("utf-8", "replace") for f in fields]
    data = SEPARATOR.join(fields)
    to = pathlib.Path(sys.argv[1]) / target
    to.mkdir(parents=True, exist_ok=True)
    (to / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


def boxed(text):
    """What stands in the last \\boxed{}, else the whole text."""
    at = text.rfind("\\boxed{")
    depth = 0
    for i in range(at + 6, len(text)) if at >= 0 else ():
        depth += (text[i] == "{") - (text[i] == "}")
        if depth == 0:
            return text[at + 7:i]
    return text


def answers():
    for row in rows("data/math_cases.jsonl"):
        write("math", row["answer"], boxed(row["completion"]))
        for target in ("numeric", "answer"):
            write(target, "0" + row["completion"], row["answer"])
        write("form", "0" + row["completion"])
        write("score_row", json.dumps({k: row[k] for k in ("completion", "answer")}))
    for row in rows("data/gsm8k.jsonl"):
        for target in ("numeric", "answer"):
            write(target, "0" + row["answer"], row["answer"])
        write("dataset", '{"kind":"gsm8k"}', json.dumps(row))
    for row in rows("data/countdown.jsonl"):
        write("countdown", f"0<answer>{row.get('solution', '')}</answer>", bytes(n & 255 for n in row["nums"]))
        write("dataset", '{"kind":"countdown"}', json.dumps(row))


answers()
