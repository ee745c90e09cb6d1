"""Whether two answers in LaTeX are equal, by SymPy alone: numbers and expressions at several exact points with 40 digits,
sets, tuples, intervals, matrices and relations part by part. Not Math-Verify's comparison; only its reader of LaTeX
(latex2sympy2_extended).
"""
import logging
import re
import signal
import warnings

import sympy
from latex2sympy2_extended import NormalizationConfig, latex2sympy
from latex2sympy2_extended.latex2sympy2 import ConversionConfig
from latex2sympy2_extended.logic import And
from latex2sympy2_extended.sets import FiniteSet
from sympy import Float, I, Interval, MatrixBase, Rational, Set, Symbol, Tuple, Union
from sympy.core.relational import Relational

logging.disable(logging.WARNING)
warnings.simplefilter("ignore")
NORMAL = NormalizationConfig(basic_latex=True, units=True, malformed_operators=True, nits=True, boxed="none")
CASE = ConversionConfig(lowercase_symbols=False)  # X is not x
POINTS = [(3, 7), (11, 5), (-13, 9), (29, 4), (-5, 3), (17, 19), (23, 6), (-31, 8)]


def limited(seconds, f, *arguments):
    """f, ended by an exception after that many seconds."""
    def stop(*_):
        raise TimeoutError
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        return f(*arguments)
    finally:
        signal.alarm(0)


# What SymPy's reader drops or takes for something else: bases, times, the degrees of an angle, functions without a name,
# a letter after a number (2s is no 2).
MISREAD = re.compile(r"\d\s*_|\d(?:\\!)?:(?:\\!)?\d|\\(?:sin|cos|tan|cot|sec|csc).*\\circ|(?<![a-zA-Z\\])[fgh]\s*(?:\\left)?\(|^\d+[a-z]$")


def read(text):
    """The SymPy object, floats made exact, i the imaginary unit; None when it cannot be read."""
    if MISREAD.search(text):
        return None
    text = re.sub(r"\\(?:mbox|textnormal)\b", r"\\text", text)
    try:
        e = limited(5, lambda: exact(latex2sympy(text, is_real=True, normalization_config=NORMAL, conversion_config=CASE)))
        return None if e.has(sympy.zoo, sympy.nan) else e
    except Exception:
        return None


def exact(e):
    if isinstance(e, MatrixBase):
        return sympy.ImmutableMatrix(e.shape[0], e.shape[1], [exact(a) for a in e])
    if isinstance(e, And):
        return And(*[exact(a) for a in e._unsorted_args], evaluate=False)
    if isinstance(e, Relational):
        return e.func(exact(e.lhs), exact(e.rhs), evaluate=False)
    if isinstance(e, Float):
        return Rational(str(e))
    if isinstance(e, Symbol):
        return I if e.name == "i" else Symbol(e.name if len(e.name) == 1 else e.name.lower())
    if isinstance(e, FiniteSet):
        return FiniteSet(*[exact(a) for a in e._unsorted_args])
    if not e.args:
        return e
    return e.func(*[exact(a) for a in e.args]).doit()


def symbols(*values):
    return sorted({s for v in values for s in getattr(v, "free_symbols", ())}, key=str)


def equal_values(a, b):
    """Two expressions: True, False, or None when no point decides."""
    names, decided = symbols(a, b), 0
    for k in range(4 if names else 1):
        point = {s: Rational(*POINTS[(i + 3 * k) % 8]) if k % 2 else abs(Rational(*POINTS[(i + 3 * k) % 8]))
                 for i, s in enumerate(names)}
        try:
            x, y = (sympy.N(v.subs(point), 40) for v in (a, b))
            if not (x.is_number and y.is_number) or x in (sympy.nan, sympy.zoo) or y in (sympy.nan, sympy.zoo):
                continue
            if x.is_infinite or y.is_infinite:
                return x == y
            if abs(sympy.N(x - y, 40)) > Rational(1, 10**25) * (1 + abs(x)):
                return False
            decided += 1
        except (TypeError, ValueError, AttributeError):
            continue
    return True if decided else None


def elements(e):
    return list(e._unsorted_args) if isinstance(e, FiniteSet) else list(e.args)


def listed(a, b, ordered):
    x, y = elements(a), elements(b)
    if ordered:
        return len(x) == len(y) and all(same(p, q) for p, q in zip(x, y))
    return all(any(same(p, q) for q in y) for p in x) and all(any(same(p, q) for p in x) for q in y)


def relation(e):
    """lhs - rhs and the kind, < and <= turned to > and >=."""
    turn = {"<": ">", "<=": ">="}
    if e.rel_op in turn:
        return e.rhs - e.lhs, turn[e.rel_op]
    return e.lhs - e.rhs, e.rel_op


def equal_relations(a, b):
    (x, kx), (y, ky) = relation(a), relation(b)
    if kx != ky:
        return False
    if same(x, y) or kx in ("==", "!=") and same(x, -y):
        return True
    ratio = sympy.simplify(x / y)  # a factor does not matter; its sign does to an inequality
    return bool(ratio.is_number and ratio != 0 and (kx in ("==", "!=") or ratio.is_positive))


def same(a, b):
    """True, False, or None when it cannot be told."""
    pair = (a, b)
    if all(isinstance(v, MatrixBase) for v in pair):
        return a.shape == b.shape and all(same(x, y) for x, y in zip(a, b))
    if all(isinstance(v, Relational) for v in pair):
        return equal_relations(a, b)
    if all(isinstance(v, And) for v in pair):
        return listed(a, b, False)
    if all(isinstance(v, FiniteSet) for v in pair):
        return listed(a, b, False)
    if all(isinstance(v, Tuple) for v in pair):
        return listed(a, b, True)
    if all(isinstance(v, Interval) for v in pair):
        return (a.left_open, a.right_open) == (b.left_open, b.right_open) and same(a.start, b.start) and same(a.end, b.end)
    if all(isinstance(v, Union) for v in pair):
        return listed(a, b, False)
    if all(isinstance(v, (Set, Tuple)) for v in pair):
        return False
    for x, y in (pair, pair[::-1]):
        if isinstance(x, FiniteSet) and not isinstance(y, (MatrixBase, Relational, And, Set, Tuple)):
            return len(elements(x)) > 0 and all(same(e, y) for e in elements(x))
    if any(isinstance(v, (MatrixBase, Relational, And, Set, Tuple)) for v in pair):
        return None
    return equal_values(a, b)


def compare(gold, other):
    """1, 0, or None: what SymPy says about two texts."""
    a, b = read(gold), read(other)
    if a is None or b is None:
        return None
    if isinstance(b, sympy.Eq) and not isinstance(a, (Relational, And)):
        b = b.rhs
    if isinstance(a, (Relational, And)) and isinstance(b, Set):
        try:
            a = limited(5, sympy.And(*(elements(a) if isinstance(a, And) else [a])).as_set)
        except Exception:
            return None
    try:
        verdict = limited(10, same, a, b)
    except Exception:
        return None
    return None if verdict is None else int(verdict)
