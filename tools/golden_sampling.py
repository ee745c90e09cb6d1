#!/usr/bin/env python3
"""Writes tests/golden/sampling.json: what the logits processors of an installed transformers keep, and the
log-probability of a target and the entropy of what is left.

usage: python3 tools/golden_sampling.py [OUTPUT_FILE]

The processors run in the order in which generate() applies them: temperature, top-k, top-p, min-p. Values of a row are
distinct (top-p's sort breaks ties by chance) but for one row that has a tie at its fifth value, used with top-k alone.
"""
import json
import os
import sys

import torch
import transformers
from transformers.generation.logits_process import (MinPLogitsWarper, TemperatureLogitsWarper, TopKLogitsWarper,
                                                    TopPLogitsWarper)

VOCABULARY = 37
SETTINGS = [  # temperature, top_k, top_p, min_p
    (1.0, 0, 1.0, 0.0), (0.7, 0, 1.0, 0.0), (1.0, 5, 1.0, 0.0), (1.3, 20, 1.0, 0.0), (1.0, 100, 1.0, 0.0),
    (1.0, 0, 0.9, 0.0), (0.5, 0, 0.95, 0.0), (1.0, 0, 0.01, 0.0), (1.0, 0, 1.0, 0.05), (1.5, 0, 1.0, 0.3),
    (1.0, 1, 1.0, 0.0), (0.8, 10, 0.8, 0.0), (0.6, 20, 0.95, 0.1), (1.2, 12, 0.9, 0.02), (1.0, 0, 0.7, 0.2),
]


def kept(logits, temperature, top_k, top_p, min_p):
    ids = torch.zeros(logits.shape[0], 1, dtype=torch.long)
    scores = TemperatureLogitsWarper(temperature)(ids, logits) if temperature != 1 else logits
    if top_k:
        scores = TopKLogitsWarper(top_k)(ids, scores)
    if top_p < 1:
        scores = TopPLogitsWarper(top_p)(ids, scores)
    if min_p:
        scores = MinPLogitsWarper(min_p)(ids, scores)
    return scores


def main():
    torch.manual_seed(11)
    logits = torch.randn(6, VOCABULARY) * torch.tensor([0.5, 1, 2, 3, 8, 1]).unsqueeze(1)
    tie = logits[5].sort(descending=True)
    logits[5, tie.indices[5]] = logits[5, tie.indices[4]]
    cases = []
    for t, k, p, m in SETTINGS:
        rows = 6 if p == 1.0 and m == 0.0 else 5
        scores = kept(logits[:rows], t, k, p, m)
        logp = torch.log_softmax(scores.double(), -1)
        probability = logp.exp()
        entropy = -(probability * logp.masked_fill(probability == 0, 0)).sum(-1)
        targets = torch.multinomial(probability, 1).squeeze(1)
        cases.append({
            "temperature": t, "top_k": k, "top_p": p, "min_p": m,
            "kept": [[v for v in range(VOCABULARY) if torch.isfinite(row[v])] for row in scores],
            "target": targets.tolist(),
            "logp": [float(f"{x:.9g}") for x in logp.gather(1, targets.unsqueeze(1)).squeeze(1).tolist()],
            "entropy": [float(f"{x:.9g}") for x in entropy.tolist()],
        })
    out = {"transformers": transformers.__version__, "vocabulary": VOCABULARY,
           "logits": [[float(f"{x:.9g}") for x in row] for row in logits.tolist()], "cases": cases}
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../tests/golden/sampling.json")
    with open(path, "w") as f:
        f.write(json.dumps(out, separators=(",", ":")) + "\n")
    print(f"{path}: {len(cases)} cases, {os.path.getsize(path)} bytes")


main()
