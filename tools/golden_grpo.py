#!/usr/bin/env python3
"""Writes tests/golden/advantages.json and tests/golden/grpo_loss.json with the code of an installed TRL.

usage: python3 tools/golden_grpo.py [OUTPUT_DIRECTORY]

TRL's GRPOTrainer does all the arithmetic: _generate_and_score_completions turns rewards into advantages and builds
the masks, _compute_loss gives loss and metrics. Two of its methods are replaced, since they need a model's opinion:
_generate returns completions that are fixed here, and _get_per_token_logps_and_entropies returns a tensor of fixed
log-probabilities that requires a gradient. So the loss is a function of log-probabilities, and torch differentiates it.
"""
import json
import math
import os
import sys
import tempfile

import torch
import trl
from datasets import Dataset
from tokenizers import Tokenizer, models
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import GRPOConfig, GRPOTrainer
from trl.trainer.utils import split_tensor_dict

EOS, PAD = 1, 0
MAX_COMPLETION = 8


class Fixed(GRPOTrainer):
    """GRPOTrainer with given completions and log-probabilities."""

    completions_given = None  # token ids of each completion
    rewards_given = None  # (functions, n), None: skipped
    logps_given = None  # tensor (n, T), taken row by row
    row = 0

    def _generate(self, prompts):
        n = len(prompts)
        ids = self.completions_given
        return [[2]] * n, ids, None, ["x"] * n, None, {}, None, None

    def _get_per_token_logps_and_entropies(self, model, input_ids, *args, **kwargs):
        rows = input_ids.size(0)
        logps = self.logps_given[self.row : self.row + rows]
        self.row += rows
        return logps, torch.zeros_like(logps), None


def make_trainer(directory):
    words = {"<pad>": PAD, "</s>": EOS, "a": 2, "b": 3, "c": 4}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="a")), pad_token="<pad>", eos_token="</s>"
    )
    model = LlamaForCausalLM(
        LlamaConfig(vocab_size=5, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1,
                    eos_token_id=EOS, pad_token_id=PAD)
    )
    config = GRPOConfig(
        output_dir=directory, per_device_train_batch_size=4, num_generations=4, max_completion_length=MAX_COMPLETION,
        report_to=[], use_cpu=True, bf16=False, reward_weights=[1.0, 0.5], disable_tqdm=True,
    )
    trainer = Fixed(
        model=model, args=config, train_dataset=Dataset.from_dict({"prompt": ["a"] * 8}), processing_class=tokenizer,
        reward_funcs=[lambda completions, **_: trainer.rewards_given[0], lambda completions, **_: trainer.rewards_given[1]],
    )
    trainer.reward_func_names = ["first", "second"]
    trainer.model.train()
    return trainer


def number(x):
    """Nine significant digits hold a float32; NaN becomes null."""
    return None if math.isnan(x) else float(f"{x:.9g}")


def last(trainer, name):
    values = trainer._metrics["train"][name]
    return number(values[-1]) if values else None


ADVANTAGE_CASES = {
    "binary": ([[1, 0, 0, 1], [1, 1, 0, 0]], 4),
    "two groups": ([[1, 0, 0, 1, 0, 0, 0, 1], [0.25, 1, 0.5, 0, -1, 2, 0, 0]], 4),
    "no spread in one group": ([[1, 1, 1, 1, 0, 1, 0, 0], [0.7, 0.7, 0.7, 0.7, 0, 0, 0, 0]], 4),
    "no spread anywhere": ([[0, 0, 0, 0, 0, 0, 0, 0], [0.5] * 8], 4),
    "one function skips": ([[1, None, 0, None, 1, 0, 0, 1], [0.5, 1, 0, 0, 1, 1, 0, 0]], 4),
    "some are skipped by both": ([[1, None, 0, None, 1, 0, None, 1], [0.5, None, 0, 0, 1, 1, None, 0]], 4),
    "a group is skipped whole": ([[None] * 4 + [1, 0, 0, 1], [None] * 4 + [0, 0, 1, 1]], 4),
    "one left of a group": ([[None, None, 1, None, 1, 0, 0, 1], [None, None, 1, None, 0, 0, 1, 1]], 4),
    "all skipped": ([[None] * 4, [None] * 4], 4),
    "groups of two": ([[1, 0, 3, 0.5, 2, 2], [0, 1, 0, 0, 1, 1]], 2),
    "groups of one": ([[1, 0, 3], [0, 1, 0]], 1),
    "one alone": ([[1], [1]], 1),
    "large and small": ([[1e4, -1e4, 3e-4, 0, 1e-3, 2e-3, 0, 0], [0] * 8], 4),
}


def advantages(trainer):
    cases = []
    for name, (rewards, group) in ADVANTAGE_CASES.items():
        for scale in ("group", "batch", "none"):
            n = len(rewards[0])
            trainer.scale_rewards, trainer.num_generations = scale, group
            trainer.rewards_given, trainer.completions_given = rewards, [[2, EOS]] * n
            trainer.logps_given, trainer.row = torch.zeros(n, 2), 0
            out = trainer._generate_and_score_completions([{"prompt": "a"}] * n)
            cases.append({
                "name": name, "scale": scale, "group_size": group, "weights": [1.0, 0.5], "rewards": rewards,
                "advantages": [number(a) for a in out["advantages"].tolist()],
                "reward": last(trainer, "reward"), "reward_std": last(trainer, "reward_std"),
                "frac_reward_zero_std": last(trainer, "frac_reward_zero_std"),
            })
    return {"trl": trl.__version__, "cases": cases}


