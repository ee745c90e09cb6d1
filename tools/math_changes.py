"""The changes of tools/math_pairs.py that make another answer of one: a number, a sign, an order, a letter. As the forms
of tools/math_forms.py: each takes an answer and a source of random numbers and gives another text, or None.
"""
import re

import sympy
from latex2sympy2_extended.sets import FiniteSet
from sympy import Add, Integer, Interval, MatrixBase, Mul, Pow, Rational, Symbol, Tuple, latex
from sympy.core.relational import Relational

from math_forms import BASE, NUMBER, PLAIN, WORDS, decimal, functions, listed, rational, scalar

OTHER_WORDS = ["east", "west", "odd", "even", "parabola", "circle", "Tuesday", "yes", "no", "neither", "Carla"]


def fraction(q):
    return f"{'-' if q < 0 else ''}\\frac{{{abs(q.p)}}}{{{q.q}}}" if q.q > 1 else str(q.p)


def next_to(a, rng):
    q = rational(a)
    return None if q is None else fraction(q + rng.choice([-2, -1, 1, 2, 10]))


def negative(a, rng):
    q = rational(a)
    return fraction(-q) if q else None


def turned_over(a, rng):
    q = rational(a)
    return fraction(1 / q) if q else None


def shifted(a, rng):
    q = rational(a)
    text = decimal(q * Rational(10) ** rng.choice([-2, -1, 1, 3])) if q else None
    return text if text and abs(q) != 0 else None


def digits_swapped(a, rng):
    if not NUMBER.match(a.text) or len(a.text) < 2:
        return None
    i = rng.randrange(len(a.text) - 1)
    s = a.text
    return s[:i] + s[i + 1] + s[i] + s[i + 2:] if s[i] != "-" else None


def other_numerator(a, rng):
    q = rational(a)
    return None if q is None or q.q == 1 else f"{'-' if q < 0 else ''}\\frac{{{abs(q.p) + 1}}}{{{q.q}}}"


def other_denominator(a, rng):
    q = rational(a)
    return None if q is None or q.q == 1 else f"{'-' if q < 0 else ''}\\frac{{{abs(q.p)}}}{{{q.q + rng.choice([-1, 1, 2])}}}"


def cut_decimal(a, rng):
    """Two or three digits of a fraction that does not end."""
    q = rational(a)
    if q is None or decimal(q, 8) is not None:
        return None
    return decimal(Rational(int(q * 1000), 1000))


def slipped_percent(a, rng):
    q = rational(a)
    text = decimal(q * 10, 3) if q is not None and q.q > 1 else None
    return text and text + "\\%"


def replaced(e, place, make):
    """e with the part at a path of argument numbers changed."""
    if not place:
        return make(e)
    parts = list(e.args)
    parts[place[0]] = replaced(parts[place[0]], place[1:], make)
    return e.func(*parts)


def places(e, wanted, at=()):
    found = [at] if wanted(e) else []
    for i, part in enumerate(e.args):
        found += places(part, wanted, at + (i,))
    return found


def at_random(e, rng, wanted, make):
    found = places(e, wanted)
    return latex(replaced(e, rng.choice(found), make)) if found else None


def number_inside(a, rng):
    e = functions(a)
    step = rng.choice([-1, 1, 2])
    return None if e is None else at_random(e, rng, lambda p: isinstance(p, Rational) and p not in (-1, 0), lambda p: p + step)


def sign_of_a_term(a, rng):
    e = functions(a)
    if not isinstance(e, Add):
        return latex(-e) if e is not None else None
    terms = list(e.args)
    i = rng.randrange(len(terms))
    return latex(Add(*terms[:i], -terms[i], *terms[i + 1:]))


def term_dropped(a, rng):
    e = functions(a)
    if not isinstance(e, Add):
        return None
    terms = list(e.args)
    terms.pop(rng.randrange(len(terms)))
    return latex(Add(*terms))


def factor_dropped(a, rng):
    e = functions(a)
    if not isinstance(e, Mul):
        return None
    factors = list(e.args)
    factors.pop(rng.randrange(len(factors)))
    return latex(Mul(*factors))


def exponent(a, rng):
    e = functions(a)
    step = rng.choice([-1, 1])
    return None if e is None else at_random(e, rng, lambda p: isinstance(p, Pow) and p.exp.is_Integer, lambda p: p.base ** (p.exp + step))


def under_a_root(a, rng):
    e = functions(a)
    return None if e is None else at_random(e, rng, lambda p: isinstance(p, Pow) and p.exp == Rational(1, 2), lambda p: sympy.sqrt(p.base + 1))


def other_letter(a, rng):
    e = functions(a)
    letters = sorted(e.free_symbols, key=str) if e is not None else []
    if not letters:
        return None
    old = rng.choice(letters)
    new = rng.choice([s for s in "xyztkmnab" if s != str(old)])
    return latex(e.subs(old, Symbol(new)))


def pi_left_out(a, rng):
    e = functions(a)
    return latex(e.subs(sympy.pi, 1)) if e is not None and e.has(sympy.pi) else None


def conjugate(a, rng):
    e = functions(a)
    return latex(sympy.expand(e.subs(sympy.I, -sympy.I))) if e is not None and e.has(sympy.I) else None


def off_by_a_little(a, rng):
    """The value as a decimal of few digits, which it is not: 6 digits after the point count as equal."""
    e = functions(a)
    if e is None or not e.is_number or not e.is_real:
        return None
    text = str(sympy.N(e, 5))
    return text if abs(Rational(text) - sympy.N(e, 30)) > Rational(1, 100000) else None


# ---- lists, tuples, intervals, matrices, relations, words ----

def shortened(a, rng):
    parts = listed(a)
    if not parts or len(parts) < 2:
        return None
    parts.pop(rng.randrange(len(parts)))
    return ", ".join(parts)


