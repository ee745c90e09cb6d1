// The reward `code`: programs and their tests in every form, comparisons, what is said about failures.
#include "code_rows.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/lines.h"
#include "program.h"
#include "verify/code.h"

TEST(code, the_last_closed_block_of_the_language_is_the_program)
{
    static const struct {
        const char *completion, *code; // NULL: none
    } rows[] = {
        {"```python\na\n```", "a\n"},
        {"```python\na\n```\ntext\n```python\nb\n```\n", "b\n"},
        {"```py\na\n```", "a\n"},
        {"```Python3\na\n```", "a\n"},
        {"```python\na\n```\n```bash\nb\n```", "a\n"},
        {"```\na\n```", "a\n"},
        {"```python\na\n```\n```\nb\n```", "a\n"},
        {"```javascript\na\n```", NULL},
        {"<answer>```python\na\n```</answer>", "a\n"},
        {"```python\na\n", NULL}, // cut off
        {"```python\na\n```\n```python\nb\n", "a\n"},
        {"  ```python\n  a\n  ```", "a\n"},
        {"1. So:\n   ```python\n   if a:\n     b\n c\n\n   ```", "if a:\n  b\nc\n\n"},
        {"\t~~~python\n\ta\n\t~~~", "a\n"},
        {"~~~python\n```\na\n~~~", "```\na\n"},
        {"~~~\na\n~~~~", "a\n"},
        {"x~~~python\na\n~~~\n", NULL},
        {"````python\na\n```\nb\n````", "a\n```\nb\n"},
        {"````python\na\n```", NULL},
        {"<think>\n```python\na\n```\n</think>\nnothing", NULL},
        {"<think>```python\na\n```</think>```python\nb\n```", "b\n"},
        {"```python\n```", ""},
        {"```python\nprint('```')\n```", "print('```')\n"},
        {"```python\r\na\r\n```", "a\r\n"},
        {"", NULL},
        {"``````", NULL},
        {"use ```x``` here", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str code = {0};
        bool found = code_block_find(text_of(rows[i].completion), "python", &code);
        const char *got = code.data ? code.data : "";
        EXPECT(found == (rows[i].code != NULL) && (!found || strcmp(got, rows[i].code) == 0), "\"%s\": %d \"%s\"",
               rows[i].completion, found, got);
        str_finish(&code);
    }
}

// Long and strange texts: linear time, nothing read beyond them.
TEST(code, hostile_texts_end_quickly)
{
    static const char *const units[] = {"```", "```\n",           "```python\n", "`", "</think>", "``` ",
                                        "\n",  "```python ```\n", "1.5 ",        "x", "\xFF"};
    double begin = test_seconds();
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        struct str s = {0};
        while (s.size < 1000000)
            str_puts(&s, units[u]);
        char *exact = memcpy(malloc(s.size), s.data, s.size); // so that a sanitizer sees one byte too many
        struct text t = {exact, s.size};
        struct str code = {0};
        for (size_t cut = 0; cut < 12; cut++) {
            code_block_find((struct text){t.at, t.size - cut}, "python", &code);
            str_clear(&code);
        }
        str_finish(&code);
        EXPECT(code_output_same(t, t, CODE_FLOATS, 1e-6, NULL), "%s", units[u]);
        EXPECT(!code_output_same(t, (struct text){t.at, t.size / 2 - 7}, CODE_EXACT, 1e-6, NULL), "%s", units[u]);
        free(exact);
        str_finish(&s);
    }
    EXPECT(test_seconds() - begin < 20, "%g s", test_seconds() - begin);
}

