# What crosses the pipes between a test and a solution (code_harness.py): plain data as JSON, in frames of 8 bytes (the size)
# and the text. vkr1 puts this file in front of code_harness.py; both are one program.
import builtins
import json
import os
import resource
import sys
import time

FRAME_MAX = 64 << 20
TEXT_MAX = 300
SCALARS = {type(None), bool, int, float, str}
# Builtins that the solution may hand to a test. Others it would call with the judge's rights, as in `def f(): return exec`.
PLAIN_TYPES = {t.__name__: t for t in (bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset)}
PLAIN_TYPES.update((k, v) for k, v in vars(builtins).items() if isinstance(v, type) and issubclass(v, Exception))


# ---- plain data ----


def pack(x, other):
    """x as what json.dumps takes. Subclasses become their base, so a Counter is a dict; other(x) makes the rest."""
    t = type(x)
    if t in SCALARS:
        return x
    if t is list:
        return x if all(type(e) in SCALARS for e in x) else [pack(e, other) for e in x]
    if t is tuple:
        return {"tuple": [pack(e, other) for e in x]}
    if t is dict:
        return {"dict": [[pack(k, other), pack(v, other)] for k, v in x.items()]}
    if t is set or t is frozenset:
        return {t.__name__: [pack(e, other) for e in x]}
    if t is bytes or t is bytearray:
        return {t.__name__: x.decode("latin-1")}
    if t is complex:
        return {"complex": [x.real, x.imag]}
    if t is range:
        return {"range": [x.start, x.stop, x.step]}
    name = (t.__module__, t.__name__)
    if name == ("collections", "deque"):
        return {"deque": [pack(e, other) for e in x]}
    if name == ("fractions", "Fraction"):
        return {"fraction": [x.numerator, x.denominator]}
    if name == ("decimal", "Decimal"):
        return {"decimal": str(x)}
    for base in (int, float, str, list, tuple, dict, set, frozenset, bytes):
        if isinstance(x, base):
            return pack(base(x), other)
    if hasattr(t, "__index__"):
        return int(x.__index__())
    return other(x)


def builtin_name(x):
    """The name of a builtin function or type, None of anything else."""
    name = getattr(x, "__name__", None)
    return name if type(name) is str and vars(builtins).get(name, None) is x else None


def imported(module, name):
    return getattr(__import__(module), name)


def hook_of(special):
    """The inverse of pack for json.loads; special has the decoders of what is no plain data."""
    makers = {
        "tuple": tuple, "set": set, "frozenset": frozenset, "dict": dict,
        "bytes": lambda v: v.encode("latin-1"), "bytearray": lambda v: bytearray(v, "latin-1"),
        "complex": lambda v: complex(*v), "range": lambda v: range(*v),
        "deque": lambda v: imported("collections", "deque")(v),
        "fraction": lambda v: imported("fractions", "Fraction")(*v),
        "decimal": lambda v: imported("decimal", "Decimal")(v),
        **special,
    }

    def hook(d):
        (kind, value), = d.items()
        return makers[kind](value)

    return hook


def read_exactly(fd, n):
    parts = []
    while n:
        part = os.read(fd, min(n, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


def read_frame(fd, hook=None):
    n = int.from_bytes(read_exactly(fd, 8), "big")
    if n > FRAME_MAX:
        raise EOFError
    return json.loads(read_exactly(fd, n), object_hook=hook)


def write_frame(fd, message):
    data = json.dumps(message).encode()
    data = memoryview(len(data).to_bytes(8, "big") + data)
    while data:
        data = data[os.write(fd, data):]