def lengthened(a, rng):
    parts = listed(a)
    return parts and ", ".join(parts + [str(rng.randint(20, 99))])


def element_changed(a, rng):
    e = a.value
    if not isinstance(e, (FiniteSet, Tuple, MatrixBase)) or not len(e.args):
        return None
    parts = list(e._unsorted_args) if isinstance(e, FiniteSet) else list(e)
    i = rng.randrange(len(parts))
    parts[i] = parts[i] + rng.choice([-1, 1, Rational(1, 2)])
    if isinstance(e, MatrixBase):
        return latex(sympy.Matrix(e.shape[0], e.shape[1], parts), mat_str="pmatrix", mat_delim="")
    return ", ".join(map(latex, parts)) if isinstance(e, FiniteSet) else "(" + ", ".join(map(latex, parts)) + ")"


def permuted(a, rng):
    e = a.value
    if isinstance(e, Interval) and a.text.startswith("(") and a.text.endswith(")"):
        parts = [e.start, e.end]
    elif isinstance(e, Tuple):
        parts = list(e)
    else:
        return None
    return "(" + ", ".join(map(latex, reversed(parts))) + ")"


def coordinate_changed(a, rng):
    e = a.value
    if not isinstance(e, Interval):
        return None
    ends = [e.start, e.end]
    i = rng.randrange(2)
    ends[i] = ends[i] + 1 if ends[i].is_finite else Integer(rng.randint(50, 60)) * (1 if i else -1)
    return ("(" if e.left_open else "[") + ", ".join(map(latex, ends)) + (")" if e.right_open else "]")


def end_opened(a, rng):
    e = a.value
    if not isinstance(e, Interval):
        return None
    left, right = e.left_open, e.right_open
    if e.start.is_finite and (rng.random() < 0.5 or not e.end.is_finite):
        left = not left
    elif e.end.is_finite:
        right = not right
    return ("(" if left else "[") + f"{latex(e.start)}, {latex(e.end)}" + (")" if right else "]")


def transposed(a, rng):
    return latex(a.value.T, mat_str="pmatrix", mat_delim="") if isinstance(a.value, MatrixBase) else None


def rows_swapped(a, rng):
    e = a.value
    if not isinstance(e, MatrixBase) or e.shape[0] < 2:
        return None
    rows = e.tolist()
    return latex(sympy.Matrix(rows[1:] + rows[:1]), mat_str="pmatrix", mat_delim="")


def other_side(a, rng):
    e = a.value
    if not isinstance(e, Relational) or a.text.count("=") > 1:
        return None
    return latex(e.func(e.lhs, e.rhs + rng.choice([-1, 1, 2]), evaluate=False))


def other_relation(a, rng):
    swaps = {"<": "\\le ", "\\le": ">", "\\leq": ">", "\\ge": "<", "\\geq": "<", ">": "\\ge "}
    if not isinstance(a.value, Relational):
        return None
    text = re.sub(r"\\[lg]eq?(?![a-z])|[<>]", lambda m: swaps[m.group(0)], a.text, count=1)
    return text if text != a.text else None


def inequality_other_interval(a, rng):
    v = a.value
    if not isinstance(v, Interval) or not v.start.is_Rational or not v.end.is_Rational:
        return None
    left, right = "<" if v.left_open else "\\le", "<" if v.right_open else "\\le"
    return (f"{latex(v.start)} {left} x {right} {latex(v.end)}",
            end_opened(a, rng) if rng.random() < 0.5 else coordinate_changed(a, rng))


def curve_moved(a, rng):
    e = functions(a)
    if e is None or e.free_symbols != {Symbol("x")}:
        return None
    return f"y = {a.text}", rng.choice([f"y = {latex(sympy.expand(e + 1))}", f"{latex(sympy.expand(-e))} = y", f"y + {latex(sympy.expand(e))} = 1"])


def other_text(a, rng):
    m = WORDS.match(a.text)
    return m and "\\text{%s}" % rng.choice([w for w in OTHER_WORDS if w.lower() != m.group(1).strip().lower()])


def other_base(a, rng):
    m = BASE.match(a.text)
    return m and f"{m[1]}_{{{int(m[2]) + 1}}}"


def base_digit(a, rng):
    m = BASE.match(a.text)
    if not m:
        return None
    i = rng.randrange(len(m[1]))
    d = str((int(m[1][i]) + 1) % int(m[2]))
    return f"{m[1][:i]}{d}{m[1][i + 1:]}_{{{m[2]}}}" if d != "0" or i else None


def scalar_for_list(a, rng):
    return f"{a.text}, {rng.randint(100, 999)}.5" if scalar(a) and PLAIN.match(a.text) else None


UNEQUAL = {
    "next number": next_to, "sign": negative, "turned over": turned_over, "power of ten": shifted, "digits swapped": digits_swapped,
    "numerator": other_numerator, "denominator": other_denominator, "cut decimal": cut_decimal, "percent slip": slipped_percent,
    "number inside": number_inside, "sign of a term": sign_of_a_term, "term dropped": term_dropped, "factor dropped": factor_dropped,
    "exponent": exponent, "under a root": under_a_root, "other letter": other_letter, "pi left out": pi_left_out,
    "conjugate": conjugate, "rounded": off_by_a_little, "list shortened": shortened, "list lengthened": lengthened,
    "element": element_changed, "permuted": permuted, "endpoint": coordinate_changed, "open or closed": end_opened,
    "transposed": transposed, "rows swapped": rows_swapped, "other side": other_side, "other relation": other_relation,
    "inequality, other interval": inequality_other_interval, "other curve": curve_moved, "other text": other_text,
    "other base": other_base, "digit of a base": base_digit, "one more value": scalar_for_list,
}
