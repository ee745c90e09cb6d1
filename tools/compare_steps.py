#!/usr/bin/env python3
"""Computes the steps of a GRPO run again with torch and transformers, in float64, and compares metrics and weights.

usage: tools/compare_steps.py RUN

RUN is the directory of a run that came to its end, whose config.json has model.path (a Hugging Face directory), train.logging_steps 1, no top-k, top-p
or min-p. Its completions are taken from completions/*.jsonl, so the tokenizer must give back the ids that were sampled
(a tokenizer of single characters does; a row of another number of tokens is refused). Everything after them is done
anew from the first weights on: advantages, old and reference log-probabilities, the loss as TRL 1.16 defines it (over the
tokens of the optimiser step), gradient, clipping, schedule, AdamW. Prints the largest relative difference of each metric, and
of the weights how far the last checkpoint is off beside how far they moved. Exit code 1 when a metric is off by more than
1e-3: float32 gradients near 0 decide the sign of an AdamW step, so small differences grow from step to step.
"""
import json
import math
import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, get_scheduler

TOLERANCE = 1e-3


def read_lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def load(path):
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float64)


def make_optimizer(model, train, steps):
    groups = {True: [], False: []}
    for name, p in model.named_parameters():
        groups["norm" not in name and "bias" not in name].append(p)
    optimizer = torch.optim.AdamW(
        [{"params": groups[True], "weight_decay": train["weight_decay"]}, {"params": groups[False], "weight_decay": 0}],
        lr=train["learning_rate"], betas=(train["adam_beta1"], train["adam_beta2"]), eps=train["adam_epsilon"])
    warmup = train["warmup_steps"] or math.ceil(train["warmup_ratio"] * steps)
    return optimizer, get_scheduler(train["lr_scheduler_type"], optimizer, warmup, steps)


def logps(model, sequence, temperature):
    """Log-probabilities of the completion's tokens, and entropies."""
    prompt, completion = sequence
    z = torch.log_softmax(model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1 : -1] / temperature, -1)
    return z.gather(1, torch.tensor(completion)[:, None])[:, 0], -(z.exp() * z).sum(-1)


def advantages(rows, rl):
    rewards = torch.tensor([math.nan if r["reward"] is None else r["reward"] for r in rows], dtype=torch.float64)
    groups = rewards.view(-1, rl["num_generations"])
    a = groups - groups.nanmean(1, keepdim=True)
    valid = ~rewards.isnan()
    if rl["scale_rewards"] in ("group", True):
        count = (~groups.isnan()).sum(1, keepdim=True)
        a = a / ((a.nan_to_num() ** 2).sum(1, keepdim=True) / (count - 1)).sqrt().add(1e-4)
    elif rl["scale_rewards"] == "batch":
        a = a / (rewards[valid].std() + 1e-4)
    return a.nan_to_num(nan=0.0).view(-1)


def step_metrics(model, rl, part):
    """Loss (a tensor) and metrics of one optimiser step; part: (sequence, advantage, old, ref, counted) of each."""
    counted = [p for p in part if p[4]]
    tokens, longest = max(sum(len(p[0][1]) for p in counted), 1), rl["max_completion_length"]
    low, high = 1 - rl["epsilon"], 1 + (rl["epsilon"] if rl["epsilon_high"] is None else rl["epsilon_high"])
    loss, sums, shares = 0, dict.fromkeys(("entropy", "kl", "low", "high", "difference"), 0.0), {"low": [], "high": []}
    largest = 0.0
    for sequence, a, old, ref, _ in counted:
        logp, entropy = logps(model, sequence, rl["temperature"])
        ratio, n = (logp - old).exp(), len(sequence[1])
        kl = (ref - logp).exp() - (ref - logp) - 1
        kl = kl * ratio if rl["use_bias_correction_kl"] else kl
        bounded = ratio if rl["delta"] is None else ratio.clamp(max=rl["delta"])
        per_token = -torch.min(bounded * a, ratio.clamp(low, high) * a) + rl["beta"] * kl
        divisor = {"grpo": len(part) * n, "dr_grpo": len(part) * longest}.get(rl["loss_type"], tokens)
        loss = loss + per_token.sum() / divisor
        for name, clipped in (("low", (bounded < low) & (a < 0)), ("high", (bounded > high) & (a > 0))):
            sums[name] += clipped.sum().item()
            shares[name].append(clipped.double().mean().item())
        for name, values in (("entropy", entropy), ("kl", kl), ("difference", (old - logp).abs())):
            sums[name] += values.sum().item()
        largest = max(largest, (old - logp).abs().max().item())
    m = {"loss": loss.item() if counted else 0.0, "entropy": sums["entropy"] / tokens, "clip_ratio/low_mean": sums["low"] / tokens,
         "clip_ratio/high_mean": sums["high"] / tokens, "clip_ratio/region_mean": (sums["low"] + sums["high"]) / tokens,
         "sampling/sampling_logp_difference/mean": sums["difference"] / tokens,
         "sampling/sampling_logp_difference/max": largest}
    if counted:
        m |= {"clip_ratio/low_min": min(shares["low"]), "clip_ratio/high_max": max(shares["high"])}
    if rl["beta"]:
        m["kl"] = sums["kl"] / tokens
    return loss, m


