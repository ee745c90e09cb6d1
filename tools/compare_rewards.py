#!/usr/bin/env python3
"""Compares `vkr1 score` with Python's reading of the same rules on many random completions.

usage: python3 tools/compare_rewards.py [PATH_TO_VKR1]

The rules are those that the projects named in docs/rewards.md write as regular expressions: open-r1's format, tag count,
reasoning steps, code format and cosine, the formats of GRPO-Zero and nano-aha, verl's GSM8K score, TinyZero's countdown
(with ** and // refused, as a bounded parser must), repetition over words; and TRL's own functions (think format, reasoning
accuracy, cosine, soft overlong, repetition over token ids), when TRL and Math-Verify are installed. Prints one line a
rule; exit 1 when any value differs.
"""
import json
import math
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
    different = [(r, o, e) for r, o, e in zip(rows, ours, expected)
                 if (o is None) != (e is None) or (o is not None and abs(o - e) > 1e-9)]
    values = len(set(expected))
    print(f"{what}: {len(rows)} completions, {len(different)} differ; {values} values, {sum(bool(e) for e in expected)} are not 0")
    for row, our, their in different[:5]:
        print(f"    {json.dumps(row)[:300]}: {our}, expected {their}")
    failed = failed or bool(different)


def compare_format():
    parts = ["<think>", "\n", "\n</think>\n<answer>\n", "</think>", "<answer>", "\n</answer>", "</answer>", " ", "a", "\r"]
    rows = [{"completion": random.choice(["<think>\n", "<think>\n", ""]) + pieces(parts, 12)} for _ in range(20000)]
    compare("format", "format", rows, [float(bool(FORMAT.match(r["completion"]))) for r in rows])


def compare_forms():
    parts = ["<think>", "<think>\n", "\n", "\n</think>\n", "</think>", "\n<answer>\n", "<answer>", "\n</answer>", "</answer>", "a", "1+2",
             "```python", "```", "</think>\n<answer>"]
    rows = [{"completion": random.choice(["<think>\n", "<think>", ""]) + pieces(parts, 10)} for _ in range(20000)]
    whole = [{"completion": "<think>" + pieces(["a", "<", "\n", "</think>\n", "<think>"], 4) + "</think>" +
              random.choice(["\n", "\n", ""]) + "<answer>" + pieces(["1", "+", " ", "x", "</answer>"], 5) + "</answer>" +
              random.choice(["", "", "\n", " "])} for _ in range(20000)]
    tags = ["<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>"]
    compare("tag_count", "tag_count", rows, [sum(0.25 for t in tags if r["completion"].count(t) == 1) for r in rows])

    coded = [{"completion": "<think>\na\n</think>\n<answer>" + pieces(["\n", "```python", "```py", "```", "x", "\n</answer>"], 8) +
              "\n</answer>" + random.choice(["", "\n", "x"])} for _ in range(20000)] + rows
    code = re.compile(r"^<think>\n.*?\n</think>\n<answer>\n.*?```python.*?```.*?\n</answer>$", re.DOTALL | re.MULTILINE)
    compare("code_format", "code_format", coded, [float(bool(code.match(r["completion"]))) for r in coded])

    def grpo_zero(text):
        if re.match(r"^<think>.*?</think>\n<answer>.*?</answer>$", text, re.DOTALL):
            return 1.0
        think, answer = (re.search(f"<{tag}>.*?</{tag}>", text, re.DOTALL) for tag in ("think", "answer"))
        return 0.1 * bool(think) + 0.5 * bool(answer)

    def nano_aha(text):
        found = re.search(r"^<think>([^<]*(?:<(?!/?think>)[^<]*)*)</think>\n<answer>([\s\S]*?)</answer>$", text, re.DOTALL)
        if not found:
            return 0.0
        return 1.0 if re.match(r"^[\d+\-*/.()\s]+$", found.group(2).strip()) else 0.5

    compare("format of GRPO-Zero", "format(style=grpo_zero)", rows + whole, [grpo_zero(r["completion"]) for r in rows + whole])
    compare("format of nano-aha", "format(style=nano_aha)", rows + whole, [nano_aha(r["completion"]) for r in rows + whole])


