# Tests of a Python solution that call its functions. Runs as process 1 of a sandbox (verify/sandbox.h), embedded in vkr1.
#
# Two interpreters: this process, the judge, runs the tests and never a line of the solution; a child that is forked for
# every test runs the solution and answers calls over two pipes. What crosses the pipes is plain data as JSON, so that a
# value which the judge compares is a real number, text, list...: whatever the solution's objects say about themselves, its
# changes to builtins, its exits and threads stay in its own process, and the answers that its test expects never enter it.
# Other objects of the solution are handles here: their attributes, items and calls are asked for; a handle equals only
# itself. Builtin types go by their name. The solution's classes of exceptions get twins here, so that a test can catch them.
#
# Input: frames of 8 bytes (the size) and JSON. The first is {"code": TEXT, "cpu": SECONDS, "count": TESTS}; then the tests,
# each of which is read when the child that it is for has been forked: {"source": TEXT, "setup": TEXT, "entry": NAME} is run,
# {"call": NAME, "input": ..., "output": ...} is called. For each a line goes to descriptor 3: {"ok": true}, or {"ok": false,
# "why": TEXT, "limit": BOOL}.
#
# Continues code_values.py, where values and frames are.

# ---- the child: the solution ----

# What harnesses of LeetCode's problems import, and `class Solution` builds on: these names, where they are no builtins.
USUAL_MODULES = ("bisect", "collections", "functools", "heapq", "itertools", "math", "operator", "random", "re", "string",
                 "typing")
ALIASES = {"np": "numpy", "pd": "pandas", "dt": "datetime"}


def describe(e):
    """An exception as its name (of the nearest builtin kind), its text, and the line of the solution where it was raised."""
    line, tb = getattr(e, "lineno", None) if isinstance(e, SyntaxError) else None, e.__traceback__
    while tb:
        if tb.tb_frame.f_code.co_filename == "<code>":
            line = tb.tb_lineno
        tb = tb.tb_next
    kind = next(c.__name__ for c in type(e).__mro__ if getattr(builtins, c.__name__, None) is c)
    text = e.msg if isinstance(e, SyntaxError) else str(e)
    return [kind, type(e).__name__, str(text)[:TEXT_MAX], line]


def usual_names():
    names = {}
    for module in map(__import__, USUAL_MODULES):
        public = getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]
        names.update((n, getattr(module, n)) for n in public if not hasattr(builtins, n))
    names.update((m, sys.modules[m]) for m in USUAL_MODULES)
    return names


class Server:
    def __init__(self, requests, replies):
        self.requests, self.replies = requests, replies
        self.objects = []
        self.numbers = {}  # of its classes of exceptions
        self.hook = hook_of({"handle": lambda i: self.objects[i], "callback": self.callback,
                             "builtin": lambda name: getattr(builtins, name)})

    def pack(self, x):
        return pack(x, self.other)

    def other(self, x):
        if builtin_name(x) in PLAIN_TYPES:
            return {"builtin": x.__name__}
        if isinstance(x, type) and issubclass(x, Exception):
            return {"exception": self.exception(x)}
        return self.handle(x)

    def exception(self, kind):
        """A class of exceptions: [number, name, bases], or the name of a builtin one."""
        if builtin_name(kind):
            return kind.__name__
        if kind not in self.numbers:
            self.numbers[kind] = self.handle(kind)["handle"]
        return [self.numbers[kind], kind.__name__, [self.exception(b) for b in kind.__bases__ if issubclass(b, Exception)]]

    def raised(self, e):
        """A reply: describe(e), and where its class is the solution's own, that and the object."""
        own = isinstance(e, Exception) and not builtin_name(type(e))
        return ["raise", *describe(e), *([self.exception(type(e)), self.handle(e)["handle"]] if own else [])]

    def handle(self, x):
        self.objects.append(x)
        return {"handle": len(self.objects) - 1}

    def callback(self, number):
        def call(*args, **named):
            write_frame(self.replies, ["callback", number, [self.pack(a) for a in args],
                                       {"dict": [[k, self.pack(v)] for k, v in named.items()]}])
            while True:  # the test's function may call the solution again
                message = read_frame(self.requests, self.hook)
                if message[0] == "returned":
                    return message[1]
                if message[0] == "raised":
                    raise getattr(builtins, message[1], Exception)(message[2])
                self.answer(message)

        return call

    def answer(self, message):
        try:
            reply = getattr(self, "do_" + message[0])(*message[1:])
        except BaseException as e:
            reply = self.raised(e)
        write_frame(self.replies, reply)

    def do_get(self, name):
        if name not in self.names:
            return ["absent"]
        value = self.names[name]
        return ["module", value.__name__] if type(value) is type(sys) else ["value", self.pack(value)]

    def do_call(self, function, args, named):
        changing = [(i, a, json.dumps(self.pack(a))) for i, a in enumerate(args) if type(a) in (list, dict, set, bytearray)]
        result = self.pack(function(*args, **named))
        now = [(i, self.pack(a), before) for i, a, before in changing]
        return ["value", result, [[i, a] for i, a, before in now if json.dumps(a) != before]]

    def do_attribute(self, x, name):
        return ["value", self.pack(getattr(x, name))]

    def do_set(self, x, name, value):
        return ["value", self.pack(setattr(x, name, value))]

    def do_item(self, x, key):
        return ["value", self.pack(x[key])]

    def do_iterate(self, x):
        return ["value", self.handle(iter(x))]

    def do_next(self, x):
        return ["value", self.pack(next(x))]

    def do_length(self, x):
        return ["value", len(x)]

    def do_text(self, x):
        return ["value", str(x)]

    def run(self, code):
        module = type(sys)("solution")
        sys.modules["solution"] = module
        self.names = module.__dict__
        if "class Solution" in code:
            self.names.update(usual_names())
        try:
            exec(compile(code, "<code>", "exec"), self.names)
            write_frame(self.replies, ["value", None])
        except BaseException as e:
            write_frame(self.replies, self.raised(e))
        while True:
            self.answer(read_frame(self.requests, self.hook))