TEST(code, strange_rows_are_no_tests)
{
    static const char *const values[] = {"0",
                                         "true",
                                         "\"\"",
                                         "\"[\"",
                                         "\"{\"",
                                         "\"[1\"",
                                         "[[[[[[]]]]]]",
                                         "[null]",
                                         "[[]]",
                                         "{}",
                                         "[{}]",
                                         "{\"inputs\":1,\"outputs\":1}",
                                         "{\"inputs\":[null],\"outputs\":[null]}",
                                         "{\"inputs\":[\"1\",\"2\"],\"outputs\":[\"1\",null]}",
                                         "{\"inputs\":{},\"outputs\":{}}",
                                         "{\"input\":{}}",
                                         "\"[[\\\"a\\\"]]\"",
                                         "\"{\\\"tests\\\":\\\"{}\\\"}\"",
                                         "{\"tests\":{\"test\":{\"test\":{\"test\":[\"assert 1\"]}}}}",
                                         "[\"assert 1\",5]"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct arena memory = {0};
        struct code_tests tests;
        struct err err = {0};
        struct str row = {0}, why = {0};
        str_printf(&row, "{\"metadata\":5,\"fn_name\":[],\"test_imports\":7,\"tests\":%s}", values[i]);
        struct json *v = json_parse(row.data, row.size, false, "row", &err);
        EXPECT(v && !code_tests_read(&tests, v, "", &memory, &why), "%s", row.data);
        EXPECT(why.size > 0, "%s", row.data);
        code_tests_finish(&tests);
        json_close(v);
        arena_finish(&memory);
        str_finish(&row);
        str_finish(&why);
    }
}

