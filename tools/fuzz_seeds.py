#!/usr/bin/env python3
"""Writes what fuzz targets begin from (see tools/fuzz.sh): DIR/TARGET/, inputs made of the data of the tests and those of
tests/fuzz/corpus/TARGET.txt (one a line, as Python writes bytes), and DIR/TARGET.dict, the words that stand in the sources
of what it fuzzes. With TARGET and FILEs it adds these inputs to the target's corpus instead.
usage: fuzz_seeds.py DIR | fuzz_seeds.py TARGET FILE..."""
import ast
import hashlib
import json
import pathlib
import re
import struct
import sys

root = pathlib.Path(__file__).resolve().parent.parent
tests = root / "tests"
REWARDS = ["src/rl/reward_*.c", "src/rl/answer_text.c"]
MATH = ["src/verify/math_*.c"]
WORDS = {  # the sources of a target's words
    **dict.fromkeys(("numeric", "answer", "form", "countdown", "regex"), REWARDS),
    **dict.fromkeys(("math_parse", "math_extract", "math_equal", "math_reward"), MATH),
    "reward_list": ["src/rl/reward*.c"],
    "score_row": ["src/cli/score_row.c", "src/data/form.c", "src/data/problem.c"],
    "exec": ["src/rl/reward_exec.c"],
    "code_block": ["src/verify/code_block.c"],
    "code_tests": ["src/verify/code_tests.c"],
    "config": ["src/train/run_config.c", "src/data/options.c"],
    "dataset": ["src/data/options.c", "src/data/form.c", "src/data/messages.c"],
    "chat": ["src/model/jinja_parse.c", "src/model/jinja_filters.c", "src/model/jinja_methods.c", "src/model/jinja_tests.c"],
    "model_config": ["src/model/config_json.c"],
    "model_dir": ["src/model/config_json.c", "src/model/tokenizer_json.c", "src/model/safetensors.c"],
    "safetensors": ["src/model/safetensors.c", "src/base/dtype.c"],
    "gguf": ["src/model/config_gguf.c", "src/model/tokenizer_gguf.c"],
    "tokenizer": ["src/model/tokenizer_*.c"],
}
SEPARATOR = b"\x1f"  # between the fields of an input, see tests/fuzz/input.h