def run_solution(code, cpu, requests, replies):
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2, 3):  # the tests to come and the reports are not the solution's
        os.dup2(null, fd)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    os.chdir("/tmp")
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
    try:
        Server(requests, replies).run(code)
    finally:
        os._exit(0)


# ---- the judge ----


class Gone(BaseException):
    """The child has ended, or says what no child says. Not an Exception: a test must not catch it."""


class Twin:
    """What the judge's classes for the solution's exceptions have: attributes are the object's, which _object is a handle of."""

    _object = None

    def __getattr__(self, name):
        if self._object is None:  # one that the test made
            raise AttributeError(name)
        return getattr(self._object, name)


class Handle:
    """An object of the solution that is no plain data."""

    def __init__(self, child, number):
        object.__setattr__(self, "_child", child)
        object.__setattr__(self, "_number", number)

    def __getattr__(self, name):
        return self._child.ask("attribute", self, name)

    def __setattr__(self, name, value):
        self._child.ask("set", self, name, value)

    def __getitem__(self, key):
        return self._child.ask("item", self, key)

    def __len__(self):
        n = self._child.ask("length", self)
        return n if type(n) is int else -1

    def __bool__(self):
        return True

    def __iter__(self):
        return self._child.ask("iterate", self)

    def __next__(self):
        return self._child.ask("next", self)

    def __str__(self):
        text = self._child.ask("text", self)
        return text if type(text) is str else "?"

    def __repr__(self):
        return "an object"

    def __call__(self, *args, **named):
        return self._child.call(self, args, named)


def shown(x):
    try:
        text = f"an integer of {x.bit_length()} bits" if type(x) is int and x.bit_length() > 1000 else repr(x)
    except Exception:
        text = "something"
    return text if len(text) <= 100 else text[:97] + "..."