def compare_steps():
    parts = ["Step ", "1", "2", ":", ".", "\n", "-", "*", "First,", "Second,", "Next,", "Finally,", "a", " ", "first,", "\u0663"]
    rows = [{"completion": pieces(parts, 12)} for _ in range(20000)]
    marks = re.compile(r"(Step \d+:|^\d+\.|\n-|\n\*|First,|Second,|Next,|Finally,)")
    compare("reasoning_steps", "reasoning_steps", rows, [min(1.0, len(marks.findall(r["completion"])) / 3) for r in rows])


def compare_cosine():
    rows = [{"completion": "é" * random.randint(0, 250) + random.choice([" 5", " 6"]), "answer": random.choice(["5", "five"])}
            for _ in range(5000)]

    def rule(row):
        if row["answer"] == "five":
            return None
        low, high = (0.5, 1.0) if row["completion"].endswith("5") else (-0.5, -1.0)
        return low + 0.5 * (high - low) * (1 + math.cos(math.pi * len(row["completion"]) / 100))

    compare("cosine of open-r1", "cosine(style=open_r1,max_len=100):1,numeric:0", rows, [rule(r) for r in rows])


def compare_trl():
    try:
        from trl.rewards import (get_cosine_scaled_reward, get_repetition_penalty_reward, get_soft_overlong_punishment,
                                 reasoning_accuracy_reward, think_format_reward)
    except ImportError:
        print("TRL's functions: not compared, TRL is not installed")
        return

    def chats(rows):
        return [[{"content": r["completion"]}] for r in rows]

    parts = ["<think>", "</think>", "\n", "a", "<answer>", "é"]
    rows = [{"completion": random.choice(["<think>", "<think>", ""]) + pieces(parts, 6)} for _ in range(20000)]
    compare("think_format of TRL", "think_format", rows, think_format_reward(chats(rows)))

    rows = [{"completion": "", "completion_ids": random.choices(range(3), k=random.randint(0, 40))} for _ in range(5000)]
    ids = [r["completion_ids"] for r in rows]
    compare("repetition of TRL", "repetition(unit=tokens)", rows, get_repetition_penalty_reward(3, -1.0)(ids))
    compare("soft_overlong of TRL", "soft_overlong(max_completion_len=30,soft_punish_cache=20)", rows,
            get_soft_overlong_punishment(30, 20)(ids))

    def reasoned():  # one box on each side of the delimiter: Math-Verify joins neighbouring ones to a set
        before, after = (random.choice(["", "so ", "so \\boxed{5} ", "so \\boxed{6} "]) for _ in range(2))
        delimiter = random.choice(["</think>", "<think>a</think>", "</think> a </think>", ""])
        return (before if delimiter else "") + delimiter + after

    rows = [{"completion": reasoned(), "answer": random.choice(["5", "6"]), "completion_ids": [1] * random.randint(0, 150)}
            for _ in range(2000)]
    solutions = [r["answer"] for r in rows]
    compare("reasoning accuracy of TRL", "numeric(extract=boxed,after_think=on)", rows,
            reasoning_accuracy_reward(chats(rows), solutions))
    finals = [dict(r, completion=r["completion"].split("</think>")[-1] if "</think>" in r["completion"] else "") for r in rows]
    compare("cosine of TRL", "cosine(max_len=100):1,numeric(extract=boxed,after_think=on):0", rows,
            get_cosine_scaled_reward(100)(chats(finals), solutions, [r["completion_ids"] for r in rows]))


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


if __name__ == "__main__":
    random.seed(5)
    compare_format()
    compare_gsm8k()
    compare_countdown()
    compare_repetition()
    compare_forms()
    compare_steps()
    compare_cosine()
    compare_trl()
    sys.exit(failed)
