#include "model/chat_forms.h"

#include <string.h>

static const char chatml[] =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

// Llama 3, 3.1, 3.2; what 3.1 adds to the system message (dates) is in the model's own template only.
static const char llama3[] =
    "{{ bos_token }}{% for m in messages %}"
    "{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n' + m.content|trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}";

static const char raw[] = "{% for m in messages %}{{ m.content }}{% endfor %}";

// The template of DeepSeek-R1-Zero (arXiv 2501.12948, table 1), for base models.
static const char r1[] =
    "A conversation between User and Assistant. The user asks a question, and the Assistant solves it. The assistant "
    "first thinks about the reasoning process in the mind and then provides the user with the answer. The reasoning "
    "process and answer are enclosed within <think> </think> and <answer> </answer> tags, respectively, i.e., <think> "
    "reasoning process here </think> <answer> answer here </answer>. User: {prompt}. Assistant:";

// Before a text with {prompt}: takes at most one message of each role, in this order.
static const char parts[] =
    "{%- set order = ['system', 'user', 'assistant'] -%}{%- set said = namespace(next=0, texts=['', none, '']) -%}"
    "{%- for m in messages -%}"
    "{%- set at = namespace(role=3) -%}"
    "{%- for role in order -%}{%- if role == m.role and loop.index0 >= said.next -%}"
    "{%- set at.role = loop.index0 -%}{%- endif -%}{%- endfor -%}"
    "{%- if at.role == 3 -%}{{- raise_exception('message ' ~ loop.index0 ~ ' has the role \"' ~ m.role ~ '\": "
    "this form takes one system, one user and one assistant message at most, in this order') -}}{%- endif -%}"
    "{%- set said.texts = said.texts[:at.role] + [m.content] + said.texts[at.role + 1:] -%}"
    "{%- set said.next = at.role + 1 -%}"
    "{%- endfor -%}"
    "{%- if said.texts[1] is none -%}{{- raise_exception('there is no message of the role \"user\"') -}}{%- endif -%}";

// n bytes that stand for themselves: {{ '...' }}.
static void put_literal(struct str *out, const char *s, size_t n)
{
    if (n == 0)
        return;
    str_puts(out, "{{- '");
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\r')
            str_puts(out, "\\r"); // a bare one would become a line end
        else
            str_printf(out, s[i] == '\'' || s[i] == '\\' ? "\\%c" : "%c", s[i]);
    }
    str_puts(out, "' -}}");
}

static void put_text_form(const char *text, struct str *out)
{
    bool system = strstr(text, "{system}");
    str_puts(out, parts);
    if (!system)
        str_puts(out, "{%- if said.texts[0] -%}{{- said.texts[0] ~ '\\n' -}}{%- endif -%}");
    const char *from = text;
    for (const char *s = text; *s;) {
        bool prompt = str_starts(s, "{prompt}"), sys = system && str_starts(s, "{system}");
        if (!prompt && !sys) {
            s++;
            continue;
        }
        put_literal(out, from, (size_t)(s - from));
        str_puts(out, prompt ? "{{- said.texts[1] -}}" : "{{- said.texts[0] -}}");
        s = from = s + strlen(prompt ? "{prompt}" : "{system}");
    }
    put_literal(out, from, strlen(from));
    str_puts(out, "{{- said.texts[2] -}}");
}

bool chat_form(const char *name, struct str *out, bool *own_bos)
{
    static const struct {
        const char *name, *template;
        bool own_bos;
    } forms[] = {{"chatml", chatml, true}, {"llama3", llama3, true}, {"raw", raw, false}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(name, forms[i].name) == 0) {
            str_puts(out, forms[i].template);
            *own_bos = forms[i].own_bos;
            return true;
        }
    }
    const char *text = strcmp(name, "r1") == 0 ? r1 : name;
    *own_bos = false;
    if (strstr(text, "{prompt}"))
        put_text_form(text, out);
    return strstr(text, "{prompt}");
}