def rows(name):
    with open(tests / name, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def write(target, *fields):
    fields = [f if isinstance(f, bytes) else str(f).encode("utf-8", "replace") for f in fields]
    data = SEPARATOR.join(fields)
    to = pathlib.Path(sys.argv[1]) / target
    to.mkdir(parents=True, exist_ok=True)
    (to / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


def boxed(text):
    """What stands in the last \\boxed{}, else the whole text."""
    at = text.rfind("\\boxed{")
    depth = 0
    for i in range(at + 6, len(text)) if at >= 0 else ():
        depth += (text[i] == "{") - (text[i] == "}")
        if depth == 0:
            return text[at + 7:i]
    return text


def answers():
    for row in rows("data/math_cases.jsonl"):
        write("math_parse", row["answer"])
        write("math_parse", boxed(row["completion"]))
        write("math_equal", row["answer"], boxed(row["completion"]))
        for how in "abcde":
            write("math_extract", how + row["completion"])
        for target in ("numeric", "answer", "math_reward"):
            write(target, "0" + row["completion"], row["answer"])
        write("math_reward", "c" + boxed(row["completion"]), row["answer"])
        write("form", "0" + row["completion"])
        write("score_row", json.dumps({k: row[k] for k in ("completion", "answer")}))
    for row in rows("data/gsm8k.jsonl"):
        for target in ("numeric", "answer"):
            write(target, "0" + row["answer"], row["answer"])
        write("dataset", '{"kind":"gsm8k"}', json.dumps(row))
    for row in rows("data/countdown.jsonl"):
        write("countdown", f"0<answer>{row.get('solution', '')}</answer>", bytes(n & 255 for n in row["nums"]))
        write("dataset", '{"kind":"countdown"}', json.dumps(row))


def lists_and_configs():
    for path in sorted((root / "docs").glob("rewards.md")):
        for code in re.findall(r"`([a-z_]+\([^`]*\)[^`]*)`", path.read_text(encoding="utf-8")):
            write("reward_list", code)
    write("reward_list", '[{"reward":"regex","pattern":"a","weight":2},{"reward":"exec","command":["a","b"],"timeout":1}]')
    for path in sorted((root / "configs").glob("*.json")):
        text = re.sub(r"//[^\n]*", "", path.read_text(encoding="utf-8"))
        for section, value in json.loads(text).items():
            write("config", json.dumps({section: value}), "rl.beta=0.5", "reward=numeric:1")
    for path in sorted(tests.glob("golden/*/config.json")):
        config = path.read_text(encoding="utf-8")
        write("model_config", json.dumps(json.loads(config)))
        write("json", "0" + config)
    write("json", '1// a\n{"a": [1, -2.5e3, true, null], /* b */ "b\\u0041\\u0000\\ud83d\\ude00": {}}')
    for reply in ('{"reward": 1}', "1\nnull\n0.5", '{"reward": 0.5, "why": "x", "id": 0}\n{"reward": null, "id": 1}\n3'):
        write("exec", "a" + reply + "\n")
    write("regex", r"0([0-9]+)\s*$", "it is 12", "12")
    write("regex", r"1(?i)(?:answer|result)[:=]\s*(?<n>\p{L}+)", "Answer: b", "b")
    write("regex", r"2(?s)^<think>.*?</think>\n(?!.*<think>)", "<think>a</think>\nb", "b")


def programs():
    for row in rows("data/humaneval.jsonl")[:20]:
        program = row.get("canonical_solution", "pass")
        write("code_block", "python", f"<think>\n```python\na\n```\n</think>\nSo:\n```python\n{program[:200]}\n```\n")
        write("code_tests", json.dumps({k: v[-200:] if isinstance(v, str) else v for k, v in row.items()}))
    write("code_block", "", "a ```\nb\n```\n~~~py\nc")
    case = {"input": "1 2\n", "output": "3\n"}
    for tests_field in ([case], json.dumps([case]), {"inputs": ["1"], "outputs": ["2"]}, ["assert f(1) == 2", "assert f(2) == 3"],
                        {"language": "python", "test_cases": [{**case, "fn_name": "f", "type": "function_call"}]},
                        {"inputs": [[1, [2]]], "outputs": [3], "fn_name": "f"}):
        write("code_tests", json.dumps({"tests": tests_field, "test_imports": ["import os"], "test_setup_code": "x = 1"}))
        write("code_tests", json.dumps({"verification_info": tests_field, "metadata": '{"func_name": "f"}'}))
    for got, want in (("1 2\n3", "1 2\n3\n"), ("0.33333333", "0.33333334"), ("1e-3 nan -inf", "0.001 NaN -inf"), ("a  b\r\n", "a b")):
        for how in "012":
            write("code_output", how + got, want)


def tokenizers():
    texts = rows("golden/tokenizer/texts.jsonl")
    for i, row in enumerate(texts):
        write("encode", bytes([4 * (i % 11) + i % 4]), row.get("text", "") if isinstance(row, dict) else row)
    for name in ("tiny-bytes", "tiny-nfd", "tiny-nfkc", "tiny-split", "deepseek", "llama3"):
        t = json.loads((tests / f"golden/tokenizer/{name}/tokenizer.json").read_text(encoding="utf-8"))
        model = t["model"]
        model["vocab"] = dict(list(model["vocab"].items())[:12])
        model["merges"] = [m for m in model["merges"] if all(x in model["vocab"] for x in (m if isinstance(m, list) else m.split()))][:4]
        t["added_tokens"] = t["added_tokens"][:2]
        write("tokenizer", json.dumps(t, separators=(",", ":")), "ab the 12")
    model = None
    for row in rows("golden/tokenizer/chat.jsonl"):
        model = row.get("template", model)
        for name in ("auto", "chatml", "r1") if "template" in row else ():
            write("chat", name, model, "be kind", "why?", "<think>a</think>b", "")
    write("chat", "{system} asks {prompt}", "", "a", "b", "c", "")
    for row in rows("golden/chat/features.jsonl"):
        write("chat", "auto", row["template"], "a", "b", "c", json.dumps(json.loads(
            (tests / "golden/chat/messages.json").read_text(encoding="utf-8"))))


def models():
    config = (tests / "golden/tiny-llama/config.json").read_text(encoding="utf-8")
    small = {k: v for k, v in json.loads(config).items() if k.split("_")[0] in ("model", "hidden", "num", "vocab", "max", "intermediate")}
    header = json.dumps({"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
                         "b": {"dtype": "BF16", "shape": [2], "data_offsets": [8, 12]}}).encode()
    tensors = struct.pack("<Q", len(header)) + header + bytes(12)
    write("safetensors", tensors)
    index = json.dumps({"weight_map": {"a": "1.safetensors", "b": "1.safetensors"}})
    write("model_dir", json.dumps(small), '{"eos_token_id": [1, 2], "pad_token_id": 0}',
          '{"bos_token": "a", "eos_token": {"content": "b"}, "add_bos_token": true, "chat_template": [{"name": "default", "template": "x"}]}',
          "", index, tensors)
    text = lambda s: struct.pack("<Q", len(s)) + s.encode()
    strings = lambda *items: struct.pack("<IIQ", 9, 8, len(items)) + b"".join(map(text, items))
    number = lambda v: struct.pack("<II", 4, v)
    tokenizer = {"general.architecture": struct.pack("<I", 8) + text("llama"), "general.alignment": number(32),
                 "tokenizer.ggml.model": struct.pack("<I", 8) + text("gpt2"), "tokenizer.ggml.pre": struct.pack("<I", 8) + text("smollm"),
                 "tokenizer.ggml.tokens": strings("a", "b", "ab", "<s>"), "tokenizer.ggml.merges": strings("a b"),
                 "tokenizer.ggml.token_type": struct.pack("<IIQ4i", 9, 5, 4, 1, 1, 1, 3), "tokenizer.ggml.bos_token_id": number(3)}
    scored = dict(tokenizer)
    scored["tokenizer.ggml.model"] = struct.pack("<I", 8) + text("llama")
    scored["tokenizer.ggml.scores"] = struct.pack("<IIQ4f", 9, 6, 4, 0, -1, -2, 0)
    shape = {f"llama.{k}": number(v) for k, v in (("embedding_length", 8), ("block_count", 1), ("attention.head_count", 2),
             ("attention.head_count_kv", 1), ("feed_forward_length", 8), ("context_length", 16), ("vocab_size", 4))}
    for values in (tokenizer, scored, {**tokenizer, **shape}):
        body = b"".join(text(k) + v for k, v in values.items()) + text("output.weight") + struct.pack("<IQQIQ", 2, 4, 2, 0, 0)
        data = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values)) + body
        write("gguf", data + bytes(-len(data) % 32) + bytes(32))