# Completions of two groups of four: ends and lengths differ, two are cut (no EOS at the end).
LENGTHS, TRUNCATED = [3, 5, 1, 8, 2, 8, 4, 6], [3, 5]
LOSS_REWARDS = [[1, 0, 0, 1, 0, 0.5, 0, 1], [0.25, 1, 0.5, 0, -1, 2, 0, 0]]


def loss_case(trainer, logp, old, ref, loss_type, clip, beta, corrected, on_policy, truncated, splits,
              delta=None):
    n = len(LENGTHS)
    trainer.loss_type, trainer.beta = loss_type, beta
    trainer.epsilon_low, trainer.epsilon_high = clip
    trainer.mask_truncated_completions, trainer.scale_rewards, trainer.num_generations = truncated, "group", 4
    trainer.args.use_bias_correction_kl, trainer.args.delta = corrected, delta
    trainer.args.steps_per_generation = trainer.current_gradient_accumulation_steps = splits
    trainer.completions_given = [[2] * (k - 1) + [3 if i in TRUNCATED else EOS] for i, k in enumerate(LENGTHS)]
    trainer.rewards_given = LOSS_REWARDS
    trainer.logps_given, trainer.row, trainer.beta = logp, 0, 0.0  # no reference pass here
    batch = trainer._generate_and_score_completions([{"prompt": "a"}] * n)
    trainer.beta = beta
    batch.pop("old_per_token_logps", None)
    if not on_policy:
        batch["old_per_token_logps"] = old
    if beta:
        batch["ref_per_token_logps"] = ref
    trainer.logps_given, trainer.row = logp.clone().requires_grad_(), 0
    total = 0
    for part in split_tensor_dict(batch, splits):
        total = total + trainer._compute_loss(trainer.model, part)
    total.backward()
    mask = [batch["completion_mask"][i, :k].tolist() for i, k in enumerate(LENGTHS)]
    case = {
        "loss_type": loss_type, "epsilon": clip[0], "epsilon_high": clip[1], "beta": beta,
        "use_bias_correction_kl": corrected, "on_policy": on_policy, "mask_truncated": truncated, "splits": splits, "delta": delta, "loss": number(total.item()),
        "dlogp": [[number(g) for g in trainer.logps_given.grad[i, :k].tolist()] for i, k in enumerate(LENGTHS)],
    }
    if splits == 1:
        names = ["low_mean", "low_min", "high_mean", "high_max", "region_mean"]
        case["clip_ratio"] = {m: last(trainer, "clip_ratio/" + m) for m in names}
        case["kl"] = last(trainer, "kl") if beta else None
    return case, batch["advantages"], mask


def losses(trainer):
    generator = torch.Generator().manual_seed(20250101)
    shape = (len(LENGTHS), max(LENGTHS))
    logp = -torch.rand(shape, generator=generator) * 3 - 0.05
    old = logp + 0.3 * torch.randn(shape, generator=generator)
    ref = logp + 0.4 * torch.randn(shape, generator=generator)
    old, ref = old.clamp(max=-0.001), ref.clamp(max=-0.001)
    cases, masks = [], {}
    for loss_type in ("grpo", "bnpo", "dr_grpo", "dapo"):
        for clip in ((0.2, 0.2), (0.1, 0.28)):
            for beta, corrected in ((0.0, True), (0.04, True), (0.04, False)):
                for on_policy in (True, False):
                    for truncated in (False, True):
                        # bnpo divides by a micro-batch's own tokens, so splits have no common answer.
                        for splits in (1,) if loss_type == "bnpo" or clip[0] == 0.2 else (1, 4):
                            case, given, masks[truncated] = loss_case(trainer, logp, old, ref, loss_type, clip, beta,
                                                                      corrected, on_policy, truncated, splits)
                            cases.append(case)
    for loss_type in ("grpo", "bnpo", "dr_grpo", "dapo"):
        for delta in (1.15, 1.5):  # below and above 1 + epsilon_high
            case, _, _ = loss_case(trainer, logp, old, ref, loss_type, (0.1, 0.28), 0.0, True, False, False, 1, delta)
            cases.append(case)
    rows = lambda x: [[number(v) for v in x[i, :k].tolist()] for i, k in enumerate(LENGTHS)]
    return {
        "trl": trl.__version__, "max_completion_length": MAX_COMPLETION, "lengths": LENGTHS, "truncated": TRUNCATED,
        "logp": rows(logp), "logp_old": rows(old), "logp_ref": rows(ref),
        "advantages": [number(a) for a in given.tolist()], "mask": masks[False], "mask_truncated": masks[True],
        "cases": cases,
    }


def write(path, head):
    """A case a line, so that differences can be read."""
    cases = head.pop("cases")
    with open(path, "w") as f:
        f.write("{\n" + "".join(f"{json.dumps(k)}: {json.dumps(v)},\n" for k, v in head.items()))
        f.write('"cases": [\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]}\n")
    print(f"{path}: {len(cases)} cases, {os.path.getsize(path)} bytes")


def main():
    golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "golden")
    directory = sys.argv[1] if len(sys.argv) > 1 else golden
    os.makedirs(directory, exist_ok=True)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as scratch:
        trainer = make_trainer(scratch)
        write(os.path.join(directory, "advantages.json"), advantages(trainer))
        write(os.path.join(directory, "grpo_loss.json"), losses(trainer))


if __name__ == "__main__":
    main()