TEST(code, outputs_are_compared)
{
    static const struct {
        const char *got, *want;
        bool floats, tokens, exact;
        const char *why; // of floats
    } rows[] = {
        {"1 2\n", "1 2\n", true, true, true, ""},
        {"1 2", "1 2\n", true, true, true, ""},
        {" 1\n\n2 ", "1 2\n", true, true, false, ""},
        {"1\n", "1\n2\n", false, false, false,
         "printed too little: word 2 should be \"2\""}, // where open-r1's zip passes
        {"1\n2\n3\n", "1\n2\n", false, false, false, "printed too much: after the expected 2 words comes \"3\""},
        {"", "1", false, false, false, "printed too little: word 1"},
        {"", "", true, true, true, ""},
        {"\n", "", true, true, true, ""},
        {"0.3333333", "0.33333333333", true, false, false, ""},
        {"0.333", "0.33333333333", false, false, false,
         "word 1 of the output: expected \"0.33333333333\", got \"0.333\""},
        {"1e6", "1000000.0", true, false, false, ""},
        {"1000001.5", "1000001.4", true, false, false, ""},                  // relative above 1
        {"1000000", "1000001", false, false, false, "expected \"1000001\""}, // integers are exact
        {"5.0", "5", false, false, false, "expected \"5\", got \"5.0\""},
        {"5", "5.0", true, false, false, ""},
        {"nan", "0.5", false, false, false, "got \"nan\""},
        {"inf", "1e400", false, false, false, "got \"inf\""},
        {"0x1p1", "2.0", false, false, false, "got \"0x1p1\""},
        {"yes", "YES", false, false, false, "got \"yes\""},
        {"a.c", "a.b", false, false, false, "got \"a.c\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str why = {0};
        struct text got = text_of(rows[i].got), want = text_of(rows[i].want);
        bool floats = code_output_same(got, want, CODE_FLOATS, 1e-6, &why),
             tokens = code_output_same(got, want, CODE_TOKENS, 1e-6, NULL);
        bool exact = code_output_same(got, want, CODE_EXACT, 1e-6, NULL);
        str_puts(&why, "");
        EXPECT(floats == rows[i].floats && tokens == rows[i].tokens && exact == rows[i].exact &&
                   strstr(why.data, rows[i].why),
               "\"%s\" for \"%s\": %d %d %d \"%s\"", rows[i].got, rows[i].want, floats, tokens, exact, why.data);
        str_finish(&why);
    }
    struct str why = {0};
    code_output_same(text_of("a\nb\nx"), text_of("a\nb\nc"), CODE_EXACT, 0, &why);
    EXPECT(strcmp(why.data, "differs in line 3: expected \"c\" there, got \"x\"") == 0, "%s", why.data);
    str_finish(&why);
}

#define FUNCTIONAL "{\"input\":\"[1]\\n[2]\",\"output\":\"[1, 2]\",\"testtype\":\"functional\"}"

// Every form in which tests come, for a program that solves them and one that does not.
TEST(code, tests_are_read_in_every_form)
{
    static const char *const sums[] = {
        // read two numbers, print their sum
        "{\"tests\":{\"inputs\":[\"1 2\\n\",\"3 4\\n\"],\"outputs\":[\"3\\n\",\"7\\n\"]}}",
        "{\"input_output\":\"{\\\"inputs\\\":[\\\"1 2\\\"],\\\"outputs\\\":[\\\"3\\\"]}\"}",
        "{\"input_output\":{\"inputs\":[[\"1\",\"2\"]],\"outputs\":[[3]]}}",
        "{\"verification_info\":{\"language\":\"python\",\"test_cases\":[{\"fn_name\":null,\"input\":\"1 "
        "2\",\"output\":\"3\",\"type\":\"stdin_stdout\"}]}}",
        "{\"verification_info\":\"{\\\"language\\\":\\\"python\\\",\\\"test_cases\\\":[{\\\"input\\\":\\\"1 "
        "2\\\",\\\"output\\\":\\\"3\\\"}]}\"}",
        "{\"public_test_cases\":\"[{\\\"input\\\":\\\"1 "
        "2\\\",\\\"output\\\":\\\"3\\\",\\\"testtype\\\":\\\"stdin\\\"}]\",\"metadata\":\"{}\"}",
        "{\"reward_model\":{\"ground_truth\":\"{\\\"inputs\\\":[\\\"1 2\\\"],\\\"outputs\\\":[\\\"3\\\"]}\"}}",
        "{\"tests\":[{\"input\":\"1 2\",\"expected_output\":\"3\"}]}",
    };
    static const char *const functions[] = {
        // f(a, b) is the sum
        "{\"test_list\":[\"assert f(1,2) == 3\",\"assert f(-1,1) == 0\"],\"test_setup_code\":\"\"}",
        "{\"tests\":[\"assert f(*X) == 3\"],\"test_setup_code\":\"X = (1, 2)\",\"test_imports\":[\"import math\"]}",
        "{\"test\":\"def check(candidate):\\n    assert candidate(1, 2) == 3\\n\",\"entry_point\":\"f\"}",
        "{\"test\":\"def check(candidate):\\n    assert candidate(1, 2) == 3\\ncheck(f)\"}",
        "{\"tests\":{\"fn_name\":\"f\",\"inputs\":[[1,2],[\"a\",\"b\"]],\"outputs\":[3,[\"ab\"]]}}",
        "{\"input_output\":\"{\\\"fn_name\\\":\\\"f\\\",\\\"inputs\\\":[\\\"1\\\\n2\\\"],\\\"outputs\\\":[\\\"3\\\"]}"
        "\"}",
        "{\"public_test_cases\":[" FUNCTIONAL "," FUNCTIONAL "," FUNCTIONAL "," FUNCTIONAL "," FUNCTIONAL "," FUNCTIONAL
        "],\"metadata\":\"{\\\"func_name\\\":\\\"f\\\"}\"}",
        "{\"verification_info\":{\"test_cases\":[{\"fn_name\":\"f\",\"input\":[1,2],\"output\":[3],\"type\":\"function_"
        "call\"}]}}",
        "{\"tests\":{\"fn_name\":\"f\",\"inputs\":[{\"a\":1,\"b\":2}],\"outputs\":[3]}}",
    };
    if (!test_sandbox())
        return;
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        EXPECT(test_code("code", sums[i], "print(sum(map(int, open(0).read().split())))", NULL) == 1, "%s", sums[i]);
        EXPECT(test_code("code", sums[i], "print(4)", NULL) == 0, "%s", sums[i]);
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        EXPECT(test_code("code", functions[i], "def f(a, b): return a + b", NULL) == 1, "%s", functions[i]);
        EXPECT(test_code("code", functions[i], "def f(a, b): return a", NULL) == 0, "%s", functions[i]);
        EXPECT(test_code("code", functions[i], "def g(a, b): return a + b", NULL) == 0, "%s", functions[i]);
    }
    EXPECT(test_code("code",
                     "{\"tests\":{\"fn_name\":\"f\",\"inputs\":[[1000000000000000]],\"outputs\":[1000000000000001]}}",
                     "def f(a): return len(range(a)) + 1", NULL) == 1,
           "large whole numbers");
    EXPECT(test_code("code", "{\"tests\":{\"fn_name\":\"f\",\"inputs\":[[9007199254740993]],\"outputs\":[true]}}",
                     "def f(a): return a == 9007199254740993", NULL) == 1,
           "numbers keep their digits");
    EXPECT(test_code("code",
                     "{\"tests\":{\"fn_name\":\"f\",\"inputs\":[\"123456789012345678901\"],\"outputs\":["
                     "\"123456789012345678902\"]}}",
                     "def f(a): return a + 1", NULL) == 1,
           "large whole numbers as text");
    static const char text[] = "{\"tests\":{\"fn_name\":\"f\",\"inputs\":[[12]],\"outputs\":[\"12\"]}}";
    EXPECT(test_code("code", text, "def f(a): return str(a)", NULL) == 1 &&
               test_code("code", text, "def f(a): return a", NULL) == 0,
           "a number is not the text that is wanted");
    EXPECT(test_code("code", functions[6], "def f(a, b): return str(a + b)", NULL) == 0,
           "a text is not the list that is wanted");
    EXPECT(test_code("code", functions[4], "class Solution:\n def f(self, a, b): return a + b", NULL) == 1,
           "a method of Solution");
    // Infinity is Infinity: no number comes near it, whatever the tolerance.
    static const char *const infinite[] = {"\"Infinity\"", "\"1e999\"", "\"[1, -Infinity]\""};
    static const char *const values[] = {"float('inf')", "1e999", "[1, -float('inf')]"};
    for (int i = 0; i < 3; i++) {
        char row[256], code[256];
        snprintf(row, sizeof row, "{\"tests\":{\"fn_name\":\"f\",\"inputs\":[\"1\"],\"outputs\":[%s]}}", infinite[i]);
        snprintf(code, sizeof code, "def f(a): return %s", values[i]);
        EXPECT(test_code("code", row, code, NULL) == 1, "%s", code);
        EXPECT(test_code("code", row, i < 2 ? "def f(a): return 3" : "def f(a): return [1, -3]", NULL) == 0, "%s", row);
        EXPECT(test_code("code", row, i < 2 ? "def f(a): return 10**400" : "def f(a): return [1, 9]", NULL) == 0, "%s",
               row);
    }
}

