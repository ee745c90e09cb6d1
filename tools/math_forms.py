"""The rewritings of tools/math_pairs.py: each takes an answer (.text in LaTeX, .value of SymPy or None) and a source of
random numbers, and gives another text, a pair (gold, other) where the gold answer changes too, or None where it does not
apply. EQUAL keeps the meaning, UNEQUAL changes it.
"""
import re

import sympy
from latex2sympy2_extended.logic import And
from latex2sympy2_extended.sets import FiniteSet
from sympy import Add, Integer, Interval, MatrixBase, Mul, Pow, Rational, Set, Symbol, Tuple, Union, latex
from sympy.core.relational import Relational

NUMBER = re.compile(r"^-?\d+$")
PLAIN = re.compile(r"^-?\d+(\.\d+)?$")
WORDS = re.compile(r"^\\text(?:bf|rm)?\{([A-Za-z ]+)\}$")
BASE = re.compile(r"^(\d+)_\{?(\d+)\}?$")
SPLIT = re.compile(r",(?![^()\[\]{}]*[)\]}])")  # commas outside of brackets


def scalar(a):
    return a.value is not None and not isinstance(a.value, (MatrixBase, Relational, And, Set, Tuple)) and not WORDS.match(a.text)


def rational(a):
    return a.value if isinstance(a.value, Rational) and scalar(a) else None


def functions(a):
    """An expression that holds more than numbers."""
    return a.value if scalar(a) and not isinstance(a.value, (Rational, Symbol)) else None


def printed(e, **style):
    return latex(e, **style)


def decimal(q, digits=6):
    """q as a decimal where it ends after at most `digits` digits, else None."""
    for d in range(digits + 1):
        if (q * 10**d).is_integer:
            whole = str(abs(int(q * 10**d))).rjust(d + 1, "0")
            text = whole[:-d] + "." + whole[-d:] if d else whole
            return ("-" if q < 0 else "") + text
    return None


# ---- equal forms of text ----

def spaced(a, rng):
    text = re.sub(r"\s*([+=<>])\s*", lambda m: rng.choice([" %s ", "%s", "\\, %s \\,", " %s"]) % m.group(1), a.text)
    return re.sub(r"(\d|\})\\pi", r"\1 \\pi", text) if text == a.text else text


def other_frac(a, rng):
    return re.sub(r"\\[dt]?frac(?=\{)", lambda m: rng.choice(["\\frac", "\\dfrac", "\\tfrac"]), a.text) if "frac{" in a.text else None


def sized_brackets(a, rng):
    if "\\left" in a.text:
        return a.text.replace("\\left", "").replace("\\right", "")
    if not re.search(r"[(\[]", a.text) or "\\begin" in a.text:
        return None
    return re.sub(r"([)\]])", r"\\right\1", re.sub(r"([(\[])", r"\\left\1", a.text))


def named(a, rng):
    return rng.choice(["x", "k", "A", "n"]) + " = " + a.text if rational(a) is not None and "\\text" not in a.text else None


def unit(a, rng):
    q = rational(a)
    if q is None or not re.match(r"^[-\d.,\\!{}frac]+$", a.text):
        return None
    return a.text + rng.choice(["\\text{ cm}", "\\text{ meters}", " \\text{ hours}", "\\text{ cm}^2", "\\,\\text{kg}", " \\text{ dollars}",
                                "\\text{ square units}", " \\mathrm{~km}", "\\text{ students}", "\\mbox{ inches}"])


def without_unit(a, rng):
    text = re.sub(r"(?:\s|\\[ ,;!])*\\(?:text|mbox|textnormal)\s*\{[^{}]*\}(?:\^\{?\d\}?)?$", "", a.text)
    return text if text and text != a.text else None


def dollars(a, rng):
    return "\\$" + a.text if PLAIN.match(a.text) and a.text[0] != "-" else None


def thousands(a, rng):
    if not NUMBER.match(a.text) or len(a.text.lstrip("-")) < 4:
        return None
    return f"{int(a.text):,}".replace(",", rng.choice([",", "{,}", ",\\!"]))


def without_thousands(a, rng):
    text = re.sub(r"(?<=\d)(?:,\\!\s*|\{,\}|,)(?=\d{3}(?!\d))", "", a.text)
    return text if NUMBER.match(text) and text != a.text else None


def trailing_zeros(a, rng):
    return a.text + (rng.choice(["0", "00"]) if "." in a.text else rng.choice([".0", ".00"])) if PLAIN.match(a.text) else None


def degrees(a, rng):
    if re.search(r"\\circ\}?$", a.text) and not re.search(r"\\(?:sin|cos|tan|cot|sec|csc)", a.text):
        return re.sub(r"\s*\^\s*\{?\s*\\circ\s*\}?$", "", a.text) + rng.choice(["", "^{\\circ}", "\\text{ degrees}"])
    return a.text + rng.choice(["^\\circ", "^{\\circ}"]) if NUMBER.match(a.text) and 0 < int(a.text) <= 360 else None


