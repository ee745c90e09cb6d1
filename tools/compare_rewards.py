#!/usr/bin/env python3
"""Compares `vkr1 score` with Python's reading of the same rules on many random completions.

usage: python3 tools/compare_rewards.py [PATH_TO_VKR1]

The rules are those that the projects named in docs/rewards.md write as regular expressions: open-r1's format, verl's
GSM8K score, TinyZero's countdown (with ** and // refused, as a bounded parser must), repetition over words; and TRL's
own repetition over token ids, when TRL is installed. Prints one line a rule; exit 1 when any value differs.
"""
import json
import random
import re
import subprocess
import sys
import warnings

VKR1 = sys.argv[1] if len(sys.argv) > 1 else "build/vkr1"
FORMAT = re.compile(r"^<think>\n.*?\n</think>\n<answer>\n.*?\n</answer>$", re.DOTALL | re.MULTILINE)
failed = False


def pieces(alphabet, most):
    return "".join(random.choice(alphabet) for _ in range(random.randint(0, most)))


def compare(what, reward, rows, expected):
    global failed
    lines = "\n".join(json.dumps(r) for r in rows)
    out = subprocess.run([VKR1, "score", "--reward", reward], input=lines, capture_output=True, text=True, check=True)
    name = reward.split("(")[0]
    ours = [json.loads(line)["rewards"][name] for line in out.stdout.splitlines()]
    assert len(ours) == len(rows), f"{len(ours)} results for {len(rows)} rows"
    different = [(r, o, e) for r, o, e in zip(rows, ours, expected) if o is None or abs(o - e) > 1e-9]
    print(f"{what}: {len(rows)} completions, {len(different)} differ; {sum(e != 0 for e in expected)} are not 0")
    for row, our, their in different[:5]:
        print(f"    {json.dumps(row)}: {our}, expected {their}")
    failed = failed or bool(different)


def compare_format():
    parts = ["<think>", "\n", "\n</think>\n<answer>\n", "</think>", "<answer>", "\n</answer>", "</answer>", " ", "a", "\r"]
    rows = [{"completion": random.choice(["<think>\n", "<think>\n", ""]) + pieces(parts, 12)} for _ in range(20000)]
    compare("format", "format", rows, [float(bool(FORMAT.match(r["completion"]))) for r in rows])


def compare_gsm8k():
    parts = ["#### ", "####", "7", "2", "1,234", "-", ".", ",", "$", " ", "a", "72", "\n", "é"]
    golds = ["72", "1234", "-7", "7", "2"]
    rows = [{"completion": pieces(parts, random.choice([8, 30, 300])), "answer": random.choice(golds)} for _ in range(20000)]

    def strict(text, gold):
        found = re.findall(r"#### (-?[0-9.,]+)", text[-300:])
        return float(bool(found) and found[-1].replace(",", "") == gold)

    def flexible(text, gold):
        found = [m for m in re.findall(r"-?[0-9.,]+", text[-300:]) if m != "."]
        return float(bool(found) and found[-1] == gold)

    for mode, rule in (("strict", strict), ("flexible", flexible)):
        compare(mode, f"numeric(mode={mode})", rows, [rule(r["completion"], r["answer"]) for r in rows])


def tinyzero(text, nums, target):
    blocks = re.findall(r"<answer>(.*?)</answer>", text.split("\n")[-1])
    if not blocks:
        return 0
    expression = blocks[-1].strip()
    if sorted(map(int, re.findall(r"\d+", expression))) != sorted(nums) or re.search(r"\*\*|//|[^\d+\-*/(). ]", expression):
        return 0.1
    try:
        return 1 if abs(eval(expression, {"__builtins__": None}) - target) < 1e-5 else 0.1
    except Exception:
        return 0.1


def compare_countdown():
    operators = ["+", "-", "*", "/", " + ", "**", "//", "-(", "+-", "*-"]
    rows = []
    for _ in range(40000):
        numbers = random.sample("123", 3)
        text = numbers[0]
        for n in numbers[1:]:
            operator = random.choice(operators)
            text += operator + n + (")" if operator.endswith("(") else "")
            if random.random() < 0.3:
                text = f"({text})"
            if random.random() < 0.05:
                text += pieces("123+-*/() ", 2)
        text = pieces(["a", "\n", "<answer>5</answer>"], 3) + f"<answer>{text}</answer>" + random.choice(["", "", "\n", "x"])
        rows.append({"completion": text, "nums": [1, 2, 3], "target": random.choice([6, 5, 7, 9, 1, 0, 2])})
    warnings.simplefilter("ignore")
    expected = [tinyzero(r["completion"], r["nums"], r["target"]) for r in rows]
    compare("countdown", "countdown(where=last_line,partial=0.1)", rows, expected)


def repetition(items, size):
    grams = list(zip(*[items[i:] for i in range(size)]))
    return len(set(grams)) / len(grams) - 1 if grams else 0


def compare_repetition():
    parts = list("aAbÉé  \u00a0\u3000\t\nc\x1c\u200b\x85日")
    rows = [{"completion": pieces(parts, 60)} for _ in range(20000)]
    expected = [repetition(r["completion"].lower().split(), 2) for r in rows]
    compare("repetition of words", "repetition(ngram_size=2)", rows, expected)
    try:
        from trl.rewards import get_repetition_penalty_reward
    except ImportError:
        print("repetition of tokens: not compared, TRL is not installed")
        return
    rows = [{"completion": "", "completion_ids": random.choices(range(3), k=random.randint(0, 40))} for _ in range(5000)]
    expected = get_repetition_penalty_reward(3, -1.0)([r["completion_ids"] for r in rows])
    compare("repetition of tokens", "repetition(unit=tokens)", rows, expected)


if __name__ == "__main__":
    random.seed(5)
    compare_format()
    compare_gsm8k()
    compare_countdown()
    compare_repetition()
    sys.exit(failed)