// What LeetCode gives to its programs, and the harnesses of its problems too.
TEST(code, a_class_solution_has_the_usual_imports)
{
    static const char row[] = "{\"tests\":{\"fn_name\":\"f\",\"inputs\":[[[3,1,2],2]],\"outputs\":[5]}}";
    static const char *const right[] = {
        "class Solution:\n  def f(self, a: List[int], k: int) -> Optional[int]:\n    h = [-x for x in a]; heapify(h)\n"
        "    return sum(-heappop(h) for _ in range(k))",
        "class Solution:\n  def f(self, a, k):\n    d = defaultdict(int); c = Counter(a)\n    for i, x in "
        "enumerate(accumulate(sorted(a, reverse=True))): d[i] = x\n    return d[k - 1] + inf * 0 if k < 0 else d[k - "
        "1]",
        "class Solution:\n  @lru_cache(None)\n  def g(self, k): return math.gcd(10, 5 * k) // k\n"
        "  def f(self, a, k): return self.g(k) if pow(3, 2, 7) == 2 else 0", // pow stays the builtin
    };
    if (!test_sandbox())
        return;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        struct str why = {0};
        EXPECT(test_code("code", row, right[i], &why) == 1, "%s: %s", right[i], why.data ? why.data : "");
        str_finish(&why);
    }
    EXPECT(test_code("code", row, "def f(a: List[int], k): return 5", NULL) == 0, "only class Solution has them");
}