def words_case(a, rng):
    m = WORDS.match(a.text)
    return None if not m else rng.choice(["\\text{%s}" % m.group(1).lower(), "\\text{%s}" % m.group(1).capitalize(),
                                          "\\textbf{%s}" % m.group(1), "\\text{ %s }" % m.group(1)])


def base_braces(a, rng):
    m = BASE.match(a.text)
    return m and (f"{m[1]}_{m[2]}" if "{" in a.text else f"{m[1]}_{{{m[2]}}}")


# ---- equal forms of numbers ----

def unreduced(a, rng):
    q = rational(a)
    k = rng.randint(2, 9)
    return None if q is None else f"{'-' if q < 0 else ''}\\frac{{{abs(q.p) * k}}}{{{q.q * k}}}"


def slash(a, rng):
    q = rational(a)
    return None if q is None or q.q == 1 else f"{q.p}/{q.q}"


def sign_moved(a, rng):
    q = rational(a)
    return None if q is None or q.q == 1 or q > 0 else rng.choice(["\\frac{%d}{%d}" % (q.p, q.q), "\\frac{%d}{%d}" % (-q.p, -q.q)])


def exact_decimal(a, rng):
    q = rational(a)
    return None if q is None or q.q == 1 or "." in a.text else decimal(q)


def from_decimal(a, rng):
    q = rational(a)
    return f"{'-' if q < 0 else ''}\\frac{{{abs(q.p)}}}{{{q.q}}}" if q is not None and "." in a.text and q.q > 1 else None


def mixed(a, rng):
    q = rational(a)
    if q is None or q.q == 1 or abs(q) < 1:
        return None
    whole, rest = divmod(abs(q.p), q.q)
    return f"{'-' if q < 0 else ''}{whole}\\frac{{{rest}}}{{{q.q}}}"


def percent(a, rng):
    if re.search(r"\\\$|\\circ|\\text|\\mbox|\\%", a.text):  # 117 % is no $1.17
        return None
    q = rational(a)
    text = None if q is None or q.q == 1 else decimal(q * 100, 3)
    return text and text + rng.choice(["\\%", " \\%", " percent"])


def added_up(a, rng):
    q = rational(a)
    k = rng.randint(1, 30)
    return None if q is None or q.q > 50 else f"{printed(q - k)} + {k}"


