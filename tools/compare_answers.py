#!/usr/bin/env python3
"""Every ordered pair of distinct answers of a file, one in a box, the other the gold answer: what the `math` reward takes
as equal must be a difference of notation.

usage: python3 tools/compare_answers.py MATH.jsonl [--vkr1 build/vkr1] [--answers 300] [--seed N ...]

MATH.jsonl: one JSON object a line, field "answer"; the MATH training set was used. Each seed draws other answers. Prints the
pairs by the kind of their difference; docs/rewards.md lists the kinds. Needs sympy and latex2sympy2_extended, which read the
two values. Exit 1 when a pair is none of them.
"""
import argparse
import json
import os
import random
import re
import sys

import math_truth
from compare_math import ROOT, vkr1

KINDS = ("spelling", "a unit or a word on one side", "words that are no unit on both sides", "a percent sign", "a name in front",
         "a list and a tuple", "a ratio", "a decimal comma", "another form of the same value")
UNIT = re.compile(r"\\\$|\^\s*\{?\s*\\circ\s*\}?|\\(?:text|mbox|textnormal|mathrm)\s*\{([^{}]*)\}(?:\^\{?[23]\}?)?|\.$")
WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
NAME = re.compile(r"^[a-zA-Z+ ]+=")


def spelling(text):
    """Without what only says how it looks."""
    text = re.sub(r"\\(?:mathbf|mathrm|text|mbox|textnormal)\b|\\left|\\right|\\[,!; ]|\\displaystyle|[\s{}()]|[,.]$", "", text)
    return re.sub(r"\\[dt]frac", r"\\frac", text)


def value(text):
    """As SymPy has it; None for lists and what it cannot read."""
    ratio = re.fullmatch(r"\s*(\d+)\s*:\s*(\d+)\s*", text)
    if ratio:
        text = r"\frac{%s}{%s}" % ratio.groups()
    word = re.sub(r"\\mbox|\\text|[{}\s]", "", text)
    return math_truth.read(str(WORDS.index(word)) if word in WORDS else text)


def same(a, b):
    x, y = value(a), value(b)
    return x is not None and y is not None and (x == y or math_truth.equal_values(x, y) is True)


def elements(text):
    return sorted(spelling(part) for part in re.sub(r"\\text\s*\{,? and ?\}", ",", text).replace(",,", ",").split(","))


def kind_of(a, b):
    """The difference of notation of two answers; None where it is another one."""
    bare = [UNIT.sub("", t) for t in (a, b)]
    if "," in a and "," in b and ("(" in a) != ("(" in b):
        return KINDS[5] if elements(a) == elements(b) else None
    words = [m.group(1) for t in (a, b) for m in [re.search(r"\\(?:text|mbox)\s*\{\s*([^{}]*)\}", t)] if m]
    values = [NAME.sub("", t) for t in ([a, b] if any(w in t for t in (a, b) for w in WORDS) else bare)]
    plain = [re.sub(r"\\?%", "", t) for t in values]
    if spelling(a) == spelling(b):
        return KINDS[0]
    if any("%" in t for t in (a, b)) and (same(*values) or same(*plain)):
        return KINDS[3]
    if NAME.match(a) or NAME.match(b):
        return KINDS[4] if same(*values) else None
    if bare != [a, b] and same(*bare):
        return KINDS[2] if len(words) == 2 else KINDS[1]
    if ":" in a or ":" in b:
        return KINDS[6] if same(a, b) else None
    if re.fullmatch(r"\d+,\d+", a) or re.fullmatch(r"\d+,\d+", b):
        return KINDS[7] if same(a.replace(",", "."), b.replace(",", ".")) else None
    return KINDS[8] if same(a, b) else None


def draw(path, seed, count):
    with open(path) as f:
        answers = list(dict.fromkeys(json.loads(line)["answer"].strip() for line in f))
    answers = [a for a in answers if a and "$" not in a.replace("\\$", "")]
    return random.Random(seed).sample(answers, count)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("answers_file")
    options.add_argument("--vkr1", default=os.path.join(ROOT, "build/vkr1"))
    options.add_argument("--answers", type=int, default=300)
    options.add_argument("--seed", type=int, nargs="+", default=[7])
    o = options.parse_args()
    unexplained = 0
    for seed in o.seed:
        answers = draw(o.answers_file, seed, o.answers)
        pairs = [(a, b) for a in answers for b in answers if a != b]
        values, _ = vkr1(o.vkr1, [{"completion": "\\boxed{%s}" % b, "answer": "$%s$" % a} for a, b in pairs], explain=False)
        equal = [p for p, v in zip(pairs, values) if v == 1]
        print(f"seed {seed}: {len(pairs)} pairs of {len(answers)} answers, {len(equal)} are equal")
        for gold, answer in equal:
            kind = kind_of(gold, answer)
            unexplained += kind is None
            print(f"  {kind or 'NO DIFFERENCE OF NOTATION'}: gold {gold} | {answer}")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