TEST(code, rows_without_tests_are_skipped)
{
    static const struct {
        const char *list, *row, *why;
    } rows[] = {
        {"code", "{}", "the row has no tests: skipped"},
        {"code", "{\"tests\":null}", "the row has no tests: skipped"},
        {"code", "{\"tests\":[]}", "the field tests has no tests that can be read: skipped"},
        {"code", "{\"tests\":{\"inputs\":[],\"outputs\":[]}}", "no tests that can be read"},
        {"code", "{\"tests\":{\"inputs\":[\"1\"],\"outputs\":[]}}", "inputs and outputs are not arrays of one length"},
        {"code", "{\"tests\":{\"fname\":\"559.json\",\"md5\":\"x\"}}",
         "it is none of the known forms"}, // LiveCodeBench's files
        {"code", "{\"tests\":[1]}", "a test is neither a text nor an object"},
        {"code", "{\"tests\":{\"fn_name\":\"f\",\"inputs\":[[1]],\"outputs\":[1e999]}}",
         "a test has a number that is larger than a program can hold"},
        {"code", "{\"tests\":[{\"output\":\"1\"}]}", "a test has no input or no output"},
        {"code", "{\"tests\":[{\"type\":\"functional\",\"input\":\"1\",\"output\":\"1\"}]}",
         "a test of type functional names no function"},
        {"code", "{\"tests\":\"print(1)\"}", "a text without assert is no test"},
        {"code", "{\"tests\":{\"tests\":{\"tests\":{\"tests\":{\"tests\":{}}}}}}", "none of the known forms"},
        {"code(tests=checks)", "{\"tests\":[\"assert 1\"]}", "the row has no tests in the field checks: skipped"},
        {"code", "{\"language\":\"cobol\",\"tests\":[{\"input\":\"\",\"output\":\"1\"}]}",
         "the tests are for cobol, for which there is no command"},
        {"code(commands=bash=bash)", "{\"language\":\"bash\",\"tests\":[\"assert 1\"]}",
         "tests that call functions need Python"},
    };
    if (!test_sandbox())
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str why = {0};
        double v = test_code(rows[i].list, rows[i].row, "print(1)", &why);
        EXPECT(isnan(v) && why.data && strstr(why.data, rows[i].why), "%s: %g, \"%s\"", rows[i].row, v,
               why.data ? why.data : "");
        str_finish(&why);
    }
}

TEST(code, large_numbers_of_tests_keep_their_digits)
{
    static const char row[] =
        "{\"tests\":{\"fn_name\":\"f\",\"inputs\":[[[9007199254740993]]],\"outputs\":[9007199254740994]}}";
    if (!test_sandbox())
        return;
    EXPECT(test_code("code", row, "def f(a):\n    return a[0] + 1", NULL) == 1, "the right one");
    EXPECT(test_code("code", row, "def f(a):\n    return a[0] + 2", NULL) == 0, "one too many");
    EXPECT(test_code("code", row, "def f(a):\n    return a[0]", NULL) == 0, "one too few");
}

TEST(code, the_first_failure_is_explained)
{
    static const char printing[] = "{\"tests\":{\"inputs\":[\"\",\"x\"],\"outputs\":[\"1\\n\",\"1\\n\"]}}";
    static const char calling[] = "{\"test_list\":[\"assert f([1, 2]) == 3\",\"assert f([]) == 0\"]}";
    static const struct code_row prints[] = {
        {"right", "print(1)", 1, "passed all 2 tests"},
        {"wrong in the second", "print(1 + len(open(0).read()))", 0,
         "test 2 of 2: word 1 of the output: expected \"1\", got \"2\""},
        {"raises", "x = 1\nraise ValueError('no')", 0,
         "test 1 of 2: ended with exit code 1: ValueError: no (line 2 of the code)"},
        {"syntax", "print(", 0, "SyntaxError: '(' was never closed (line 1 of the code)"},
        {"exit code", "print(1)\nraise SystemExit(3)", 0, "ended with exit code 3"},
        {"memory", "x = bytearray(10 << 30)", 0, "MemoryError"},
        {"output", "while True: print('x' * 1000)", 0, "printed more than 10"},
        {"asks for input", "input()\ninput()\n", 0, "EOFError: EOF when reading a line (line 1 of the code)"},
    };
    static const struct code_row calls[] = {
        {"right", "def f(x): return sum(x)", 1, "passed all 2 tests"},
        {"wrong", "def f(x): return len(x)", 0, "test 1 of 2: assert f([1, 2]) == 3 does not hold; f([1, 2]) gave 2"},
        {"raises", "def f(x):\n  return x[7]", 0,
         "assert f([1, 2]) == 3: IndexError: list index out of range; f([1, 2]) raised "
         "IndexError: list index out of range (line 2 of the code)"},
        {"no function", "x = 1", 0, "NameError: name 'f' is not defined"},
        {"syntax", "def f(:", 0, "test 1 of 2: SyntaxError: invalid syntax (line 1 of the code)"},
        {"at import", "import nothing_like_this", 0,
         "ModuleNotFoundError: No module named 'nothing_like_this' (line 1 of the code)"},
        {"ends", "def f(x):\n  import os\n  os._exit(0)", 0,
         "the program ended (exit code 0) before the tests were done"},
        {"memory", "def f(x): return len(bytearray(10 << 30))", 0, "raised MemoryError"},
    };
    if (!test_sandbox())
        return;
    EXPECT_CODE("code", printing, prints);
    EXPECT_CODE("code", calling, calls);
    struct str why = {0};
    double v = test_code("code(score=fraction)", calling, "def f(x): return 0", &why);
    EXPECT(v == 0.5 && strstr(why.data, "passed 1 of 2 tests; test 1 of 2: "), "%g %s", v, why.data);
    str_finish(&why);
    v = test_code("code(score=fraction)", printing, "print(len(open(0).read()))", &why);
    EXPECT(v == 0.5 && strstr(why.data, "passed 1 of 2 tests; test 1 of 2: word 1"), "%g %s", v, why.data);
    str_finish(&why);
}

