#!/usr/bin/env python3
"""Rules of CONTRIBUTING.md that a script can see. Prints each breach as FILE:LINE: message; exit 1 when there is one."""
import pathlib
import re
import subprocess
import sys

LAYERS = ["base", "vk", "graph", "ops", "model", "train", "verify", "data", "rl", "cli"]  # a file includes from its own and those before
MAX_FILE, MAX_FUNCTION = 600, 80  # lines
WIDTH = 120  # columns
FORMATTED = {".c", ".h"}  # by .clang-format, to that width
SHADERS = {".comp", ".glsl"}
WORDS = ["TO" + "DO", "FIX" + "ME", "not " + "implemented", "HA" + "CK:"]
ALLOCATE = re.compile(r"\b(malloc|calloc|realloc|free|strdup|strndup|aligned_alloc|posix_memalign|asprintf)\s*\(")
INCLUDE = re.compile(r'\s*#\s*include\s+["<]([^">]+)[">]')
COMMENT = re.compile(r"//.*|/\*.*?\*/")
STRING = re.compile(r'"(\\.|[^"\\])*"')

breaches = []


def breach(path, line, message):
    breaches.append(f"{path}:{line}: {message}")


def check_text(path, lines):
    """Rules for every text file: its length, a shader's width, words that announce unfinished work."""
    if len(lines) > MAX_FILE and path.suffix in {".c", ".h", ".comp", ".glsl", ".py", ".sh"}:
        breach(path, len(lines), f"more than {MAX_FILE} lines")
    for number, line in enumerate(lines, 1):
        if path.suffix in SHADERS and len(line) > WIDTH:
            breach(path, number, f"{len(line)} columns (at most {WIDTH})")
        for word in WORDS:
            if word in line:
                breach(path, number, f'"{word}"')


def check_functions(path, lines):
    begin = 0
    for number, line in enumerate(lines, 1):
        if line == "{":
            begin = number
        elif line == "}" and begin:
            if number - begin + 1 > MAX_FUNCTION:
                breach(path, begin, f"a function of {number - begin + 1} lines (at most {MAX_FUNCTION})")
            begin = 0


def check_source(path, lines, readers):
    """Rules for src/LAYER/*: what it includes, where memory and environment variables come from."""
    layer = path.parts[1]
    for number, line in enumerate(lines, 1):
        included = INCLUDE.match(line)
        if included:
            name = included.group(1)
            other = name.split("/")[0]
            if other in LAYERS and LAYERS.index(other) > LAYERS.index(layer):
                breach(path, number, f"layer {layer} includes {name}; the order is {' < '.join(LAYERS)}")
            if layer != "vk" and re.match(r"volk|vulkan", name):
                breach(path, number, f"{name} outside src/vk: vk/vk.h is all that upper layers see of Vulkan")
        code = COMMENT.sub("", STRING.sub('""', line))
        if layer != "base" and ALLOCATE.search(code):
            breach(path, number, "memory comes from the arenas of src/base")
        if re.search(r"\bgetenv\s*\(", code):
            readers.setdefault(path, number)


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=True).stdout
    readers = {}
    for name in filter(None, listed.decode().split("\0")):
        path = pathlib.Path(name)
        full = root / path
        if not full.is_file() or path.parts[:2] == ("tests", "golden"):
            continue
        try:
            lines = full.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # binary
        if path.suffix not in {".json", ".jsonl"}:
            check_text(path, lines)
        if path.suffix in {".c", ".h"}:
            check_functions(path, lines)
        if len(path.parts) > 2 and path.parts[0] == "src" and path.parts[1] in LAYERS:
            check_source(path, lines, readers)
    if len(readers) > 1:
        for path, number in readers.items():
            breach(path, number, "environment variables are read in one file only")
    sources = [name for name in listed.decode().split("\0") if pathlib.Path(name).suffix in FORMATTED and (root / name).is_file()]
    formatted = subprocess.run(["clang-format", "--dry-run", "-Werror", *sources], cwd=root, capture_output=True, text=True)
    breaches.extend(line for line in formatted.stderr.splitlines() if "error:" in line)
    print("\n".join(breaches) if breaches else "style: no breach")
    sys.exit(1 if breaches else 0)


main()
