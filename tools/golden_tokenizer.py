#!/usr/bin/env python3
"""Writes tests/golden/tokenizer: cut-down tokenizers and the ids that the `tokenizers` library gives for them.

usage: tools/golden_tokenizer.py --qwen3 tokenizer.json[.gz] --smollm2 SmolLM2-135M-Instruct.gguf

texts.jsonl       {"text"}, the texts of golden_tokenizer_texts.py
NAME/tokenizer.json, and NAME.jsonl: for each text {"ids", "special" (when it differs), "text" (decoded, when it is not
                  the text itself)}, then lines {"decode": ids, "text"} of random ids
qwen3-full.jsonl  the same for the whole tokenizer, which is not kept here
smollm2.gguf, llama2.gguf: the tokenizers of these names as GGUF files; llama2 with scores instead of merges
chat.jsonl        {"name", "template", "bos"}, then what it gives: {"messages", "add_generation_prompt", "text"}
"""
import argparse
import gzip
import json
import pathlib
import random
import sys

import gguf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers.tokenization_utils_base import generate_merges

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from golden_tokenizer_chat import chat_lines  # noqa: E402
from golden_tokenizer_texts import TEXTS  # noqa: E402

OUT = pathlib.Path(__file__).parent.parent / "tests/golden/tokenizer"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
        r"|\s*[\r\n]+|\s+(?!\S)|\s+")  # Qwen's with up to three digits


def gguf_tokenizer(path):
    """SmolLM2's tokenizer.json from its GGUF: GPT-2's byte-level BPE with single digits, as on the Hugging Face hub."""
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    merges = fields["tokenizer.ggml.merges"].contents()
    t = Tokenizer(models.BPE({x: i for i, x in enumerate(tokens)}, [tuple(m.split(" ")) for m in merges]))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(False)])
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x, k in zip(tokens, types) if k == 3])
    return t


def cut(t, count):
    """Keeps the first `count` merges and those that the texts need, and gives the tokens new ids."""
    j = json.loads(t.to_str())
    merges = [tuple(m) for m in j["model"]["merges"]]
    added = [a["content"] for a in j["added_tokens"]]
    made_by = {}
    for m in merges:
        made_by.setdefault("".join(m), m)
    keep = {"".join(m) for m in merges[:count]}
    todo = [t.id_to_token(i) for text in TEXTS for i in t.encode(text).ids]
    while todo:
        token = todo.pop()
        if token in made_by and token not in keep:
            keep.add(token)
            todo += made_by[token]
    old = [x for x, _ in sorted(j["model"]["vocab"].items(), key=lambda x: x[1])]
    vocab = [x for x in old if len(x) == 1 or x in keep]
    vocab = added + vocab if old[0] in added else vocab + added
    ids = {x: i for i, x in enumerate(vocab)}
    j["model"]["vocab"] = {x: i for x, i in ids.items() if x in old and (x not in added or old[0] in added)}
    j["model"]["merges"] = [m for m in merges if all(x in ids for x in (*m, "".join(m)))]
    for a in j["added_tokens"]:
        a["id"] = ids[a["content"]]
    return Tokenizer.from_str(json.dumps(j))


def llama3():
    """Llama 3's pipeline over a vocabulary trained here; ignore_merges, with words that no merge makes."""
    t = Tokenizer(models.BPE(ignore_merges=True))
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.train_from_iterator(TEXTS * 2, trainers.BpeTrainer(vocab_size=1500, show_progress=False,
                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    j = json.loads(t.to_str())
    for word in ["Ġcosts", "Ġdoesn", "camel", "123", "ĠÐ¡ÑĬ"]:
        j["model"]["vocab"].setdefault(word, len(j["model"]["vocab"]))
    t = Tokenizer.from_str(json.dumps(j))
    names = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in names])
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|> $B",
                                      special_tokens=[("<|begin_of_text|>", t.token_to_id("<|begin_of_text|>"))])])
    return t


def sentencepiece(metaspace):
    """Llama 2's: BPE over text with visible spaces, bytes for unknown characters; spaces by normalizers (the files of
    the hub) or by Metaspace (what newer conversions write)."""
    norm = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t = Tokenizer(models.BPE())
    t.normalizer = norm
    t.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=900, limit_alphabet=250, show_progress=False))
    j = json.loads(t.to_str())
    vocab = ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)]
    vocab += [x for x, _ in sorted(j["model"]["vocab"].items(), key=lambda x: x[1]) if x not in vocab]
    vocab = {x: i for i, x in enumerate(vocab)}
    merges = generate_merges(vocab, {x: -float(i) for x, i in vocab.items()})
    model = models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    t = Tokenizer(model)
    if metaspace:
        t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        t.normalizer = norm
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                   decoders.Strip(" ", 1, 0)])
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in ["<unk>", "<s>", "</s>"]])
    t.add_tokens([AddedToken("block", normalized=metaspace), AddedToken("BLOCK", normalized=False)])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return t


def tiny(added=(), unk="?", fuse=False, **stages):
    """Letters, a few merges, unknown characters as "?": for the steps that the models above do not use."""
    letters = sorted({c for text in TEXTS for c in text if c.isascii() and c.isprintable()} | set("▁äßéﬁ½"))
    merges = [("a", "b"), ("t", "h"), ("th", "e"), ("▁", "the"), ("o", "r"), ("w", "or"), ("wor", "d"), ("s", "s"), ("1", "2")]
    vocab = letters + ["".join(m) for m in merges]
    t = Tokenizer(models.BPE({x: i for i, x in enumerate(vocab)}, merges, unk_token=unk, fuse_unk=fuse))
    for key, value in stages.items():
        setattr(t, key, value)
    t.add_tokens(list(added))
    return t


