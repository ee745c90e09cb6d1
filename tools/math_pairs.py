"""Pairs of answers that are equal or are not, made from the answers of MATH, for tools/compare_math.py.

Every pair is {"class", "answer", "completion", "truth"}. SymPy makes the other form (expand, factor, other printing) or
the change (a number, a sign, a letter, an order), and SymPy reads both texts back and has to confirm the truth; where it
cannot read one of them (units, words), the pair stands by construction and says "checked": false.
"""
import json
import random
import re

import math_truth
from math_changes import UNEQUAL
from math_forms import EQUAL

CARRIERS = ["After simplifying we get \\boxed{%s}.", "The answer is therefore $\\boxed{%s}$.", "\\[\\boxed{%s}\\]",
            "So the final result is $$\\boxed{%s}$$", "<think>\nEasy.\n</think>\n<answer>\n\\boxed{%s}\n</answer>",
            "Checking again gives the same value.\n\n**Answer:** $\\boxed{%s}$"]


class Answer:
    def __init__(self, text):
        self.text = text.strip()
        self.value = math_truth.read(self.text)


def load(path):
    """The distinct answers of the file that SymPy can read, in the file's order."""
    seen = {}
    with open(path) as f:
        for line in f:
            text = json.loads(line)["answer"].strip()
            if text and len(text) < 200 and "$" not in text.replace("\\$", "") and "triangle" not in text and text not in seen:
                seen[text] = True
    return list(seen)


def make(path, seed, per_answer=2, limit=1400):
    """The pairs, the same for the same seed, and how many were given up because SymPy did not confirm them."""
    rng = random.Random(seed)
    texts = load(path)
    rng.shuffle(texts)
    used, pairs, dropped = {}, [], {}
    for text in texts[:limit]:
        answer = Answer(text)
        for truth, table in ((1, EQUAL), (0, UNEQUAL)):
            made = 0
            # the class that was used least goes first, so that rare ones get their share
            for name in sorted(table, key=lambda n: (used.get(n, 0) + rng.random() * 40)):
                if made == per_answer:
                    break
                pair = one(answer, name, table[name], truth, rng, dropped)
                if pair:
                    pairs.append(pair)
                    used[name] = used.get(name, 0) + 1
                    made += 1
    unique = {(p["answer"], p["completion"]): p for p in pairs}
    return list(unique.values()), dropped


def one(answer, name, form, truth, rng, dropped):
    state = rng.getrandbits(64)
    try:
        made = math_truth.limited(5, form, answer, random.Random(state))
    except Exception:
        return None
    if not made:
        return None
    gold, other = made if isinstance(made, tuple) else (answer.text, made)
    if re.sub(r"\s", "", gold) == re.sub(r"\s", "", other):
        return None
    confirmed = None if name == "other base" else math_truth.compare(gold, other)  # SymPy's reader drops the base
    if confirmed is None and truth == 0 and name not in ("other text", "other base", "digit of a base", "one more value"):
        confirmed = 1  # an unequal pair that SymPy cannot confirm is of no use
    if confirmed is not None and confirmed != truth:
        dropped[name] = dropped.get(name, 0) + 1
        return None
    return {"class": ("equal: " if truth else "unequal: ") + name, "answer": f"${gold}$",
            "completion": rng.choice(CARRIERS) % other, "truth": truth, "checked": confirmed is not None}
