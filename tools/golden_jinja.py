#!/usr/bin/env python3
"""Small templates, each for a feature that chat templates use, rendered by jinja2 in the environment of transformers:
writes tests/golden/chat/features.jsonl (template, want; null where it raises), which tests/test_jinja.c reads, and
tests/golden/chat/tools.jsonl (rows of data with tools and the prompts that they become), for tests/test_data.c."""
import json
import pathlib

from transformers.utils.chat_template_utils import _compile_jinja_template, render_jinja_template

MESSAGES = [
    {"role": "system", "content": " Be é brief. "},
    {"role": "user", "content": "Hi\nthere", "n": 3, "f": 1.0, "big": 123456789012345678901234567890, "no": None},
    {"role": "assistant", "content": [{"type": "text", "text": "it's"}, {"type": "image"}],
     "tool_calls": [{"function": {"name": "add", "arguments": {"a": 1, "b": [True, None, "x\"<&>"], "c": {}}}}]},
]
TEMPLATES = r"""
{{ messages[1] }}|{{ messages[2].content }}|{{ 'a' ~ none ~ true ~ 1.5 ~ [1, (2,)] }}
{{ messages[2]|tojson }}|{{ messages[2]|tojson(indent=2) }}|{{ {'é': 'ü'}|tojson(ensure_ascii=true) }}|{{ [1,{}]|tojson(separators=(',', ':')) }}
{{ {'b': 1, 'a': [], 'c': {}}|tojson(indent=4, sort_keys=true) }}
{{ messages[1].big }}|{{ messages[1].f }}|{{ 1e16 }}|{{ 1e15 }}|{{ 0.00001 }}|{{ 0.1 + 0.2 }}|{{ -7 // 2 }}|{{ -7 % 3 }}|{{ 7.5 % -2 }}
{% set x = 1 %}{% for i in range(3) %}{{ x }}{% set x = i + 5 %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(x=1, y=[]) %}{% for i in range(3) %}{% set ns.x = ns.x + i %}{% set ns.y = ns.y + [i] %}{% endfor %}{{ ns.x }}{{ ns.y }}
{% for a, b in {'x': 1, 'y': 2}.items() %}{{ loop.index }}{{ a }}{{ b }}{{ ',' if not loop.last }}{% endfor %}
{% for m in messages if m.role != 'user' %}{{ loop.index0 }}{{ loop.first }}{{ loop.length }}{{ loop.revindex }}{{ loop.depth }}{% else %}none{% endfor %}
{% for m in [] %}x{% else %}none{% endfor %}{% for c in 'é漢' %}[{{ c }}]{% endfor %}{% for k in {'a': 1} %}{{ k }}{% endfor %}
{% for i in range(10) %}{% if i == 2 %}{% continue %}{% endif %}{% if i > 4 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% for i in range(2) %}{% for j in range(2) %}{{ loop.depth }}{{ i }}{{ j }}{% if j == 0 %}{% continue %}{% endif %};{% endfor %}{% endfor %}
{% macro f(a, b=2, c=a) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ f(1) }}{{ f(1, c=5) }}{{ f(b=1) }}
{% macro fact(n) %}{% if n < 2 %}1{% else %}{{ n }}*{{ fact(n - 1) }}{% endif %}{% endmacro %}{{ fact(5) }}
{% macro f() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, x=3) }}{{ f(*[4, 5], **{'k': 6}) }}
{% macro box(t) %}<{{ t }}:{{ caller('in') }}>{% endmacro %}{% call(x) box('a') %}body {{ x }}{% endcall %}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(b=2) }}
{% macro f() %}{{ later }}{% endmacro %}{% set later = 'seen' %}{{ f() }}
{% set a, b = [1, 2] %}{{ a }}{{ b }}{% set t %} x {{ a }} {% endset %}[{{ t }}]{% set u | upper | trim %} abc {% endset %}[{{ u }}]
{% filter upper %}a{% filter trim %} b {% endfilter %}c{% endfilter %}
{{ missing }}|{{ missing is defined }}|{{ messages[0].nope is undefined }}|{{ missing|default('d') }}|{{ ''|default('d', true) }}|{{ none|default('d') }}|{{ missing|length }}|{{ missing == other }}
{{ missing.x }}
{{ missing + 'x' }}
{{ messages[0].nope.strip() }}
{{ 'x' in missing }}|{{ missing|list }}|{{ missing ~ 'x' }}|{{ missing or 'y' }}|{{ not missing }}|{{ missing is iterable }}|{{ missing is sequence }}
{{ ' a b  c '.split() }}|{{ 'a,b,c'.split(',', 1) }}|{{ 'a,b,c'.rsplit(',', 1) }}|{{ 'a\nb\r\nc\n'.splitlines() }}|{{ ' a b c '.split(none, 1) }}
{{ '  x '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'xya'.lstrip('yx') }}|{{ 'abc'.rstrip('c') }}|{{ '\u00a0x\u2003'.strip() }}|{{ ' x '|trim }}|{{ 'xax'|trim('x') }}
{{ 'abc'.startswith('ab') }}|{{ 'abc'.endswith(('x', 'c')) }}|{{ 'abab'.replace('ab', 'x', 1) }}|{{ 'ab'.replace('', '-') }}|{{ 'abcab'.find('b') }}|{{ 'abcab'.rfind('b') }}|{{ 'abcab'.count('ab') }}|{{ 'é漢x'.find('x') }}
{{ 'straße é'.upper() }}|{{ 'ÀÉ'.lower() }}|{{ "they're bill's"|title }}|{{ "they're bill's".title() }}|{{ 'ABC def'.capitalize() }}|{{ 'x-y (z'|title }}|{{ 'aBC'|capitalize }}
{{ '{} and {1}'.format('a', 'b') if false else '{}-{}'.format('a', 1) }}|{{ '{1}{0}{{}}'.format('a', 'b') }}|{{ '{k}'.format(k=2) }}|{{ ', '.join(['a', 'b']) }}
{{ 'abcdef'[1:4] }}|{{ 'abcdef'[::-1] }}|{{ 'abcdef'[-2:] }}|{{ 'aéb漢'[1:3] }}|{{ 'aéb漢'[-1] }}|{{ [1,2,3,4][::2] }}|{{ [1,2,3,4][3:0:-2] }}|{{ (1,2,3)[:-1] }}|{{ 'ab'[9:] }}|{{ 'ab'[5] }}|{{ range(5)[1:3]|list }}
{{ messages|map(attribute='role')|join(', ') }}|{{ messages|map(attribute='n', default=0)|list }}|{{ ['a']|map('upper')|list }}|{{ messages|selectattr('role', 'equalto', 'user')|list|length }}|{{ messages|selectattr('tool_calls')|list|length }}|{{ messages|rejectattr('role', 'in', ['user'])|map(attribute='role')|list }}|{{ [1,2,3]|reject('odd')|list }}|{{ [0,1]|select|list }}
{{ messages|map(attribute='content.0.text')|list }}|{{ messages|selectattr('tool_calls', 'defined')|map(attribute='tool_calls.0.function.name')|first }}
{{ {'b': 1, 'A': 2, 'c': 0}|dictsort }}|{{ {'b': 1, 'a': 2}|dictsort(by='value') }}|{{ {'b': 1, 'a': 2}|dictsort(reverse=true) }}|{{ ['b', 'A', 'c']|sort }}|{{ [3,1,2]|sort(reverse=true) }}|{{ ['a', 'A', 'b']|unique|list }}|{{ [3,1]|min }}|{{ ['a','B']|max }}
{{ [1,2]|first }}|{{ [1,2]|last }}|{{ 'ab'|last }}|{{ 'ab'|reverse }}|{{ [1,2]|reverse|list }}|{{ [1,2]|sum }}|{{ []|first }}|{{ 'ab'|list }}|{{ {'a': 1}|items|list }}|{{ {'a': 1}.items() }}|{{ {'a': 1}.keys() }}|{{ {'a': 1}.values()|list }}
{{ '3.7'|int }}|{{ 'x'|int }}|{{ 'x'|int(5) }}|{{ 3.9|int }}|{{ '2'|float }}|{{ -3|abs }}|{{ true|int }}|{{ 3|string + '4' }}|{{ true|string }}|{{ none|string }}
{{ 'a\nb\n\nc'|indent }}|{{ 'a\nb\n'|indent(2, first=True) }}|{{ 'a\n\nb'|indent(2, blank=true) }}
{{ ([1]|map('string'))|tojson }}
{{ none|selectattr('a', 'equalto', 1)|list }}{{ 0|map('upper')|list }}{{ false|reject|list }}{{ missing|rejectattr('a')|list }}{{ none|map(attribute='a')|join }}{{ none|select('nofilter')|list }}
{{ 1|selectattr('a')|list }}
{{ [1]|map('string')|length }}
{{ 1 is number }}{{ true is number }}{{ true is integer }}{{ 1.0 is float }}{{ 'a' is string }}{{ {} is mapping }}{{ [] is sequence }}{{ 'a' is iterable }}{{ none is none }}{{ true is true }}{{ 1 is true }}{{ 0 is false }}{{ 1 is boolean }}{{ 4 is even }}{{ 9 is divisibleby 3 }}{{ 1 is in [1] }}{{ 2 is not in [1] }}{{ 1 is eq 1.0 }}{{ (1,) is sequence }}
{{ 1 < 2 < 3 }}{{ 3 > 2 == true }}{{ 'a' < 'b' }}{{ [1,2] < [1,3] }}{{ 1 == true }}{{ 1 != '1' }}{{ not 1 == 2 }}{{ 'a' 'b' }}{{ 2 * 'ab' }}{{ [1] * 2 }}{{ 2 ** 3 }}{{ 7 / 2 }}{{ 6 / 3 }}
{{ (messages[1].role == 'user') != (1 % 2 == 0) }}{{ 'user' == messages[1].role and messages[1].n > 2 }}{{ 0 or '' or 'x' }}{{ 1 and [] }}{{ 'a' if false }}|{{ 'a' if 0 else 'b' if 0 else 'c' }}
{{ 'a' < 1 }}
{{ 1 in 'a' }}
{{ 'a' + 1 }}
{{ {'items': 1}['items'] }}{{ {'items': 1}.get('items') }}{{ {'a': 1}.get('b') }}{{ {'a': 1}.get('b', 2) }}{{ {1: 'x', true: 'y'} }}{{ {'a': 1}.a }}{{ {'a': {'b': 2}}['a'].b }}
{{ [1].append(2) }}
{{ [1].append is defined }}
{{ dict(a=1, **{'b': 2}) }}{{ dict({'x': 1}) }}{{ [1,2].index(2) }}{{ [1,1].count(1) }}{{ range(1, 8, 3)|list }}{{ range(3, 0, -1)|list }}
{{ raise_exception('no: ' ~ messages[0].role) }}
{{ "\x41\u00e9\t\\\'\"\n" }}|{{ 'a\qb' }}|{{ "\101" }}|{{ 1_000 }}|{{ 1.5e3 }}
{{ x|nofilter if false else 'deferred' }}{{ 1 is notest if false else '' }}
{% if false %}{{ x|nofilter }}{% endif %}ok
{{ 'x'|nofilter }}
{{ 'a'|safe + '<' }}|{{ '<'|safe }}|{{ ('a'|safe) ~ '<' }}|{{ '<' + 'a'|safe }}
a {%- if true %} b {% endif -%} c {{- ' d ' -}} e {#- f -#} g{% raw %} {{ x }} {% endraw %}h {%- raw -%} i {%- endraw -%} j
{% generation %}a{% set x = 1 %}{% endgeneration %}{{ x is defined }}
{% set messages = messages[1:] %}{{ messages|length }}{% if messages %}{% set y = 5 %}{% endif %}{{ y }}
{{ ['a', 'b']|join }}{{ [1, none, true]|join('-') }}{{ 'abc'|join('.') }}{{ messages|join(',', attribute='role') }}{{ messages[0]['role'] }}{{ messages[0]['no' ~ 'pe'] is defined }}{{ messages.0.role }}
{{ loop is defined }}{% for i in [1] %}{{ loop.previtem is defined }}{{ loop.cycle('x', 'y') }}{% endfor %}
{{ [[1, [2]], {'a': ("b'", 'c"', 'd\'"')}] }}{{ '\x00\x7f\u200b\n' |list }}{{ [1.0, -0.0, 1e100, 12345678.9] }}
{{ 'abc'|length }}{{ '漢字'|length }}{{ {'a': 1}|length }}{{ (1, 2)|count }}{{ 'x'.isdigit() }}{{ '12'.isdigit() }}{{ 'abc'.removeprefix('a') }}{{ 'abc'.removesuffix('x') }}
{% set x = namespace() %}{% set x.a = 1 %}{{ x.a }}{{ x.b is defined }}{{ x['a'] }}{% set d = {} %}{% set d.a = 1 %}
{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}
{% for x in none %}{% endfor %}
{{ 'abc'[::0] }}
{{ 1 // 0 }}
{{ strftime_now('no format') }}{{ strftime_now is defined }}{{ raise_exception is defined }}
"""
MULTILINE = [
    "{% for m in messages %}\n  {% if m.role == 'user' %}\n  {{ m.role }}\n  {% endif %}\n{% endfor %}\nend\n",
    "  {% set x = 1 %}  \n\t{# note #}\n x {{ x }}\n\n", "a\r\nb\rc\r\n", "  {%+ if true %}\n x\n {%- endif +%}\n y",
    "{{ 'a' }}\n{{- 'b' }} \n {{ 'c' -}}\n d", "  {# a\n b #}  \nx", "{%- macro f() %}\n  x\n{% endmacro -%}\n\n[{{ f() }}]\n\n",
    "{% if x %}", "{% for %}{% endfor %}", "{{ 'a }}", "{{ (1 }}", "{% endif %}", "{{ }}", "{# a", "{{ 1 | }}", "{% set 1 = 2 %}",
    "{{ {'a': {'b': 1}}['a']['b'] }}{{ {'}}': 1} }}", "{% if a %}{% else %}{% elif b %}{% endif %}", "x{",
]

