#!/usr/bin/env python3
"""Writes the tokenizer of the quickstart model: printable ASCII and the newline, one token a character, and five tokens more.

usage: tools/char_tokenizer.py DIRECTORY

The tags are added tokens that are not special, so that decoding keeps them for the rewards; <eos> is special and ends a
completion. Bytes outside of this vocabulary are dropped. Nothing but Python is needed.
"""
import json
import pathlib
import sys

TAGS = ["<think>", "</think>", "<answer>", "</answer>"]
EOS = "<eos>"
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}


def main(directory: str) -> None:
    # Byte-level tokenizers write the bytes that are no visible character as others: newline and space as U+010A, U+0120.
    characters = ["\u010a", "\u0120"] + [chr(c) for c in range(0x21, 0x7F)]
    vocab = {c: i for i, c in enumerate(characters)}
    added = [
        {"id": len(vocab) + i, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": text == EOS}
        for i, text in enumerate(TAGS + [EOS])
    ]
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
        "pre_tokenizer": BYTE_LEVEL, "post_processor": None, "decoder": BYTE_LEVEL,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                  "vocab": vocab, "merges": []},
    }
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": EOS, "pad_token": EOS,
                "clean_up_tokenization_spaces": False, "model_max_length": 128}
    out = pathlib.Path(directory)
    out.mkdir(parents=True, exist_ok=True)
    for name, content in (("tokenizer.json", tokenizer), ("tokenizer_config.json", settings)):
        (out / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
