#!/usr/bin/env python3
"""Compares two dumps of the same run (VKR1_DUMP=DIRECTORY) and names the first tensor that differs.

usage: tools/compare_dump.py DUMP_A DUMP_B [RELATIVE_TOLERANCE]     (default 1e-4 of a tensor's largest value; needs numpy)

Prints a line a differing tensor, in the order in which the programs made them; exit code 1 when there is one.
"""
import os
import sys

import numpy as np


def files(root):
    return {os.path.join(os.path.relpath(d, root), f) for d, _, names in os.walk(root) for f in names
            if f.endswith(".npy")}


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    a, b = sys.argv[1:3]
    tolerance = float(sys.argv[3]) if len(sys.argv) > 3 else 1e-4
    names, others = files(a), files(b)
    for root, found in ((a, names), (b, others)):
        if not found:
            sys.exit(f"{root} holds no dump")
    worst, differing = 0.0, 0
    for name in sorted(names | others):
        if name not in names or name not in others:
            print(f"{name}: only in {a if name in names else b}")
            differing += 1
            continue
        x, y = (np.load(os.path.join(root, name)).astype(np.float64) for root in (a, b))
        if x.shape != y.shape:
            print(f"{name}: shapes {x.shape} and {y.shape}")
            differing += 1
            continue
        scale = max(np.abs(x[np.isfinite(x)]).max(initial=0), 1e-30)
        with np.errstate(invalid="ignore"):
            off = np.abs(x - y)
        off[(x == y) | (np.isnan(x) & np.isnan(y))] = 0  # infinities too
        off[np.isnan(off)] = np.inf
        error = off.max(initial=0) / scale
        worst = max(worst, error)
        if error > tolerance:
            at = np.unravel_index(np.argmax(off), x.shape)
            print(f"{name}: off by {error:.3g} of the largest value, at {tuple(int(i) for i in at)}: {x[at]:.9g} {y[at]:.9g}")
            differing += 1
    print(f"{len(names | others)} tensors, {differing} differ, largest relative error {worst:.3g}")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