// What programs hand to the tests and get from them, beyond numbers and texts.
TEST(code, values_cross_between_the_test_and_the_program)
{
    static const struct {
        const char *program, *test; // the test has ' for "
    } rows[] = {
        {"def f(): return (1, [2.5, None, True], {'a': (1,), 2: {3}}, b'x', 1j, frozenset([1]), range(3))",
         "assert f() == (1, [2.5, None, True], {'a': (1,), 2: {3}}, b'x', 1j, frozenset([1]), range(3))"},
        {"def f(): return float('inf'), -0.0, 10**5000",
         "import math; a = f(); assert a[0] == math.inf and math.copysign(1, a[1]) < 0 and a[2] == 10**5000"},
        {"from collections import Counter, deque\ndef f(): return Counter('aab'), deque([1])",
         "from collections import deque; assert f() == ({'a': 2, 'b': 1}, deque([1]))"},
        {"from fractions import Fraction\ndef f(): return Fraction(1, 2)", "assert f() == 0.5"},
        {"def f(a): a.sort()", "x = [3, 1]; f(x); assert x == [1, 3]"},
        {"def f(a): a['k'] = [1]", "x = {}; f(x); assert x == {'k': [1]}"},
        {"def f(n):\n  for i in range(n): yield i", "assert list(f(3)) == [0, 1, 2]"},
        {"class A:\n  def __init__(self, x): self.x = x\n  def twice(self): return 2 * self.x\n  def __len__(self): "
         "return 7",
         "a = A(4); assert a.twice() == 8 and a.x == 4 and len(a) == 7; a.x = 5; assert a.twice() == 10"},
        {"def f(g, x): return g(x) + 1", "assert f(lambda x: 2 * x, 5) == 11"},
        {"def f(g): return g(lambda x: x + 1)", "assert f(lambda h: h(1) * 10) == 20"},
        {"def f(x):\n  if x < 0: raise ValueError('negative')\n  return x",
         "\ntry:\n  f(-1)\n  assert False\nexcept ValueError as e:\n  assert str(e) == 'negative'\nassert f(2) == 2"},
        {"import math\nLIMIT = 3\ndef f(): return math.pi", "assert f() == math.pi and LIMIT == 3"},
        {"def f(s): return s[::-1]", "assert f('a\\u00e9\\u4e2d') == '\\u4e2d\\u00e9a'"},
        {"from dataclasses import dataclass\n@dataclass\nclass P:\n  x: int\ndef f(): return P(3)",
         "assert f().x == 3"},
        {"def f(a, *, b=2): return a + b", "assert f(1, b=5) == 6"},
        {"if __name__ == '__main__':\n  input()\ndef f(): return 1", "assert f() == 1"},
        {"def f(n): return 1 if n == 0 else f(n - 1)", "assert f(900) == 1"},
        // Builtin types and functions go by their name, both ways.
        {"def f(t, x): return t is int and isinstance(x, t) and [t(y) for y in ['1', '2']] == [1, 2]",
         "assert f(int, 3) is True"},
        {"def f(a, key): return key is len and sorted(a, key=key)", "assert f(['aa', 'b'], len) == ['b', 'aa']"},
        {"def f(x): return type(x)", "assert f(3) is int and f('') == str"},
        {"def f(): raise IndexError", "\ntry:\n  f()\n  assert False\nexcept LookupError:\n  pass"},
        // A solution's own exceptions can be caught, by their bases too, and asked.
        {"class Low(ValueError):\n  def __init__(self, by): super().__init__(f'low by {by}'); self.by = by\n"
         "class Lower(Low): pass\ndef f(x): raise Lower(x)",
         "\nn = 0\nfor k in (Lower, Low, ValueError, Exception):\n  try:\n    f(2)\n  except k as e:\n    n += 1\n"
         "    assert str(e) == 'low by 2' and type(e) is Lower\nassert n == 4"},
        {"class E(Exception):\n  def __init__(self, code): self.code = code\ndef f(): raise E({'a': 7})",
         "\ntry:\n  f()\nexcept E as e:\n  assert e.code == {'a': 7}\nelse:\n  assert False"},
        {"class E(Exception): pass\ndef f(g, k):\n  try: g()\n  except k: return 'caught'\ndef g(): raise E",
         "assert f(g, E) == 'caught'"},
        {"def f(a): return a", "x = list(range(100000)); assert f(x) == x"},
    };
    if (!test_sandbox())
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str row = {0}, why = {0};
        str_puts(&row, "{\"tests\":[");
        str_put_json(&row, rows[i].test, strlen(rows[i].test));
        str_puts(&row, "]}");
        double v = test_code("code", row.data, rows[i].program, &why);
        EXPECT(v == 1, "%s: %g, %s", rows[i].test, v, why.data);
        str_finish(&row);
        str_finish(&why);
    }
}

