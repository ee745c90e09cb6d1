#!/usr/bin/env python3
"""The time of a GRPO step: vkr1 on the CPU beside TRL's GRPOTrainer with transformers, one after the other.

usage: tools/compare_trl.py CONFIG.json [--vkr1 build/vkr1] [--model FILE.gguf] [--steps 3] [--threads 2]

Both get the same model (a GGUF file, its weights as f32), the same prompts in the same order, G, lengths, temperature,
loss and learning rate, full weights, no gradient checkpointing and no reference model. The config must have a prompt
template with {prompt}. Prints one line for each with the median of the steps' wall-clock times, and the ratio; a step
is sampling, rewards and the update. CPU seconds are given too, as they matter less to who else uses the machine.
Needs torch, transformers, trl, datasets and gguf.
"""
import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def read_lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def run_vkr1(args, config):
    """Trains for args.steps steps; returns step times, CPU seconds a step, mean lengths and the prompts of all steps."""
    out = tempfile.mkdtemp(prefix="vkr1-compare-")
    overrides = {"output_dir": json.dumps(out), "model.path": json.dumps(os.path.abspath(args.model)),
                 "train.max_steps": str(args.steps), "train.save_steps": "0", "train.log_completions": "true",
                 "eval.eval_steps": "0"}
    command = [args.vkr1, "train", args.config, "--device", "cpu"]
    for key, value in overrides.items():
        command += ["--set", f"{key}={value}"]
    environment = dict(os.environ, OMP_NUM_THREADS=str(args.threads))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / args.steps
    metrics = read_lines(f"{out}/metrics.jsonl")
    prompts = []
    for step in range(1, args.steps + 1):
        rows = read_lines(f"{out}/completions/step-{step:06d}.jsonl")
        prompts += [(r["prompt"], r["solution"]) for r in rows[::config["rl"]["num_generations"]]]
    shutil.rmtree(out)
    return ([m["step_time"] for m in metrics], cpu, [m["completions/mean_length"] for m in metrics], prompts)


def rewards_of(completions, solution, **_):
    """As numeric(extract=answer):1,format(style=compact,prefix=<think>):0.2 for whole numbers."""
    scores = []
    for text, right in zip(completions, solution):
        found = re.findall(r"<answer>\s*(-?\d+)\s*</answer>", text)
        shape = re.fullmatch(r"[^<]*</think>\n?<answer>[^<]*\S[^<]*</answer>\s*", text)
        scores.append(float(bool(found) and found[-1] == right) + 0.2 * bool(shape))
    return scores


def run_trl(args, config, prompts):
    import torch
    torch.set_num_threads(args.threads)
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    directory, name = os.path.split(os.path.abspath(args.model))
    loaded = AutoModelForCausalLM.from_pretrained(directory, gguf_file=name, dtype=torch.float32)
    plain = loaded.config.to_dict()
    plain.pop("quantization_config", None)  # its values are f32 now, but transformers would refuse to train it
    model = AutoModelForCausalLM.from_config(type(loaded.config).from_dict(plain), dtype=torch.float32)
    model.load_state_dict(loaded.state_dict())
    del loaded
    tokenizer = AutoTokenizer.from_pretrained(directory, gguf_file=name)
    stop = tokenizer.convert_tokens_to_ids("<|im_end|>")
    tokenizer.eos_token, tokenizer.pad_token = "<|im_end|>", tokenizer.pad_token or "<|im_end|>"
    model.generation_config.eos_token_id = stop

    times, cpu = [], []

    class Clock(TrainerCallback):
        def on_step_begin(self, *_, **__):
            self.start = time.perf_counter(), time.process_time()

        def on_step_end(self, *_, **__):
            times.append(time.perf_counter() - self.start[0])
            cpu.append(time.process_time() - self.start[1])

    rl, train = config["rl"], config["train"]
    out = tempfile.mkdtemp(prefix="trl-compare-")
    settings = GRPOConfig(
        output_dir=out, use_cpu=True, bf16=False, fp16=False, gradient_checkpointing=False, report_to=[],
        per_device_train_batch_size=rl["prompts_per_step"] * rl["num_generations"], num_generations=rl["num_generations"],
        max_completion_length=rl["max_completion_length"], temperature=1.0, top_p=1.0, top_k=0, beta=0.0, loss_type="dapo",
        learning_rate=train["learning_rate"], lr_scheduler_type="constant", max_grad_norm=1.0, weight_decay=0.0,
        max_steps=args.steps, logging_steps=1, save_strategy="no", shuffle_dataset=False, disable_tqdm=True, seed=1)
    template = config["prompt"]["template"]
    data = Dataset.from_dict({"prompt": [template.replace("{prompt}", p) for p, _ in prompts],
                              "solution": [s for _, s in prompts]})
    trainer = GRPOTrainer(model=model, args=settings, train_dataset=data, reward_funcs=rewards_of,
                          processing_class=tokenizer, callbacks=[Clock()])
    trainer.train()
    shutil.rmtree(out)
    lengths = [h["completions/mean_length"] for h in trainer.state.log_history if "completions/mean_length" in h]
    return times, statistics.median(cpu), lengths


def say(name, times, cpu, lengths):
    print(f"{name:6} median {statistics.median(times):7.2f} s a step of {[round(t, 2) for t in times]}, "
          f"{cpu:.1f} CPU seconds a step, mean lengths {[round(n, 1) for n in lengths]}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config")
    parser.add_argument("--vkr1", default="build/vkr1")
    parser.add_argument("--model", default="SmolLM2-135M-Instruct.Q4_1.gguf")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    if "OMP_WAIT_POLICY" not in os.environ:  # as vkr1 does for itself; without it TRL is slower on a machine with other work
        os.environ["OMP_WAIT_POLICY"] = "passive"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    with open(args.config, encoding="utf-8") as f:
        config = json.loads(re.sub(r"(?m)^\s*//.*$", "", f.read()))
    times, cpu, lengths, prompts = run_vkr1(args, config)
    say("vkr1", times, cpu, lengths)
    trl_times, trl_cpu, trl_lengths = run_trl(args, config, prompts)
    say("TRL", trl_times, trl_cpu, trl_lengths)
    print(f"vkr1 takes {statistics.median(times) / statistics.median(trl_times):.2f} of TRL's time")


if __name__ == "__main__":
    main()