def words(target):
    found = {r"\x1F"}
    for pattern in WORDS.get(target, []):
        for path in root.glob(pattern):
            for word in re.findall(r'"((?:[^"\\\n]|\\.)*)"', path.read_text(encoding="utf-8")):
                # backslashes: C's \n, \t, \r become what libFuzzer reads
                word = word.replace("\\n", "\\x0A").replace("\\t", "\\x09").replace("\\r", "\\x0D")
                plain = re.fullmatch(r'(?:[ -\[\]-~]|\\\\|\\"|\\x[0-9A-F]{2})+', word)
                if plain and len(word) <= 24 and "%" not in word and not word.endswith((".c", ".h")) and word.count(" ") < 3:
                    found.add(word)
    to = pathlib.Path(sys.argv[1]) / f"{target}.dict"
    to.write_text("".join(f'"{word}"\n' for word in sorted(found)), encoding="utf-8")


def corpus(target):
    path = tests / "fuzz/corpus" / f"{target}.txt"
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return [ast.literal_eval(line) for line in lines]


def add(target, files):
    inputs = {*corpus(target), *(pathlib.Path(f).read_bytes() for f in files)}
    path = tests / "fuzz/corpus" / f"{target}.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{i!r}\n" for i in sorted(inputs, key=lambda i: (len(i), i))), encoding="ascii")


if len(sys.argv) > 2:
    add(sys.argv[1], sys.argv[2:])
    sys.exit()
pathlib.Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
answers()
lists_and_configs()
programs()
tokenizers()
models()
for source in tests.glob("fuzz/fuzz_*.c"):
    name = source.stem.removeprefix("fuzz_")
    words(name)
    for data in corpus(name):
        write(name, data)
