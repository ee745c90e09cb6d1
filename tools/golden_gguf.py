#!/usr/bin/env python3
"""Writes GGUF files as llama-quantize and gguf-split make them, and what is in them.

usage: tools/golden_gguf.py [DIRECTORY]        (default: tests/golden; needs torch, transformers, safetensors, gguf)

quants.gguf has a tensor of random blocks for every quantised type, named after it; quants.safetensors has the values
that the gguf package dequantises from them. tiny-llama-q4_0-0000N-of-00002.gguf is a Llama in Q4_0 whose head is Q6_K,
split into two parts; test.ids and test.logprobs in its metadata are token ids and the log-probabilities (of the second
and later ones) that transformers computes with the dequantised values.
"""
import os
import sys

import gguf
import numpy as np
import torch
from gguf.quants import dequantize, quantize
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

from golden_models import finish, gguf_writer, interleave, randomize

# Where the half-precision numbers of a block lie: random bytes could be NaN there.
HALVES = dict(Q4_0=[0], Q4_1=[0, 2], Q5_0=[0], Q5_1=[0, 2], Q8_0=[0], Q2_K=[80, 82], Q3_K=[108], Q4_K=[0, 2],
              Q5_K=[0, 2], Q6_K=[208], IQ4_NL=[0], IQ4_XS=[0], MXFP4=[])
IDS = [1, 5, 9, 12, 20, 31]


def random_blocks(kind, shape, rng, scale=1.0):
    """Bytes of a matrix of that type: all bits random but the scales, which are finite."""
    block, size = gguf.GGML_QUANT_SIZES[kind]
    raw = rng.integers(0, 256, (shape[0] * shape[1] // block, size), dtype=np.uint8)
    for at in HALVES[kind.name]:
        raw[:, at:at + 2] = (scale * rng.standard_normal((len(raw), 1))).astype(np.float16).view(np.uint8)
    return raw.reshape(shape[0], -1)


def blocks(path):
    rng = np.random.default_rng(1)
    writer = gguf.GGUFWriter(path + ".gguf", "llama")
    values = {}
    for name in HALVES:
        kind = gguf.GGMLQuantizationType[name]
        raw = random_blocks(kind, (2, 256), rng)
        writer.add_tensor(name, raw, raw_dtype=kind)
        values[name] = torch.from_numpy(np.array(dequantize(raw, kind), dtype=np.float32))
    finish(writer)
    save_file(values, path + ".safetensors")


def quantised_model(path):
    torch.manual_seed(5)
    rng = np.random.default_rng(5)
    model = LlamaForCausalLM(LlamaConfig(hidden_size=256, intermediate_size=32, num_hidden_layers=1, vocab_size=32,
                                         max_position_embeddings=64, num_attention_heads=2, num_key_value_heads=1,
                                         head_dim=16, bos_token_id=1, eos_token_id=2, tie_word_embeddings=False,
                                         rope_parameters=dict(rope_type="default", rope_theta=1e4),
                                         attn_implementation="eager")).float().eval()
    randomize(model)
    c = model.config
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, c.num_hidden_layers)
    tensors = []
    for name, p in model.named_parameters():
        x = p.detach().numpy()
        heads = {"q_proj": c.num_attention_heads, "k_proj": c.num_key_value_heads}.get(name.split(".")[-2])
        kind = gguf.GGMLQuantizationType["F32" if x.ndim == 1 else "Q6_K" if "lm_head" in name else "Q4_0"]
        if kind.name == "Q6_K":
            raw = random_blocks(kind, x.shape, rng, 2e-5)
            y = dequantize(raw, kind)
        else:
            raw = quantize(interleave(x, heads) if heads else x, kind)
            y = dequantize(quantize(x, kind), kind)
        tensors.append((names.get_name(name, (".weight", ".bias")), raw, kind))
        with torch.no_grad():
            p.copy_(torch.from_numpy(np.array(y, dtype=np.float32)))
    with torch.no_grad():
        logp = torch.log_softmax(model(input_ids=torch.tensor([IDS]), use_cache=False).logits[0], -1)
    logp = [float(logp[i, IDS[i + 1]]) for i in range(len(IDS) - 1)]
    for part in range(2):
        file = f"{path}-{part + 1:05d}-of-00002.gguf"
        if part == 0:
            writer = gguf_writer(model, file, "llama")
            writer.add_key_length(c.head_dim)
            writer.add_value_length(c.head_dim)
            writer.add_rope_dimension_count(c.head_dim)
            writer.add_array("test.ids", IDS)
            writer.add_array("test.logprobs", logp)
        else:
            writer = gguf.GGUFWriter(file, "llama")
        writer.add_uint16("split.no", part)
        writer.add_uint16("split.count", 2)
        writer.add_int32("split.tensors.count", len(tensors))
        for name, raw, kind in tensors[:6] if part == 0 else tensors[6:]:
            writer.add_tensor(name, raw, raw_dtype=kind)
        finish(writer)
    print("log-probabilities", logp)


if __name__ == "__main__":
    root = sys.argv[1] if len(sys.argv) > 1 else "tests/golden"
    torch.set_num_threads(1)
    blocks(os.path.join(root, "quants"))
    quantised_model(os.path.join(root, "tiny-llama-q4_0"))