def multiplied(a, rng):
    q = rational(a)
    k = q is not None and q.q == 1 and next((p for p in (2, 3, 5, 7, 11) if q and q % p == 0), None)
    return str(q // k) + rng.choice([" \\cdot ", " \\times "]) + str(k) if k else None


def as_power(a, rng):
    q = rational(a)
    if q is None or q.q != 1 or q < 4:
        return None
    power = sympy.perfect_power(int(q))
    return f"{power[0]}^{{{power[1]}}}" if power else f"\\sqrt{{{int(q)**2}}}" if q < 1000 else None


# ---- equal forms of expressions ----

def by(change):
    def form(a, rng):
        e = functions(a)
        if e is None:
            return None
        other = change(e)
        return None if other == e else printed(other)
    return form


def first_symbol(e):
    return sorted(e.free_symbols, key=str)[0] if e.free_symbols else None


def styled(**style):
    def form(a, rng):
        e = functions(a)
        return None if e is None or printed(e, **style) == printed(e) else printed(e, **style)
    return form


def shuffled(a, rng):
    e = functions(a)
    if not isinstance(e, Add):
        return None
    terms = list(Add.make_args(e))
    rng.shuffle(terms)
    text = printed(terms[0])
    for t in terms[1:]:
        s = printed(t)
        text += f" - {s[1:].strip()}" if s.startswith("-") else f" + {s}"
    return text


def common_factor(a, rng):
    e = functions(a)
    k = rng.choice([2, 3, 5, 7])
    return None if e is None else f"\\frac{{{printed(sympy.expand(k * e))}}}{{{k}}}"


def tripled_root(a, rng):
    """b sqrt(c) as sqrt(b^2 c)."""
    e = functions(a)
    if not isinstance(e, Mul) or len(e.args) != 2 or not isinstance(e.args[0], Integer) or not isinstance(e.args[1], Pow):
        return None
    return f"{'-' if e.args[0] < 0 else ''}\\sqrt{{{(e**2)}}}" if e.args[1].exp == Rational(1, 2) and e.is_number else None


# ---- equal forms of lists, intervals, relations, matrices ----

def listed(a):
    """The parts of "a, b, c", with or without the braces of a set."""
    text = re.sub(r"^\\(?:left)?\\?\{(.*?)(?:\\right)?\\\}$", r"\1", a.text)
    return [p.strip() for p in SPLIT.split(text)] if isinstance(a.value, FiniteSet) else None


def reordered(a, rng):
    parts = listed(a)
    if not parts or len(parts) < 2:
        return None
    rng.shuffle(parts)
    return "\\{" + ", ".join(parts) + "\\}" if "\\{" in a.text else ", ".join(parts)


def set_braces(a, rng):
    parts = listed(a)
    return parts and (", ".join(parts) if "\\{" in a.text else "\\{" + ",".join(parts) + "\\}")


def joined_by_and(a, rng):
    parts = listed(a)
    if not parts or len(parts) < 2:
        return None
    return ", ".join(parts[:-1]) + rng.choice([" \\text{ and } ", " and ", "\\text{ or }"]) + parts[-1]


def parts_printed(a, rng):
    """Tuples and matrices with their parts printed by SymPy."""
    if isinstance(a.value, (Tuple, Interval, MatrixBase, Union)) and not (isinstance(a.value, Tuple) and "[" in a.text):
        return printed(a.value, fold_short_frac=rng.random() < 0.5)
    return None


def other_matrix(a, rng):
    kind = "pmatrix" if "pmatrix" in a.text else "bmatrix" if "bmatrix" in a.text else None
    return kind and a.text.replace(kind, "bmatrix" if kind == "pmatrix" else "pmatrix")


def interval_of_inequality(a, rng):
    v = a.value
    if not isinstance(v, Interval) or not isinstance(a.value.start, Rational) and v.start != -sympy.oo:
        return None
    low, high = printed(v.start), printed(v.end)
    left, right = "<" if v.left_open else "\\le ", "<" if v.right_open else "\\le "
    if v.start == -sympy.oo and v.end == sympy.oo:
        return None
    gold = f"x {right} {high}" if v.start == -sympy.oo else f"{low} {left} x" if v.end == sympy.oo else f"{low} {left} x {right} {high}"
    return gold, printed(v)


def union_turned(a, rng):
    parts = re.split(r"\s*\\cup\s*", a.text)
    return " \\cup ".join(reversed(parts)) if len(parts) > 1 else None


def equation(a, e=None):
    v = e or a.value
    return v if isinstance(v, sympy.Eq) else None


def flipped(a, rng):
    if not isinstance(a.value, Relational) or a.text.count("=") > 1:
        return None
    turned = a.value.func if isinstance(a.value, (sympy.Eq, sympy.Ne)) else a.value.reversed.func
    return printed(turned(a.value.rhs, a.value.lhs, evaluate=False))


def moved_left(a, rng):
    return f"{printed(sympy.expand(a.value.lhs - a.value.rhs))} = 0" if equation(a) else None


def curve_of(a, rng):
    """A gold answer y = e of an expression e in x, and the same line moved about."""
    e = functions(a)
    if e is None or e.free_symbols != {Symbol("x")}:
        return None
    return f"y = {a.text}", rng.choice([f"{printed(sympy.expand(e))} = y", f"y = {printed(sympy.factor(e))}", f"y - {printed(Symbol('x'))} = {printed(sympy.expand(e - Symbol('x')))}"])


EQUAL = {
    "spaces": spaced, "dfrac and tfrac": other_frac, "left and right": sized_brackets, "named": named, "unit": unit,
    "unit left out": without_unit, "dollars": dollars, "thousands": thousands, "without thousands": without_thousands,
    "trailing zeros": trailing_zeros, "degrees": degrees, "words": words_case, "base in braces": base_braces,
    "not in lowest terms": unreduced, "a/b": slash, "sign of a fraction": sign_moved, "fraction to decimal": exact_decimal,
    "decimal to fraction": from_decimal, "mixed number": mixed, "percent": percent, "sum of numbers": added_up,
    "product of numbers": multiplied, "power of a number": as_power, "expand": by(sympy.expand), "factor": by(sympy.factor),
    "together": by(sympy.together), "apart": by(lambda e: sympy.apart(e, first_symbol(e)) if e.free_symbols else e),
    "radsimp": by(sympy.radsimp), "powers for roots": styled(root_notation=False), "a/b exponents": styled(fold_frac_powers=True),
    "cdot": styled(mul_symbol="dot"), "times": styled(mul_symbol="times"), "short fractions": styled(fold_short_frac=True),
    "ascending": styled(order="rev-lex"), "terms shuffled": shuffled, "over a number": common_factor, "under the root": tripled_root,
    "reordered": reordered, "set braces": set_braces, "and, or": joined_by_and, "parts printed": parts_printed,
    "other matrix": other_matrix, "inequality and interval": interval_of_inequality, "union turned": union_turned,
    "flipped": flipped, "moved left": moved_left, "curve": curve_of,
}