out = []
for template in [t for t in TEMPLATES.split("\n") if t] + MULTILINE:
    try:
        want = _compile_jinja_template(template).render(messages=MESSAGES)
    except Exception:  # whatever the template raises
        want = None
    out.append(json.dumps({"template": template, "want": want}, ensure_ascii=False) + "\n")
path = pathlib.Path(__file__).parent.parent / "tests/golden/chat/features.jsonl"
path.parent.mkdir(exist_ok=True)
path.write_text("".join(out))
(path.parent / "messages.json").write_text(json.dumps(MESSAGES, ensure_ascii=False) + "\n")

TOOLS_TEMPLATE = """{%- if tools %}
{{- '<|im_start|>system\\n' ~ (messages[0].content if messages[0].role == 'system' else 'S') ~ '\\n<tools>' }}
{%- for tool in tools %}{{ '\\n' ~ tool | tojson }}{% endfor %}{{- '\\n</tools><|im_end|>\\n' }}
{%- endif %}
{%- for m in messages if m.role != 'system' or not tools %}
{{- '<|im_start|>' ~ m.role ~ '\\n' ~ (m.content or '') }}
{%- for call in m.tool_calls or [] %}{{ '\\n<call>' ~ call.function.name ~ ' ' ~ call.function.arguments | tojson ~ '</call>' }}
{%- endfor %}{{- '<|im_end|>\\n' }}
{%- endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""
ADD = {"type": "function", "function": {"name": "add", "description": "Adds \"two\" <numbers> é", "parameters": {
    "type": "object", "properties": {"a": {"type": "number", "minimum": 1.0, "enum": [1, 2.50, None, True]},
                                     "b": {"type": ["number", "null"]}}, "required": ["a"]}}}
USER = {"role": "user", "content": "2+3?"}
TALK = [{"role": "system", "content": "Own."}, USER, {"role": "assistant", "content": None, "tool_calls": [
    {"type": "function", "id": "c1", "function": {"name": "add", "arguments": {"a": 2, "b": 3}}}]},
    {"role": "tool", "tool_call_id": "c1", "content": "5"}]
rows = []
for messages in ([USER], TALK):
    for tools in ([ADD, ADD], json.dumps([ADD]), json.dumps([ADD], ensure_ascii=False, indent=1), [], "[]", "", "null", None):
        rows.append(({"prompt": messages, "answer": "5", "tools": tools}, messages))
rows.append(({"prompt": "2+3?", "answer": "5", "tools": json.dumps([ADD])}, [USER]))
rows.append(({"prompt": "2+3?", "answer": "5", "tools": [ADD]}, [USER]))
rows.append(({"prompt": "2+3?", "answer": "5", "tools": "hammer, saw"}, [USER]))
rows.append(({"prompt": "2+3?", "answer": "5", "tools": ["hammer"]}, [USER]))
rows.append(({"messages": TALK + [{"role": "assistant", "content": "It is 5."}], "tools": json.dumps([ADD])}, TALK))
rows.append(({"conversations": [{"from": "human", "value": "2+3?"}, {"from": "gpt", "value": "5"}], "system": "Own.",
              "tools": json.dumps([ADD])}, [TALK[0], USER]))
out = [json.dumps({"template": TOOLS_TEMPLATE}) + "\n"]
for row, messages in rows:
    tools = row["tools"]
    try:
        tools = json.loads(tools) if isinstance(tools, str) else tools
    except json.JSONDecodeError:
        tools = None
    tools = tools if tools and isinstance(tools[0], dict) else None
    messages = [{k: v for k, v in m.items() if v is not None} for m in messages]
    text = render_jinja_template([messages], tools=tools, chat_template=TOOLS_TEMPLATE, add_generation_prompt=True)
    out.append(json.dumps({"row": row, "text": text[0][0]}, ensure_ascii=False) + "\n")
(path.parent / "tools.jsonl").write_text("".join(out))