DEEPSEEK = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
            r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def deepseek():
    """DeepSeek-V3's three expressions over a small vocabulary; then one by script and case."""
    p = pre_tokenizers
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = p.Sequence(
        [p.Split(Regex(x), "isolated") for x in [r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", DEEPSEEK, r"\p{Han}+|\P{Lu}\p{Ll}{2,3}+"]]
        + [p.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=500, show_progress=False,
                                                     initial_alphabet=p.ByteLevel.alphabet()))
    t.add_special_tokens([AddedToken("<｜begin▁of▁sentence｜>", special=True, normalized=False)])
    return t


def tinies():
    p, n, d = pre_tokenizers, normalizers, decoders
    yield "tiny-nfkc", tiny(
        normalizer=n.Sequence([n.NFKC(), n.Lowercase(), n.Strip()]),
        pre_tokenizer=p.Sequence([p.Whitespace(), p.Split(Regex("[aeiou]"), "merged_with_previous")]),
        decoder=d.Metaspace(),
        added=[AddedToken("[MASK]", lstrip=True, rstrip=True, special=True), AddedToken("word", single_word=True),
               AddedToken("STRASSE", normalized=True), AddedToken("<s>", rstrip=True)])
    yield "tiny-nfd", tiny(
        normalizer=n.Sequence([n.NFD(), n.Replace(Regex("\\s{2,}"), " "), n.Prepend("ab")]), fuse=True,
        pre_tokenizer=p.Sequence([p.Metaspace(), p.Split("▁", "removed"), p.Digits(False)]),
        decoder=d.Sequence([d.Replace(Regex("[ab]+"), "-"), d.Strip("-", 1, 0)]),
        added=[AddedToken("[MASK]", lstrip=True, normalized=False), AddedToken("it", single_word=True, normalized=False)])
    yield "tiny-split", tiny(
        normalizer=n.NFKD(), unk=None,
        pre_tokenizer=p.Sequence([p.WhitespaceSplit(), p.Split(Regex("\\p{N}{1,2}"), "merged_with_next"),
                                  p.Split(Regex("\\w+"), "contiguous", invert=True), p.Punctuation("isolated")]))
    yield "tiny-bytes", tiny(
        pre_tokenizer=p.Sequence([p.ByteLevel(True), p.Split(Regex("[ĠĊ]"), "isolated")]), decoder=d.ByteLevel(), unk=None)


def write_gguf(t, name, pre):
    """A GGUF file with the tokenizer alone."""
    w = gguf.GGUFWriter(OUT / f"{name}.gguf", "llama")
    j = json.loads(t.to_str())
    tokens = {i: x for x, i in j["model"]["vocab"].items()} | {a["id"]: a["content"] for a in j["added_tokens"]}
    kinds = {a["id"]: 3 if a["special"] else 4 for a in j["added_tokens"]}
    count = max(tokens) + 1
    assert sorted(tokens) == list(range(count))
    w.add_tokenizer_model("gpt2" if pre else "llama")
    w.add_token_list([tokens[i] for i in range(count)])
    if pre:
        w.add_tokenizer_pre(pre)
        w.add_token_merges([" ".join(m) for m in j["model"]["merges"]])
    else:
        kinds = {i: 6 for i in range(3, 259)} | kinds | {0: 2}
        w.add_token_scores([-float(i) for i in range(count)])
        w.add_bos_token_id(1)
        w.add_eos_token_id(2)
    w.add_token_types([kinds.get(i, 1) for i in range(count)])
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.close()


def write(path, lines):
    path.write_text("".join(json.dumps(x, ensure_ascii=True, separators=(",", ":")) + "\n" for x in lines))
    print(f"{path}: {len(lines)} lines, {path.stat().st_size} bytes")


def golden(t, name):
    lines = []
    for text in TEXTS:
        ids = t.encode(text, add_special_tokens=False).ids
        line = {"ids": ids}
        special = t.encode(text, add_special_tokens=True).ids
        if special != ids:
            line["special"] = special
        back = t.decode(ids, skip_special_tokens=False)
        if back != text:
            line["text"] = back
        lines.append(line)
    dice = random.Random(1)
    for _ in range(40):
        ids = [dice.randrange(t.get_vocab_size()) for _ in range(dice.randrange(1, 12))]
        lines.append({"decode": ids, "text": t.decode(ids, skip_special_tokens=True)})
    write(OUT / f"{name}.jsonl", lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--qwen3", required=True)
    parser.add_argument("--smollm2", required=True)
    args = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    raw = pathlib.Path(args.qwen3).read_bytes()
    qwen3 = Tokenizer.from_str((gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode())
    smollm2 = gguf_tokenizer(args.smollm2)
    write(OUT / "texts.jsonl", [{"text": x} for x in TEXTS])
    golden(qwen3, "qwen3-full")
  
    kept = [("qwen3", cut(qwen3, 1500)), ("smollm2", cut(smollm2, 1500)), ("llama3", llama3()),
            ("llama2", sentencepiece(False)), ("metaspace", sentencepiece(True)), ("deepseek", deepseek()), *tinies()]
    for name, t in kept:
        (OUT / name).mkdir(exist_ok=True)
        (OUT / name / "tokenizer.json").write_text(json.dumps(json.loads(t.to_str()), ensure_ascii=False,
                                                              separators=(",", ":")) + "\n")
        t = Tokenizer.from_file(str(OUT / name / "tokenizer.json"))
        golden(t, name)
        if name in ("smollm2", "llama2"):
            write_gguf(t, name, "smollm" if name == "smollm2" else None)
    write(OUT / "chat.jsonl", chat_lines(args.smollm2, args.qwen3))


if __name__ == "__main__":
    main()