def sequences_of(rows, tokenizer, eos):
    sequences = []
    for r in rows:
        prompt, completion = (tokenizer(r[k], add_special_tokens=False).input_ids for k in ("prompt", "completion"))
        completion = completion + [eos] * (r["finish"] == "eos")
        if len(completion) != r["tokens"]:
            sys.exit(f"step {r['step']}: a completion has {r['tokens']} tokens, its text {len(completion)}: {r['completion']!r}")
        sequences.append((prompt, completion))
    return sequences


def main():
    run = sys.argv[1]
    with open(f"{run}/config.json", encoding="utf-8") as f:
        config = json.load(f)
    rl, train = config["rl"], config["train"]
    tokenizer = AutoTokenizer.from_pretrained(config["model"]["tokenizer"] or config["model"]["path"])
    model, first = load(config["model"]["path"]), load(config["model"]["path"])
    eos = model.config.eos_token_id if isinstance(model.config.eos_token_id, int) else model.config.eos_token_id[0]
    lines = {m["step"]: m for m in read_lines(f"{run}/metrics.jsonl")}
    for p in model.parameters():
        p.grad = torch.zeros_like(p)  # not None, which AdamW passes over: without a loss there is weight decay still
    steps = max(lines)
    optimizer, schedule = make_optimizer(model, train, steps)
    worst, step = {}, 0
    while step < steps:
        rows = read_lines(f"{run}/completions/step-{step + 1:06d}.jsonl")
        sequences, given = sequences_of(rows, tokenizer, eos), advantages(rows, rl)
        with torch.no_grad():
            old, ref = ([logps(m, s, rl["temperature"])[0] for s in sequences] for m in (model, first))
        counted = [r["finish"] == "eos" or not rl["mask_truncated_completions"] for r in rows]
        whole = list(zip(sequences, given, old, ref, counted))
        share = len(whole) // rl["steps_per_generation"]
        for i in range(rl["steps_per_generation"] * rl["num_iterations"]):
            start = i % rl["steps_per_generation"] * share
            loss, ours = step_metrics(model, rl, whole[start : start + share])
            optimizer.zero_grad(set_to_none=False)
            if torch.is_tensor(loss):
                loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), train["max_grad_norm"] or math.inf)
            ours |= {"grad_norm": norm.item(), "learning_rate": schedule.get_last_lr()[0]}
            optimizer.step()
            schedule.step()
            step += 1
            for name, value in ours.items():
                off = abs(value - lines[step][name]) / max(abs(value), 1e-2 if name != "learning_rate" else 1e-12)
                worst[name] = max(worst.get(name, 0), off)
    last = load(f"{run}/checkpoints/step-{step:06d}")
    distance = lambda a, b: max((x - y).abs().max().item() for x, y in zip(a.parameters(), b.parameters()))
    for name, off in sorted(worst.items()):
        print(f"{name:42} {off:.1e}")
    print(f"weights: off by {distance(model, last):.1e}, moved by {distance(model, first):.1e}, {step} steps")
    sys.exit(max(worst.values()) > TOLERANCE)


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
