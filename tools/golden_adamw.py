#!/usr/bin/env python3
"""Writes tests/golden/adamw.json: parameters after some steps of torch.optim.AdamW behind clip_grad_norm_.

usage: python3 tools/golden_adamw.py [OUTPUT_FILE]

Two parameters share the norm. Gradients are given by a formula that the test repeats: element i of parameter p at step t
(from 1) has scale * sin(0.37 i + 1.3 t + 2.1 p), rounded to float32; initial values are cos(0.11 i + 0.5 p).
"""
import json
import math
import os
import sys

import torch

SIZES = [13, 7]
STEPS = 20
RECORDED = [1, 2, 5, 10, 20]
CASES = [  # lr, betas, eps, weight decay, largest norm (0: none), scale of the gradients
    (1e-3, 0.9, 0.999, 1e-8, 0.0, 0.0, 1.0),
    (1e-3, 0.9, 0.999, 1e-8, 0.1, 0.0, 1.0),
    (1e-2, 0.9, 0.99, 1e-8, 0.01, 1.0, 1.0),
    (1e-3, 0.9, 0.999, 1e-8, 0.1, 1.0, 0.01),
    (5e-2, 0.8, 0.95, 1e-6, 0.2, 0.5, 100.0),
]


def main():
    cases = []
    for lr, beta1, beta2, eps, decay, limit, scale in CASES:
        parameters = [torch.nn.Parameter(torch.tensor([math.cos(0.11 * i + 0.5 * p) for i in range(n)]))
                      for p, n in enumerate(SIZES)]
        optimizer = torch.optim.AdamW(parameters, lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=decay)
        steps = []
        for t in range(1, STEPS + 1):
            for p, w in enumerate(parameters):
                w.grad = torch.tensor([scale * math.sin(0.37 * i + 1.3 * t + 2.1 * p) for i in range(w.numel())])
            norm = torch.nn.utils.clip_grad_norm_(parameters, limit if limit else math.inf)
            optimizer.step()
            if t in RECORDED:
                steps.append({"step": t, "norm": float(f"{norm.item():.9g}"),
                              "values": [[float(f"{x:.9g}") for x in w.tolist()] for w in parameters]})
        cases.append({"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps, "weight_decay": decay, "max_norm": limit,
                      "scale": scale, "steps": steps})
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../tests/golden/adamw.json")
    with open(path, "w") as f:
        f.write(json.dumps({"torch": torch.__version__, "sizes": SIZES, "cases": cases}, separators=(",", ":")) + "\n")
    print(f"{path}: {len(cases)} cases, {os.path.getsize(path)} bytes")


main()
