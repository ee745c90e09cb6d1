#!/usr/bin/env python3
"""Writes the tiny random models of tests/golden/ with transformers, and what they compute.

usage: tools/golden_models.py [DIRECTORY]        (default: tests/golden; needs torch, transformers, safetensors, gguf)

Each of tiny-llama, tiny-llama-tied and tiny-qwen2 is a Hugging Face directory in f32 with golden.safetensors beside it:

  ids          (2,S) i32   two sequences, evaluated separately
  logits       (2,S,V)     of every position
  inv_freq     (A/2)       RoPE's angular frequencies
  loss         ()          mean cross entropy over all 2*(S-1) next tokens (nats)
  grad.NAME    as NAME     d loss / d NAME, for every weight by its Hugging Face name
  adamw_losses (10)        the loss before each of ten steps of torch.optim.AdamW on the same batch
  final.NAME   as NAME     two weights after those ten steps
  greedy       (P+20) i32  a prompt of P tokens and 20 greedily chosen ones (the end token does not end it)
  __metadata__ settings    JSON: lr, betas, eps, weight_decay, prompt length P

tiny-llama-mixed.gguf is tiny-llama as llama.cpp converts it (query and key rows interleaved) with every storage type,
and tiny-llama-mixed.safetensors the values that the gguf package dequantises from it, in Hugging Face's names and row
order. tiny-qwen2.gguf is tiny-qwen2 in f32 (llama.cpp does not interleave that family's rows).
"""
import json
import os
import sys

import gguf
import numpy as np
import torch
from gguf.quants import dequantize, quantize
from safetensors.torch import save_file
from transformers.utils import logging
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

SETTINGS = dict(lr=3e-3, beta1=0.9, beta2=0.95, eps=1e-8, weight_decay=0.1, steps=10, prompt=5, new_tokens=20)
SEQUENCE = 24
SMALL = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, vocab_size=96, max_position_embeddings=128,
             bos_token_id=1, eos_token_id=2, attn_implementation="eager")
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64)
MODELS = {
    # grouped heads, a head of its own, llama3 scaling with frequencies in all three of its ranges
    "tiny-llama": lambda: LlamaForCausalLM(LlamaConfig(**SMALL, num_attention_heads=4, num_key_value_heads=2,
                                                       rope_parameters=LLAMA3, tie_word_embeddings=False)),
    # tied head, a head size that is not D/H, three layers, linear scaling
    "tiny-llama-tied": lambda: LlamaForCausalLM(LlamaConfig(**{**SMALL, "num_hidden_layers": 3, "hidden_size": 36,
                                                               "intermediate_size": 50},
                                                            num_attention_heads=6, num_key_value_heads=2, head_dim=8,
                                                            rope_parameters=dict(rope_type="linear", factor=2.0,
                                                                                 rope_theta=500.0),
                                                            tie_word_embeddings=True)),
    # biases on q, k and v; one key/value head; a large theta
    "tiny-qwen2": lambda: Qwen2ForCausalLM(Qwen2Config(**SMALL, num_attention_heads=4, num_key_value_heads=1,
                                                       rope_parameters=dict(rope_type="default", rope_theta=1e6),
                                                       tie_word_embeddings=True)),
}


def randomize(model):
    """Weights large enough that every part of the model matters, and no norm weight is exactly 1."""
    for name, p in model.named_parameters():
        with torch.no_grad():
            if "norm" in name:
                p.copy_(1 + 0.2 * torch.randn_like(p))
            elif p.dim() == 1:
                p.copy_(0.3 * torch.randn_like(p))
            elif "embed" in name:
                p.copy_(0.5 * torch.randn_like(p))
            else:
                p.copy_(torch.randn_like(p) * (1.2 / p.shape[1] ** 0.5))


def loss_of(model, ids):
    logits = model(input_ids=ids, use_cache=False).logits
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), ids[:, 1:].reshape(-1))
    return logits, loss