// All of HumanEval: its own solutions pass, and no solution without a body does.
static void human_eval(const char *body, double expected)
{
    enum { MAX = 200 };
    static struct problem problems[MAX];
    static struct reward_item items[MAX];
    static double parts[MAX];
    struct str why[MAX] = {{0}}, completions[MAX] = {{0}};
    struct json *rows[MAX];
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    struct lines l = {0};
    int n = 0;
    EXPECT(lines_open(&l, test_path("data/humaneval.jsonl"), &err), "%s", err.text);
    for (; n < MAX && lines_next(&l, &err); n++) {
        rows[n] = json_parse(l.line.data, l.line.size, false, "humaneval.jsonl", &err);
        str_printf(&completions[n], "```python\n%s%s\n```", json_string(json_get(rows[n], "prompt"), ""),
                   body ? body : json_string(json_get(rows[n], "canonical_solution"), ""));
        problems[n] = (struct problem){.row = rows[n]};
        items[n] = (struct reward_item){.problem = &problems[n],
                                        .completion = {completions[n].data, completions[n].size},
                                        .parts = &parts[n],
                                        .why = &why[n]};
    }
    lines_close(&l);
    EXPECT(n == 164, "%d", n);
    double begin = clock_now();
    bool ok = reward_set_parse(&set, "code(timeout=20)", &memory, &err) && reward_set_open(&set, &err);
    EXPECT(ok, "%s", err.text);
    if (ok)
        reward_run(&set, items, n);
    printf("    %d programs in %.1f s\n", n, clock_now() - begin);
    reward_set_close(&set);
    for (int i = 0; i < n; i++) {
        EXPECT(parts[i] == expected, "%s: %g: %s", json_string(json_get(rows[i], "task_id"), ""), parts[i],
               why[i].data);
        str_finish(&why[i]);
        str_finish(&completions[i]);
        json_close(rows[i]);
    }
    arena_finish(&memory);
}

TEST(code, human_eval_solutions_pass_and_empty_ones_do_not)
{
    if (!test_sandbox())
        return;
    human_eval(NULL, 1);
    human_eval("    pass", 0);
}

// A completion that goes on where the prompt ends.
TEST(code, a_prelude_stands_before_the_program)
{
    static const char row[] = "{\"prompt\":\"def f(x):\\n\",\"tests\":[\"assert f(2) == 4\"]}";
    struct err err = {0};
    if (!test_sandbox())
        return;
    struct json *v = json_parse(row, strlen(row), false, "row", &err);
    struct problem p = {.row = v};
    double value = test_reward_n("code(extract=whole,prelude=prompt)", "    return 2 * x\n", 17, &p);
    EXPECT(value == 1, "%g", value);
    json_close(v);
}

