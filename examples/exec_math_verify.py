#!/usr/bin/env python3
"""A program for the reward `exec`: judges answers with Math-Verify (pip install "math-verify[antlr4_13_2]").

In a config:   "reward": [{"reward": "exec", "command": ["python3", "examples/exec_math_verify.py"]}]
Try it:        vkr1 score --reward '[{"reward":"exec","command":["python3","examples/exec_math_verify.py"]}]' < lines.jsonl

It reads a JSON object a line, {"id": 0, "batch": 8, "completion": "...", "answer": "...", ...}, and writes
{"id": 0, "reward": 1, "why": "..."}; null where the gold answer cannot be read. See docs/rewards.md.
"""
import json
import sys

from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

GOLD = [LatexExtractionConfig(), ExprExtractionConfig()]
COMPLETION = [LatexExtractionConfig(boxed_match_priority=0, try_extract_without_anchor=False)]


def judge(row):
    answer = row.get("answer")
    gold = parse(f"${answer}$", extraction_config=GOLD, extraction_mode="first_match") if answer is not None else []
    if not gold:
        return None, "the gold answer cannot be read"
    found = parse(row["completion"], extraction_config=COMPLETION, extraction_mode="first_match")
    if not found:
        return 0, "no answer found"
    return int(verify(gold, found)), f"gold {gold[0]}, found {found[0]}"


for line in sys.stdin:
    request = json.loads(line)
    value, why = judge(request)
    print(json.dumps({"id": request["id"], "reward": value, "why": why}), flush=True)