class Child:
    """The process that runs the solution."""

    def __init__(self, code, cpu):
        requests, self.requests = os.pipe()
        self.replies, replies = os.pipe()
        self.callbacks, self.names, self.last, self.gone, self.cpu = [], {}, None, None, cpu
        self.twins = {}  # classes by their numbers
        self.hook = hook_of({"handle": lambda i: Handle(self, i), "exception": self.twin, "builtin": PLAIN_TYPES.__getitem__})
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.requests)
            os.close(self.replies)
            run_solution(code, cpu, requests, replies)
        os.close(requests)
        os.close(replies)

    def pack(self, x):
        return pack(x, self.other)

    def other(self, x):
        if type(x) is Handle:
            return {"handle": x._number}
        if builtin_name(x):
            return {"builtin": x.__name__}
        for number, twin in self.twins.items():
            if x is twin:
                return {"handle": number}
        if callable(x):
            self.callbacks.append(x)
            return {"callback": len(self.callbacks) - 1}
        raise TypeError(f"the test hands over an object of class {type(x).__name__}, which cannot be handed to the solution")

    def send(self, message):
        try:
            write_frame(self.requests, message)
        except OSError:
            self.lose()

    def receive(self):
        """The reply to what was sent; functions of the test that the solution calls meanwhile are run."""
        while True:
            try:
                message = read_frame(self.replies, self.hook)
                kind, args = message[0], message[1:]
                if kind == "callback":
                    function, values, named = self.callbacks[args[0]], args[1], args[2]
            except Exception:
                self.lose()
            if kind != "callback":
                return kind, args
            try:
                result = ["returned", self.pack(function(*values, **named))]
            except Exception as e:
                result = ["raised", type(e).__name__, str(e)]
            self.send(result)

    def twin(self, described):
        """The judge's class for one of the solution's, as Server.exception describes it."""
        if type(described) is str:
            kind = PLAIN_TYPES[described]
            return kind if issubclass(kind, Exception) else Exception
        number, name, bases = described
        if number not in self.twins:
            bases = tuple(map(self.twin, bases)) or (Exception,)
            own = any(issubclass(b, Twin) for b in bases)
            self.twins[number] = type(str(name), bases if own else (Twin, *bases), {})
        return self.twins[number]

    def exception_of(self, known, text, own):
        kind = PLAIN_TYPES.get(known, Exception)
        try:
            if own:
                e = self.twin(own[0])(text)
                e._object = Handle(self, own[1])
                return e
            return kind(text)
        except Exception:  # one that is made of more than a text
            return Exception(text)

    def value(self, reply):
        kind, args = reply
        if kind == "raise":
            try:
                known, name, text, line = map(str, args[:4])
            except ValueError:
                self.lose()
            self.raised = f"{name}: {text}".rstrip(": ") + (f" (line {line} of the code)" if line != "None" else "")
            raise self.exception_of(known, text, args[4:])
        if kind != "value" or not args:
            self.lose()
        return args[0]

    def ask(self, what, *args):
        self.send([what, *map(self.pack, args)])
        return self.value(self.receive())

    def call(self, function, args, named):
        self.last = function, args, named, "was called"
        self.send(["call", self.pack(function), [self.pack(a) for a in args], self.pack(named)])
        kind, values = self.receive()
        try:
            result = self.value((kind, values))
        except Exception:
            self.last = function, args, named, "raised " + self.raised
            raise
        self.last = function, args, named, "gave " + shown(result)
        for i, new in values[1] if len(values) > 1 else ():
            if type(args[i]) in (list, bytearray) and type(new) is type(args[i]):
                args[i][:] = new
            elif type(args[i]) in (dict, set) and type(new) is type(args[i]):
                args[i].clear()
                args[i].update(new)
        return result

    def get(self, name):
        """What the solution's module has under a name. Modules are this process's own, and only under their own name."""
        self.send(["get", name])
        kind, args = self.receive()
        if kind == "absent":
            raise KeyError(name)
        if kind == "module":
            module = ALIASES.get(name, name)
            return __import__(module) if args == [module] else self.value(("raise", ["NameError", "NameError", name, None]))
        value = self.value((kind, args))
        if type(value) is Handle:
            self.names[value._number] = name
        return value

    def lose(self):
        if not self.gone:
            self.gone = self.ending()
        raise Gone

    def ending(self):
        for _ in range(100):
            pid, status, used = os.wait4(self.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.01)
        else:
            return "the program broke off its connection before the tests were done"
        if os.WIFSIGNALED(status):
            if os.WTERMSIG(status) == 9 and used.ru_utime + used.ru_stime >= self.cpu / 2:  # see sandbox.c
                return f"took more than {self.cpu} s of processor time"
            return f"the program was ended by signal {os.WTERMSIG(status)} before the tests were done"
        return f"the program ended (exit code {os.WEXITSTATUS(status)}) before the tests were done"

    def said(self):
        if not self.last:
            return ""
        function, args, named, what = self.last
        name = self.names.get(function._number, "the call")
        values = [shown(a) for a in args] + [f"{k}={shown(v)}" for k, v in named.items()]
        return f"; {name}({', '.join(values)}) {what}"


class Scope(dict):
    """The names of a test: its own, the builtins, then the solution's."""

    def __missing__(self, name):
        if name.startswith("__") or hasattr(builtins, name):
            raise KeyError(name)
        return self.child.get(name)


