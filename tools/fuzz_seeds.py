#!/usr/bin/env python3
"""Writes what fuzz targets begin from (see tools/fuzz.sh): DIR/TARGET/, inputs made of the data of the tests, and
DIR/TARGET.dict, the words that stand in the sources of what it fuzzes.
usage: fuzz_seeds.py DIR"""
import hashlib
import json
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
tests = root / "tests"
REWARDS = ["src/rl/reward_*.c", "src/rl/answer_text.c"]
MATH = ["src/verify/math_*.c"]
WORDS = {  # the sources of a target's words
    "numeric": REWARDS, "answer": REWARDS, "form": REWARDS, "countdown": REWARDS, "regex": REWARDS,
    "math": MATH, "math_reward": MATH,
}
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
        for target in ("numeric", "answer", "math_reward"):
            write(target, "0" + row["completion"], row["answer"])
        write("math_reward", "c" + boxed(row["completion"]), row["answer"])
        write("form", "0" + row["completion"])
        write("score_row", json.dumps({k: row[k] for k in ("completion", "answer")}))
    for row in rows("data/gsm8k.jsonl"):
        for target in ("numeric", "answer"):
            write(target, "0" + row["answer"], row["answer"])
        write("dataset", '{"kind":"gsm8k"}', json.dumps(row))
    for row in rows("data/countdown.jsonl"):
        write("countdown", f"0<answer>{row.get('solution', '')}</answer>", bytes(n & 255 for n in row["nums"]))
        write("dataset", '{"kind":"countdown"}', json.dumps(row))


def words(target):
    found = {r"\x1F"}
    for pattern in WORDS[target]:
        for path in root.glob(pattern):
            for word in re.findall(r'"((?:[^"\\\n]|\\.)*)"', path.read_text(encoding="utf-8")):
                # backslashes: C's \n, \t, \r become what libFuzzer reads
                word = word.replace("\\n", "\\x0A").replace("\\t", "\\x09").replace("\\r", "\\x0D")
                plain = re.fullmatch(r'(?:[ -\[\]-~]|\\\\|\\"|\\x[0-9A-F]{2})+', word)
                if plain and len(word) <= 24 and "%" not in word and not word.endswith((".c", ".h")) and word.count(" ") < 3:
                    found.add(word)
    to = pathlib.Path(sys.argv[1]) / f"{target}.dict"
    to.write_text("".join(f'"{word}"\n' for word in sorted(found)), encoding="utf-8")


pathlib.Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
answers()
for name in WORDS:
    words(name)
