#!/usr/bin/env python3
"""Finds the loads that NVK takes past the caches although the kernel writes nothing there: a buffer is not readonly.

usage: tools/strong_loads.py CODE      CODE: what `compile_report turing --code CODE` wrote

NVK shows a kernel twice: as NIR, whose values say from which argument an address comes, and as the assembly.
    con 32x2  %22 = @ldc_nv (%19 (0x0), %19 (0x0)) (base=1792, access=none, align_mul=8)     an argument: two words
    con 64    %23 = pack_64_2x32 %22                                                         its address
    div 64    %26 = lea_nv %23, %24, %25 (0x2)                                               an address in it
    div 32    %28 = @load_global_nv (%26, %27 (true)) (base=0, access=readonly|reorderable)  a load by the caches
                    @store_global_nv (%33, %34) (base=0, access=none, align_mul=4)           the kernel writes there
A load without `reorderable` is `ld.global.strong` in the assembly. It is right where the kernel writes to the same argument
too, by stores or atomics. Prints a line a kernel with others; exit code 1 when there is one, or when the two disagree about
the number of such loads: then this no longer reads what the driver writes.
"""
import re
import sys

VALUE = re.compile(r"\s*(?:con|div)?\s*(\d+)(x\d+)?\s+%(\d+) = (.*)")


def loads_and_writes(nir):
    """Of every load that is not reorderable, and of all writes together, the arguments: places of the push constants."""
    arguments, words = {}, {}  # by value: of addresses; of arguments that are not addresses yet
    loads, written = [], set()
    for line in nir.splitlines():
        value = VALUE.match(line)
        what = value[4] if value else line.strip()
        operands = re.findall(r"%(\d+)", what)
        if what.startswith("@ldc_nv") and value[2] == "x2":
            words[value[3]] = {int(re.search(r"base=(\d+)", what)[1])}
            continue
        known = words if what.startswith("pack_64_2x32 ") else arguments
        mine = set().union(*(known.get(o, ()) for o in operands))
        if "@load_global" in what and "reorderable" not in what:
            loads.append(mine)
        elif "@store_global" in what or "@global_atomic" in what:
            written |= mine
        if value and value[1] == "64":
            arguments[value[3]] = mine
    return loads, written


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    kernels = re.split(r"^=== ", open(sys.argv[1]).read(), flags=re.M)
    bad = 0
    for kernel in kernels[1:]:
        name = kernel.splitlines()[0].strip()
        _, nir, assembly = re.split(r"^== (?:NIR shader|NAK assembly) ==\n", kernel, flags=re.M)
        loads, written = loads_and_writes(nir)
        strong = len(re.findall(r"\bld\.global\S*\.strong", assembly))
        others = [arguments for arguments in loads if not arguments & written]
        if strong != len(loads):
            print(f"{name}: {strong} strong loads in the assembly, {len(loads)} in NIR")
        elif others:
            first = min(min(arguments, default=0) for arguments in others)
            print(f"{name}: {len(others)} strong loads of what it does not write, e.g. of the argument at {first}")
        bad += strong != len(loads) or bool(others)
    print(f"{len(kernels) - 1} pipelines, {bad} with strong loads of what they only read")
    sys.exit(bad > 0 or len(kernels) == 1)


main()
