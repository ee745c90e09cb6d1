#!/usr/bin/env python3
"""Compares `vkr1 tokenize --chat` with jinja2 in the environment of transformers on templates and conversations.
usage: tools/compare_templates.py VKR1 TEMPLATE_OR_DIRECTORY...   (.jinja files, tokenizer_config.json); exit code 1 when
something differs. The day that strftime_now shows is that of the run in both."""
import json
import pathlib
import subprocess
import sys

from transformers.utils.chat_template_utils import render_jinja_template

TOOL = {"type": "function", "function": {
    "name": "add", "description": "Adds \"two\" numbers <&> é",
    "parameters": {"type": "object", "properties": {"a": {"type": "number", "description": "first"},
                                                    "b": {"type": ["number", "null"], "enum": [1, 2.5, None, True]}},
                   "required": ["a", "b"]}}}
SYSTEM = {"role": "system", "content": " Be brief. "}
USER = {"role": "user", "content": " What is 2 + 3? "}
PARTS = {"role": "user", "content": [{"type": "text", "text": "What is"}, {"type": "text", "text": " 'this'?"}]}
THOUGHT = {"role": "assistant", "content": "<think>\nadd them\n</think>\n\nIt is 5."}
REASONED = {"role": "assistant", "content": "It is 5.", "reasoning_content": "add them"}
ANSWER = {"role": "assistant", "content": "It is 5."}
CALL = {"role": "assistant", "content": "", "tool_calls": [
    {"type": "function", "id": "call00001", "function": {"name": "add", "arguments": {"a": 2, "b": "3 \"x\"\n", "c": [1.0, None, True]}}}]}
TEXT_CALL = {"role": "assistant", "content": None, "tool_calls": [
    {"type": "function", "id": "call00001", "function": {"name": "add", "arguments": "{\"a\": 2}"}}]}
RESULT = {"role": "tool", "name": "add", "tool_call_id": "call00001", "content": "5"}

CONVERSATIONS = {
    "plain": ([USER], None), "system": ([SYSTEM, USER], None), "answered": ([USER, ANSWER], None),
    "turns": ([SYSTEM, USER, THOUGHT, USER, ANSWER, USER], None), "reasoned": ([USER, REASONED, USER, REASONED], None),
    "tools": ([SYSTEM, USER], [TOOL, TOOL]), "call": ([USER, CALL, RESULT], [TOOL]),
    "call answered": ([USER, CALL, RESULT, ANSWER, USER], [TOOL]), "text call": ([USER, TEXT_CALL, RESULT], [TOOL]),
    "two results": ([SYSTEM, USER, CALL, RESULT, RESULT, ANSWER], [TOOL]), "parts": ([PARTS], None),
    "parts answered": ([SYSTEM, PARTS, ANSWER], None), "empty": ([], None), "no content": ([{"role": "user"}], None),
    "developer": ([{"role": "developer", "content": "Be brief."}, USER], None), "assistant first": ([ANSWER, USER], None),
    "unicode": ([{"role": "user", "content": "Straße ÉCOLE 你好 \u00a0x\u2003"}], None),
}
VARIABLES = {"": {}, "thinking": {"enable_thinking": True, "thinking": True}, "no thinking": {"enable_thinking": False}}


def rows_of(template):
    for name, (messages, tools) in CONVERSATIONS.items():
        for said, variables in VARIABLES.items():
            for open_, final in ((True, False), (False, False), (False, True)):
                if final and (not messages or messages[-1]["role"] != "assistant"):
                    continue
                row = {"template": template, "messages": messages, "tools": tools, "add_generation_prompt": open_,
                       "bos_token": "<s>", "eos_token": "</s>", "continue_final_message": final,
                       "variables": {"documents": None, **variables}}
                yield f"{name} {said} {open_} {final}", row


def want_of(row):
    messages = [{k: v for k, v in m.items() if v is not None} for m in row["messages"]]
    try:
        text = render_jinja_template([messages], tools=row["tools"], chat_template=row["template"],
                                     add_generation_prompt=row["add_generation_prompt"],
                                     continue_final_message=row["continue_final_message"],
                                     bos_token=row["bos_token"], eos_token=row["eos_token"],
                                     **{k: v for k, v in row["variables"].items() if k != "documents"})
        return (text[0] if isinstance(text, tuple) else text)[0]
    except Exception as e:  # whatever the template raises
        return e


def templates_of(path):
    files = sorted(path.rglob("*.jinja")) if path.is_dir() else [path]
    files += sorted(path.rglob("tokenizer_config.json")) if path.is_dir() else []
    for f in files:
        text = f.read_text()
        if f.suffix == ".json":
            text = json.loads(text).get("chat_template")
        if isinstance(text, str):
            yield f.name if f.suffix != ".json" else f"{f.parent.name}/{f.name}", text


total = wrong = bad_templates = count = 0
for name, template in [t for p in sys.argv[2:] for t in templates_of(pathlib.Path(p))]:
    rows = list(rows_of(template))
    # tools: null says none, as transformers passes it; a key that is absent leaves the name undefined
    sent = "".join(json.dumps({**r, "variables": {"tools": None, **r["variables"]} if r["tools"] is None else r["variables"]})
                   + "\n" for _, r in rows)
    out = subprocess.run([sys.argv[1], "tokenize", "--chat"], input=sent, capture_output=True, text=True).stdout.splitlines()
    bad = []
    for i, (case, row) in enumerate(rows):
        got, want = json.loads(out[i]) if i < len(out) else {"error": "no line"}, want_of(row)
        if isinstance(want, Exception) != ("error" in got) or (not isinstance(want, Exception) and got["text"] != want):
            bad.append((case, got, want))
    total, wrong, count, bad_templates = total + len(rows), wrong + len(bad), count + 1, bad_templates + bool(bad)
    if bad:
        case, got, want = bad[0]
        print(f"{name}: {len(bad)} of {len(rows)} differ; {case}:\n    vkr1   {str(got)[:400]}\n    jinja2 {str(want)[:400]!r}")
print(f"{total - wrong} of {total} renderings of {count} templates agree, {count - bad_templates} templates wholly")
sys.exit(wrong > 0)
