#!/usr/bin/env python3
"""Converts a llama2.c model (version 0 checkpoint and tokenizer.bin) into a Hugging Face directory.

usage: tools/convert_llama2c.py MODEL.bin TOKENIZER.bin DIRECTORY [--text EXPECTED.txt]

Formats: export.py (legacy_export) and tokenizer.py of github.com/karpathy/llama2.c. With --text, transformers' greedy
generation from the begin token is compared with the file, which is then stored as DIRECTORY/greedy.txt.
"""
import argparse
import json
import os
import struct

import numpy as np

EPS, THETA = 1e-5, 10000.0  # constants of llama2.c's run.c


def half_split(w, heads):
    """Rows from interleaved RoPE pairs (Meta's order) to halves (Hugging Face's), within each head."""
    return w.reshape(heads, w.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(w.shape)


def read_model(path):
    data = open(path, "rb").read()
    d, f, layers, heads, kv, vocab, positions = struct.unpack("<7i", data[:28])
    tied, vocab = vocab > 0, abs(vocab)
    a = d // heads
    values, at = np.frombuffer(data, "<f4", offset=28), 0

    def take(*shape):
        nonlocal at
        n = int(np.prod(shape))
        at += n
        return values[at - n:at].reshape(shape)

    embed = take(vocab, d)
    stacks = dict(input_layernorm=take(layers, d), q=take(layers, heads * a, d), k=take(layers, kv * a, d),
                  v=take(layers, kv * a, d), o=take(layers, d, heads * a), post_attention_layernorm=take(layers, d),
                  gate=take(layers, f, d), down=take(layers, d, f), up=take(layers, f, d))
    norm = take(d)
    take(2, positions, a // 2)  # precomputed cosines and sines
    out = {"model.embed_tokens.weight": embed, "model.norm.weight": norm}
    if not tied:
        out["lm_head.weight"] = take(vocab, d)
    assert at == len(values), f"{len(values) - at} values are left over"
    for i in range(layers):
        p = f"model.layers.{i}."
        out[p + "self_attn.q_proj.weight"] = half_split(stacks["q"][i], heads)
        out[p + "self_attn.k_proj.weight"] = half_split(stacks["k"][i], kv)
        for n in "vo":
            out[p + f"self_attn.{n}_proj.weight"] = stacks[n][i]
        for n in ("gate", "up", "down"):
            out[p + f"mlp.{n}_proj.weight"] = stacks[n][i]
        for n in ("input_layernorm", "post_attention_layernorm"):
            out[p + n + ".weight"] = stacks[n][i]
    # The end of a text is the begin token of the next one: llama2.c trains and stops so.
    config = dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=d, intermediate_size=f,
                  num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=kv, head_dim=a,
                  vocab_size=vocab, max_position_embeddings=positions, rms_norm_eps=EPS, rope_theta=THETA,
                  hidden_act="silu", attention_bias=False, mlp_bias=False, tie_word_embeddings=tied,
                  bos_token_id=1, eos_token_id=[1, 2], torch_dtype="float32")
    return config, {k: np.ascontiguousarray(v) for k, v in out.items()}


def read_pieces(path, count):
    data = open(path, "rb").read()
    pieces, at = [], 4
    for _ in range(count):
        score, n = struct.unpack("<fi", data[at:at + 8])
        pieces.append((data[at + 8:at + 8 + n].decode("utf-8").replace(" ", "\u2581"), score))
        at += 8 + n
    assert at == len(data)
    return [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0)] + pieces[3:]


def build_tokenizer(pieces):
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, processors
    vocab = {piece: i for i, (piece, _) in enumerate(pieces)}
    merges = []
    for piece, score in pieces[259:]:  # after the special and the byte tokens
        for cut in range(1, len(piece)):
            left, right = piece[:cut], piece[cut:]
            if left in vocab and right in vocab:
                merges.append((-score, vocab[left], vocab[right], left, right))
    tokenizer = Tokenizer(models.BPE(vocab, [(m[3], m[4]) for m in sorted(merges)], unk_token="<unk>", fuse_unk=True,
                                     byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B",
                                                             special_tokens=[("<s>", 1)])
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in ("<unk>", "<s>", "</s>")])
    return tokenizer


def check_greedy(directory, expected):
    import torch
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32)
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=os.path.join(directory, "tokenizer.json"))
    ids = model.generate(torch.tensor([[1]]), do_sample=False, max_new_tokens=256, eos_token_id=[1, 2])[0].tolist()
    text = tokenizer.decode(ids, skip_special_tokens=True)
    assert text.rstrip("\n") == expected.rstrip("\n"), f"transformers generates\n{text}\nnot\n{expected}"
    print(f"greedy text of {len(ids)} tokens equals the expected one")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model"), p.add_argument("tokenizer"), p.add_argument("directory"), p.add_argument("--text")
    args = p.parse_args()
    from safetensors.numpy import save_file
    config, weights = read_model(args.model)
    os.makedirs(args.directory, exist_ok=True)
    save_file(weights, os.path.join(args.directory, "model.safetensors"), metadata={"format": "pt"})
    with open(os.path.join(args.directory, "config.json"), "w") as f:
        json.dump(config, f, indent=2)
        f.write("\n")
    tokenizer = build_tokenizer(read_pieces(args.tokenizer, config["vocab_size"]))
    tokenizer.save(os.path.join(args.directory, "tokenizer.json"))
    with open(os.path.join(args.directory, "tokenizer_config.json"), "w") as f:
        json.dump(dict(tokenizer_class="PreTrainedTokenizerFast", bos_token="<s>", eos_token="</s>", unk_token="<unk>"),
                  f, indent=2)
        f.write("\n")
    if args.text:
        expected = open(args.text).read()
        check_greedy(args.directory, expected)
        with open(os.path.join(args.directory, "greedy.txt"), "w") as f:
            f.write(expected)


if __name__ == "__main__":
    main()