def golden(model, seed):
    out = {}
    ids = torch.randint(3, model.config.vocab_size, (2, SEQUENCE), generator=torch.Generator().manual_seed(seed))
    out["ids"] = ids.to(torch.int32)
    logits, loss = loss_of(model, ids)
    loss.backward()
    out["inv_freq"] = model.model.rotary_emb.inv_freq.clone()
    out["logits"], out["loss"] = logits.detach().clone(), loss.detach().clone()
    for name, p in model.named_parameters():
        out["grad." + name] = p.grad.clone()
    prompt = ids[0, :SETTINGS["prompt"]]
    tokens = prompt.tolist()
    for _ in range(SETTINGS["new_tokens"]):
        with torch.no_grad():
            top = model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0, -1].topk(2)
        assert top.values[0] - top.values[1] > 1e-3, "the greedy choice is too close to call"
        tokens.append(int(top.indices[0]))
    out["greedy"] = torch.tensor(tokens, dtype=torch.int32)

    # weight decay on matrices only, as transformers' Trainer does
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    adamw = torch.optim.AdamW([dict(params=decayed), dict(params=others, weight_decay=0.0)], lr=SETTINGS["lr"],
                              betas=(SETTINGS["beta1"], SETTINGS["beta2"]), eps=SETTINGS["eps"],
                              weight_decay=SETTINGS["weight_decay"])
    losses = []
    for _ in range(SETTINGS["steps"]):
        adamw.zero_grad()
        _, loss = loss_of(model, ids)
        loss.backward()
        adamw.step()
        losses.append(loss.item())
    out["adamw_losses"] = torch.tensor(losses)
    for name, p in model.named_parameters():
        if name.endswith(("layers.0.self_attn.k_proj.weight", "layers.0.input_layernorm.weight")):
            out["final." + name] = p.detach().clone()
    return out


def interleave(rows, heads):
    """llama.cpp's row order of query and key weights: half-split to interleaved pairs, within each head."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def gguf_writer(model, path, family):
    c = model.config
    writer = gguf.GGUFWriter(path, family)
    writer.add_context_length(c.max_position_embeddings)
    writer.add_embedding_length(c.hidden_size)
    writer.add_block_count(c.num_hidden_layers)
    writer.add_feed_forward_length(c.intermediate_size)
    writer.add_head_count(c.num_attention_heads)
    writer.add_head_count_kv(c.num_key_value_heads)
    writer.add_layer_norm_rms_eps(c.rms_norm_eps)
    writer.add_rope_freq_base(c.rope_parameters["rope_theta"])
    writer.add_vocab_size(c.vocab_size)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_token_list(["<unk>", "<s>", "</s>"] + [f"t{i}" for i in range(3, c.vocab_size)])
    return writer


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def gguf_plain(model, path):
    writer = gguf_writer(model, path, "qwen2")
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN2, model.config.num_hidden_layers)
    for name, p in model.named_parameters():
        stem, suffix = name.rsplit(".", 1)
        writer.add_tensor(f"{names.get_name(stem)}.{suffix}", p.detach().numpy())
    finish(writer)


def gguf_mixed(model, path):
    c = model.config
    writer = gguf_writer(model, path + ".gguf", "llama")
    writer.add_rope_dimension_count(c.head_dim)
    writer.add_uint32("llama.rope.scaling.original_context_length", LLAMA3["original_max_position_embeddings"])
    writer.add_array("test.numbers", [3, -1, 70000])
    writer.add_float32("test.f32", 0.5)
    plain = 1.0 / (LLAMA3["rope_theta"] ** (torch.arange(0, c.head_dim, 2).float() / c.head_dim))
    writer.add_tensor("rope_freqs.weight", (plain / model.model.rotary_emb.inv_freq).numpy())

    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, c.num_hidden_layers)
    types = [gguf.GGMLQuantizationType[t] for t in ("Q8_0", "Q4_0", "Q4_1", "F16", "BF16", "F32")]
    values = {}
    for i, (name, tensor) in enumerate(model.state_dict().items()):
        x = tensor.numpy()
        kind = types[i % len(types)] if x.ndim == 2 else gguf.GGMLQuantizationType.F32
        heads = {"q_proj": c.num_attention_heads, "k_proj": c.num_key_value_heads}.get(name.split(".")[-2])
        data = quantize(interleave(x, heads) if heads else x, kind)
        writer.add_tensor(names.get_name(name, (".weight", ".bias")), data, raw_dtype=kind)
        # Rows move whole and are quantised one by one, so dequantising the rows in their own order is the same.
        values[name] = torch.from_numpy(np.array(dequantize(quantize(x, kind), kind), dtype=np.float32))
    finish(writer)
    save_file(values, path + ".safetensors")


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "tests/golden"
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    for seed, (name, make) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        model = make().float().eval()
        randomize(model)
        path = os.path.join(root, name)
        os.makedirs(path, exist_ok=True)
        model.save_pretrained(path)
        if name == "tiny-llama":
            gguf_mixed(model, os.path.join(root, "tiny-llama-mixed"))
        if name == "tiny-qwen2":
            gguf_plain(model, os.path.join(root, "tiny-qwen2.gguf"))
        values = {k: v.contiguous() for k, v in golden(model, seed).items()}
        save_file(values, os.path.join(path, "golden.safetensors"), metadata={"settings": json.dumps(SETTINGS)})
        print(name, "loss", values["loss"].item(), "AdamW", [round(float(x), 4) for x in values["adamw_losses"]],
              "greedy", values["greedy"].tolist())


if __name__ == "__main__":
    main()