TEST(code, other_languages_run_by_their_command)
{
    static const char row[] = "{\"language\":\"sh\",\"tests\":[{\"input\":\"5\\n\",\"output\":\"6\\n\"}]}";
    struct err err = {0};
    if (!test_sandbox())
        return;
    struct json *v = json_parse(row, strlen(row), false, "row", &err);
    struct problem p = {.row = v};
    static const char completion[] = "```sh\nread x; echo $((x + 1))\n```";
    const char *list = "[{\"reward\":\"code\",\"language\":\"sh\",\"commands\":[\"sh=sh /code/main\"]}]";
    double value = test_reward_n(list, completion, strlen(completion), &p);
    EXPECT(value == 1, "%g", value);
    json_close(v);
}

TEST(code, wrong_options_are_refused)
{
    static const struct {
        const char *list, *message;
    } rows[] = {
        {"code(language=cobol)", "reward code: there is no command for the language cobol: give one, as in "
                                 "\"commands\": [\"cobol=... /code/main\"]"},
        {"code(commands=lua)", "reward code: the command \"lua\" must be written LANGUAGE=COMMAND"},
        {"[{\"reward\":\"code\",\"language\":\"zz\",\"commands\":[\"zz=no-such-program /code/main\"]}]",
         "reward code: the program no-such-program is not found in /usr/local/bin, /usr/bin or /bin"},
    };
    struct arena memory = {0};
    if (!test_sandbox())
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reward_set set;
        struct err err = {0};
        EXPECT(reward_set_parse(&set, rows[i].list, &memory, &err), "%s", err.text);
        EXPECT(!reward_set_open(&set, &err), "opened %s", rows[i].list);
        EXPECT_ERR(&err, rows[i].message);
        reward_set_close(&set);
    }
    arena_finish(&memory);
}

// Training reads rows whose tests are all that says what is right.
TEST(code, a_row_with_tests_needs_no_answer)
{
    static const char *const rows[] = {
        "{\"prompt\":\"Write f.\",\"tests\":[\"assert f(1) == 1\"]}",
        "{\"prompt\":\"Write f.\",\"test_list\":[],\"answer\":null}",
        "{\"prompt\":\"Write f.\",\"reward_model\":{\"ground_truth\":{\"inputs\":[\"1\"],\"outputs\":[\"1\"]}}}",
        "{\"prompt\":\"Write f.\"}"};
    for (int i = 0; i < 4; i++) {
        struct dataset_options o;
        struct arena memory = {0};
        struct problem p = {0};
        struct err err = {0};
        struct json *v = json_parse(rows[i], strlen(rows[i]), false, "row", &err);
        dataset_defaults(&o, PROBLEM_PLAIN);
        bool ok = problem_load(&p, &o, v, &memory, "line 1", &err);
        EXPECT(ok == (i < 3), "%s: %d %s", rows[i], ok, err.text);
        EXPECT(ok || strstr(err.text, "the field \"answer\" is missing"), "%s", err.text);
        json_close(v);
        arena_finish(&memory);
    }
}

TEST(code, score_explains)
{
    struct str out = {0}, messages = {0};
    if (!test_sandbox())
        return;
    int code = program_run_vkr1("score --reward code --explain",
                                "{\"completion\":\"```python\\ndef f(x): return x\\n```\",\"tests\":[\"assert f(1) == "
                                "1\",\"assert f(2) == 4\"]}\n"
                                "{\"completion\":\"no code\",\"tests\":[\"assert f(1) == 1\"]}\n",
                                &out, &messages);
    EXPECT(code == 0 &&
               strcmp(out.data,
                      "{\"rewards\":{\"code\":0},\"reward\":0,\"answer\":null,\"explain\":{\"code\":\"test 2 of 2: "
                      "assert f(2) == 4 does not hold; f(2) gave 2\"}}\n"
                      "{\"rewards\":{\"code\":0},\"reward\":0,\"answer\":null,\"explain\":{\"code\":\"no closed "
                      "code block of language python\"}}\n") == 0,
           "%d %s %s", code, out.data, messages.data);
    str_finish(&out);
    str_finish(&messages);
}