def run_source(child, test):
    scope = Scope(__name__="test")
    scope.child = child
    source = test["source"]
    try:
        if test.get("setup"):
            exec(compile(test["setup"], "<setup>", "exec"), scope)
        exec(compile(source, "<test>", "exec"), scope)
        if test.get("entry"):
            if "check" not in scope:
                return "the test defines no function check"
            scope["check"](child.get(test["entry"]))
    except BaseException as e:
        if isinstance(e, Gone):
            raise
        tb, line = e.__traceback__, 0
        while tb:
            if tb.tb_frame.f_code.co_filename == "<test>":
                line = tb.tb_lineno
            tb = tb.tb_next
        text = source.splitlines()[line - 1].strip()[:TEXT_MAX] if line else "the test"
        if isinstance(e, KeyError) and e.args == (test.get("entry"),):
            return f"the code has no {test['entry']}"
        if isinstance(e, AssertionError):
            return f"{text} does not hold{': ' + str(e)[:TEXT_MAX] if str(e) else ''}{child.said()}"
        return f"{text}: {type(e).__name__}: {str(e)[:TEXT_MAX]}{child.said()}"
    return None


def same(a, b):
    """Whether a result is what a file of tests, as JSON, says: lists for tuples, numbers with fractions to 1e-6."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return len(a) == len(b) and all((k in a and same(a[k], v)) or (str(k) in map(str, a) and
                                        same(next(a[j] for j in a if str(j) == str(k)), v)) for k, v in b.items())
    if type(a) in (int, float) and type(b) in (int, float) and float in (type(a), type(b)):
        if a == b or (a != a and b != b):
            return True
        try:  # an infinite difference is no small one, also where the bound is infinite
            return abs(float(a) - float(b)) <= 1e-6 * max(1, abs(b)) < float("inf")
        except OverflowError:  # of an int
            return False
    return type(a) is not Handle and a == b


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def run_call(child, test):
    name, given, expected = test["call"], test["input"], test["output"]
    if isinstance(given, str):  # LiveCodeBench: an argument a line, and the result, as JSON
        given = [parsed(line) for line in given.split("\n") if line]
        expected = parsed(expected) if isinstance(expected, str) else expected
    args, named = ([], given) if isinstance(given, dict) else (given if isinstance(given, list) else [given], {})
    expect = [expected]
    if isinstance(expected, list) and len(expected) == 1:  # APPS: the result alone or in a list
        expect.append(expected[0])
    try:
        try:
            function = child.get(name)
        except KeyError:
            function = getattr(child.get("Solution")(), name)
        if type(function) is not Handle:
            return f"{name} is no function"
        child.names[function._number] = name
        result = function(*args, **named)
        result = list(result) if type(result) is Handle else result
    except KeyError:
        return f"the code has no {name}"
    except Exception as e:
        return child.said().lstrip("; ") or f"{type(e).__name__}: {e}"
    return None if any(same(result, e) for e in expect) else f"expected {shown(expect[-1])}{child.said()}"


def run_test(code, cpu):
    """Why the next test fails, None when it passes; and whether by a limit."""
    child = Child(code, cpu)
    test = read_frame(0)
    try:
        try:
            child.value(child.receive())
        except Exception:
            return child.raised, False
        why = run_source(child, test) if "source" in test else run_call(child, test)
    except Gone:
        why = None
    finally:
        os.close(child.requests)
        os.close(child.replies)
    if child.gone:  # also where a test has caught what followed from it
        why = child.gone
    return why, bool(child.gone and child.gone.startswith("took"))


def end_all_others():
    try:
        os.kill(-1, 9)
    except OSError:
        pass  # there are none
    try:
        while True:
            os.waitpid(-1, 0)
    except OSError:
        pass


def main():
    sys.path[:] = [p for p in sys.path if p.startswith("/usr/")]
    os.chdir("/code")
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    # Process 1 of a namespace gets no signal from inside that it has no handler for.
    import _signal
    _signal.signal(2, _signal.SIG_DFL)
    head = read_frame(0)
    for _ in range(head["count"]):
        why, limit = run_test(head["code"], head["cpu"])
        end_all_others()
        line = {"ok": True} if why is None else {"ok": False, "why": why, "limit": limit}
        os.write(3, json.dumps(line).encode() + b"\n")
    os._exit(0)


main()
