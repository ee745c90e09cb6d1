"""Chat prompts by transformers' template engine, for golden_tokenizer.py."""
import json
import pathlib

import gguf
from transformers.utils.chat_template_utils import render_jinja_template

# What the templates of Llama 3 and 3.1 and of Qwen2.5 do with plain messages (their parts for tools left out).
LLAMA3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + "
    "message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}"
    "{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}")
LLAMA31 = (
    "{{- bos_token }}{%- set date_string = '26 Jul 2024' %}{%- if messages[0]['role'] == 'system' %}{%- set "
    "system_message = messages[0]['content']|trim %}{%- set messages = messages[1:] %}{%- else %}{%- set system_message = "
    "'' %}{%- endif %}{{- '<|start_header_id|>system<|end_header_id|>\n\n' }}{{- 'Cutting Knowledge Date: December 2023\n' "
    "}}{{- 'Today Date: ' + date_string + '\n\n' }}{{- system_message }}{{- '<|eot_id|>' }}{%- for message in messages %}"
    "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}")
QWEN25 = (
    "{%- if messages[0]['role'] == 'system' %}\n    {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' "
    "}}\n{%- else %}\n    {{- '<|im_start|>system\\nYou are Qwen, created by Alibaba Cloud. You are a helpful "
    "assistant.<|im_end|>\\n' }}\n{%- endif %}\n{%- for message in messages %}\n    {%- if (message.role == 'user') or "
    "(message.role == 'system' and not loop.first) or (message.role == 'assistant') %}\n        {{- '<|im_start|>' + "
    "message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}\n    {%- endif %}\n{%- endfor %}\n{%- if "
    "add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n{%- endif %}\n")

SYSTEM = {"role": "system", "content": " Answer in one word. "}
USER = {"role": "user", "content": "What is 2+2?\n"}
SAID = {"role": "assistant", "content": "Four."}
THOUGHT = {"role": "assistant", "content": "<think>\nTwo and two.\n</think>\n\nFour."}
AGAIN = {"role": "user", "content": "  Sure? "}
CONVERSATIONS = [[USER], [SYSTEM, USER], [USER, SAID], [USER, SAID, AGAIN], [SYSTEM, USER, THOUGHT, AGAIN], [USER, THOUGHT],
                 [USER, SAID, SAID], [USER, THOUGHT, SAID]]


def chat_lines(smollm2, qwen3):

    field = gguf.GGUFReader(smollm2).fields["tokenizer.chat_template"]
    config = json.loads((pathlib.Path(qwen3).parent / "tokenizer_config.json").read_text())
    lines = []
    for name, template, bos in [("smollm2", field.contents(), "<|im_start|>"), ("qwen3", config["chat_template"], None),
                                ("qwen2.5", QWEN25, None), ("llama3", LLAMA3, "<|begin_of_text|>"),
                                ("llama3.1", LLAMA31, "<|begin_of_text|>")]:
        lines.append({"name": name, "template": template, "bos": bos})
        for messages in CONVERSATIONS:
            for prompt in (False, True):
                text = render_jinja_template([messages], chat_template=template, add_generation_prompt=prompt,
                                             bos_token=bos)[0][0]
                lines.append({"messages": messages, "add_generation_prompt": prompt, "text": text})
    return lines
