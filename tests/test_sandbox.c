// Programs that mean harm, each run by the reward `code` as a completion would be: none gets a reward, reads, writes or
// reaches what it must not, outlives its run or stops the runs after it.
#include "code_rows.h"

#include <dirent.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "program.h"

// ---- What is left running ----

static bool in_other_namespace(const char *pid)
{
    char path[64], ours[64] = "", theirs[64] = "";
    snprintf(path, sizeof path, "/proc/%.16s/ns/pid", pid);
    return readlink("/proc/self/ns/pid", ours, sizeof ours - 1) > 0 && readlink(path, theirs, sizeof theirs - 1) > 0 &&
           strcmp(ours, theirs) != 0;
}

static long user_of(const char *pid)
{
    char path[64], line[128];
    long user = -1;
    snprintf(path, sizeof path, "/proc/%.16s/status", pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f) && sscanf(line, "Uid: %ld", &user) != 1)
        ;
    if (f)
        fclose(f);
    return user;
}

// Processes of sandboxes that the process `owner` made: by the ids that are its own (see sandbox.c), or, where it is an
// ordinary user's, those of this user in other namespaces.
static int count_running(pid_t owner)
{
    int n = 0;
    DIR *d = opendir("/proc");
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (e->d_name[0] < '1' || e->d_name[0] > '9' || !in_other_namespace(e->d_name))
            continue;
        long user = user_of(e->d_name), first = 0x70000000L + (long)owner * SANDBOX_SLOTS % (1L << 28);
        n += geteuid() == 0 ? user >= first && user < first + SANDBOX_SLOTS : user == (long)geteuid();
    }
    if (d)
        closedir(d);
    return n;
}

static int count_descriptors(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static const char *const row_printing = "{\"tests\":[{\"input\":\"\",\"output\":\"denied\\n\"}]}";
static const char *const row_calling = "{\"tests\":[\"assert f(1) == 918273645\"]}";

static void expect_clean(int descriptors)
{
    EXPECT(count_running(getpid()) == 0, "%d processes are left", count_running(getpid()));
    EXPECT(count_descriptors() == descriptors, "%d descriptors, %d before", count_descriptors(), descriptors);
    EXPECT(test_code("code", row_printing, "print('denied')", NULL) == 1, "a right program after the others");
    EXPECT(test_code("code", row_calling, "def f(x): return 918273645", NULL) == 1,
           "a right function after the others");
}

// ---- Limits ----

#define BOMB "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass\n"
#define DAEMON                                                                                                         \
    "import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(1000)\n  os._exit(0)\n"

static const struct code_row endless[] = {
    {"a fork bomb", BOMB, 0, "took more than"},
    {"a bomb of programs", "import os\nos.system(':(){ :|:& };:; while :; do sh -c :; done')", 0, NULL},
    {"an endless loop", "while True: pass", 0, "took more than"},
    {"an endless loop that resists",
     "import signal\nfor i in range(1, 32):\n  try: signal.signal(i, signal.SIG_IGN)\n  except OSError: pass\n"
     "while True: pass",
     0, "took more than"},
    {"sleep", "import time\ntime.sleep(1000)", 0, "took more than 3 s by the clock"},
    {"a child that sleeps with the output open", DAEMON "print('no')", 0, "expected \"denied\", got \"no\""},
    {"endless output", "while True: print('denied' * 100)", 0, "printed more than"},
    {"endless messages", "import sys\nwhile True: print('denied' * 100, file=sys.stderr)", 0, "printed more than"},
    {"deep recursion", "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f([n])\nf(1)", 0, NULL},
};
static const struct code_row endless_calls[] = {
    {"a fork bomb", "def f(x):\n  import os\n  while True:\n    try: os.fork()\n    except OSError: pass", 0,
     "took more than"},
    {"a fork bomb at once", BOMB, 0, "took more than"},
    {"an endless loop", "def f(x):\n  while True: pass", 0, "took more than"},
    {"sleep", "def f(x):\n  import time\n  time.sleep(1000)", 0, "took more than 3 s by the clock"},
    {"endless iteration",
     "class A:\n  def __getattr__(self, n): return A()\n  def __iter__(self): return self\n"
     "  def __next__(self): return 1\ndef f(x):\n  while True: yield 1",
     0, "does not hold"},
    {"a giant answer", "def f(x): return 'x' * (200 << 20)", 0, NULL},
    {"deep answers", "def f(x):\n  a = []\n  for i in range(100000): a = [a]\n  return a", 0, "RecursionError"},
    {"cycles", "def f(x):\n  a = []\n  a.append(a)\n  return a", 0, "RecursionError"},
};
// With time enough: where memory is slow to come, a GiB of it takes more than a second.
static const struct code_row hungry[] = {
    {"10 GiB", "x = bytearray(10 << 30)\nprint('denied')", 0, "MemoryError"},
    {"many GiB in pieces", "x = []\nwhile True: x.append(bytearray(1 << 24))", 0,
     "ended with exit code 1"}, // Python itself may lack the memory to say it
    {"many GiB in processes",
     "import os, time\nfor i in range(8):\n  if os.fork() == 0: break\n"
     "x = bytearray(b'x') * (200 << 20)\ntime.sleep(1000)",
     0, "used more than 512 MiB of memory in all its processes"},
    {"many GiB below threads", // one forks at a time: a child of a process whose threads are busy can hang at once
     "import os, threading, time\nforked = threading.Event()\ndef g():\n  time.sleep(0.1)\n  if os.fork() == 0:\n"
     "    x = bytearray(b'x') * (300 << 20)\n  forked.set()\n  time.sleep(1000)\n"
     "for i in range(3): forked.clear(); threading.Thread(target=g).start(); forked.wait()\ntime.sleep(1000)",
     0, "used more than 512 MiB"},
    {"much memory that processes share",
     "import os, time\nx = bytearray(b'x') * (200 << 20)\nfor i in range(6):\n  if os.fork() == 0:\n"
     "    time.sleep(0.5)\n    os._exit(0)\nfor i in range(6): os.wait()\nprint('denied')",
     1, NULL},
};
static const struct code_row hungry_calls[] = {
    {"many GiB in processes",
     "def f(x):\n  import os, time\n  for i in range(8):\n    if os.fork() == 0: break\n"
     "  x = bytearray(b'x') * (200 << 20)\n  time.sleep(1000)",
     0, "used more than 512 MiB of memory in all its processes"},
    {"10 GiB", "def f(x): return bytearray(10 << 30)", 0, "MemoryError"},
};

TEST(sandbox, limits_end_programs)
{
    if (!test_sandbox())
        return;
    int before = count_descriptors();
    EXPECT_CODE("code(timeout=1)", row_printing, endless);
    EXPECT_CODE("code(timeout=1)", row_calling, endless_calls);
    EXPECT_CODE("code(timeout=100,memory=512)", row_printing, hungry);
    EXPECT_CODE("code(timeout=100,memory=512)", row_calling, hungry_calls);
    expect_clean(before);
}

// Many completions that all hang, with many tests, in bounded time: three limits end a completion, one where all must
// pass.
TEST(sandbox, hanging_completions_end_in_bounded_time)
{
    enum { ITEMS = 6 };
    struct reward_item items[ITEMS];
    double parts[ITEMS];
    struct reward_set set;
    struct arena memory = {0};
    struct err err = {0};
    struct str row = {0};
    if (!test_sandbox())
        return;
    str_puts(&row, "{\"tests\":[\"assert f(1) == 1\"");
    for (int i = 0; i < 200; i++)
        str_puts(&row, ",\"assert f(1) == 1\"");
    str_puts(&row, "]}");
    struct json *v = json_parse(row.data, row.size, false, "row", &err);
    struct problem p = {.row = v};
    for (int i = 0; i < ITEMS; i++)
        items[i] = (struct reward_item){
            .problem = &p, .completion = text_of("```python\ndef f(x):\n  while True: pass\n```"), .parts = &parts[i]};
    static const char *const lists[] = {"code(timeout=1,workers=6)", "code(timeout=1,workers=6,score=fraction)"};
    for (int l = 0; l < 2; l++) {
        double begin = clock_now();
        EXPECT(reward_set_parse(&set, lists[l], &memory, &err) && reward_set_open(&set, &err), "%s", err.text);
        reward_run(&set, items, ITEMS);
        reward_set_close(&set);
        for (int i = 0; i < ITEMS; i++)
            EXPECT(parts[i] == 0, "%g", parts[i]);
        EXPECT(clock_now() - begin < 100, "%s took %g s", lists[l], clock_now() - begin);
    }
    arena_finish(&memory);
    json_close(v);
    str_finish(&row);
}

// ---- What is out of reach: each program prints "denied" when it was, else what it got ----

#define TRY(statement) "try:\n  " statement "\n  print('got it')\nexcept (OSError, ImportError): print('denied')\n"
#define LIBC           "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
#define CALL(call)     LIBC "print('denied' if " call " == -1 and ctypes.get_errno() in (1, 38) else 'got it')\n"

static const struct code_row reaching[] = {
    {"files",
     "import os\nfound = [p for p in ('/etc/passwd', '/root', '/home', '/srv', '/proc', '/sys', '/var', '/run', "
     "'/dev/tty', "
     "'/dev/kvm', '/dev/dri', '/dev/vda') if os.path.lexists(p)]\nprint(*found or ['denied'])",
     1, NULL},
    {"the environment", "import os\nprint(*[v for v in os.environ.values() if 'secret' in v] or ['denied'])", 1, NULL},
    {"descriptors",
     "import os\nopen_ = []\nfor i in range(3, 1024):\n  try: os.fstat(i); open_.append(i)\n  except OSError: pass\n"
     "print(*open_ or ['denied'])",
     1, NULL},
    {"the network", "import socket\n" TRY("socket.socket()"), 1, NULL},
    {"IPv6", "import socket\n" TRY("socket.socket(socket.AF_INET6)"), 1, NULL},
    {"netlink", "import socket\n" TRY("socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"), 1, NULL},
    {"raw packets", "import socket\n" TRY("socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"), 1, NULL},
    {"vsock", "import socket\n" TRY("socket.socket(40, socket.SOCK_STREAM)"), 1, NULL},
    {"a socket of this machine",
     "import socket\ns = socket.socket(socket.AF_UNIX)\n" TRY("s.connect('\\0vkr1-test-sandbox')"), 1, NULL},
    {"ptrace", CALL("libc.ptrace(0, 0, 0, 0)"), 1, NULL},
    {"others' memory", CALL("libc.process_vm_readv(1, 0, 0, 0, 0, 0)"), 1, NULL},
    {"user namespaces", CALL("libc.unshare(0x10000000)"), 1, NULL},
    {"user namespaces by clone", CALL("libc.syscall(56, 0x10000011, 0, 0, 0, 0)") "import os\n", 1, NULL},
    {"mount", CALL("libc.mount(b'none', b'/tmp', b'tmpfs', 0, b'')"), 1, NULL},
    {"chroot", "import os\n" TRY("os.chroot('/tmp')"), 1, NULL},
    {"bpf", CALL("libc.syscall(321, 0, 0, 0)"), 1, NULL},
    {"keys", CALL("libc.syscall(250, 0, -3, 0)"), 1, NULL},
    {"perf", CALL("libc.syscall(298, 0, 0, -1, -1, 0)"), 1, NULL},
    {"userfaultfd", CALL("libc.syscall(323, 1)"), 1, NULL},
    {"io_uring", CALL("libc.syscall(425, 1, 0)"), 1, NULL},
    {"memory that belongs to nobody", CALL("libc.shmget(0, 1 << 30, 0o1600)"), 1, NULL},
    {"huge pages", // PermissionError: without any on this machine there would be another error
     "import mmap\ntry: mmap.mmap(-1, 2 << 20, flags=0x40022)\nexcept PermissionError: print('denied')", 1, NULL},
    {"large buffers of sockets",
     "import socket\na, b = socket.socketpair()\n" TRY("a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)"), 1,
     NULL},
    {"memfd", "import os\n" TRY("os.memfd_create('x')"), 1, NULL},
    {"outliving vkr1", CALL("libc.prctl(1, 0, 0, 0, 0)"), 1, NULL},
    {"outliving vkr1, with bits that do not count", CALL("libc.syscall(157, ctypes.c_long((1 << 32) + 1), 0, 0, 0, 0)"),
     1, NULL},
    {"root", "import os\n" TRY("os.setuid(0)"), 1, NULL},
    {"other processes",
     "import os\nseen = []\nfor p in list(range(2, 40000)) + [os.getppid() or 99999]:\n  try: os.kill(p, 9); "
     "seen.append(p)\n"
     "  except OSError: pass\nprint(*seen or ['denied'])",
     1, NULL},
    {"writing to the root", TRY("open('/x', 'w')"), 1, NULL},
    {"writing to /usr", TRY("open('/usr/x', 'w')"), 1, NULL},
    {"writing to its own program", TRY("open('/code/main.py', 'a')"), 1, NULL},
    {"deleting its own program", "import os\n" TRY("os.remove('/code/main.py')"), 1, NULL},
    {"a device", "import os\n" TRY("os.mknod('/tmp/d', 0o60600, 1)"), 1, NULL},
    {"a link to a file outside", "import os\nos.symlink('/../../../etc/passwd', '/tmp/l')\n" TRY("open('/tmp/l')"), 1,
     NULL},
    {"a link in the place of a directory", "import os\nos.symlink('/proc', '/tmp/p')\n" TRY("os.listdir('/tmp/p')"), 1,
     NULL},
    {"a hard link", "import os\n" TRY("os.link('/usr/bin/python3', '/tmp/p')"), 1, NULL},
    {"a full disk", "n = 0\n" TRY("f = open('/tmp/a', 'wb', 0)\n  while n < 100: n += f.write(bytes(1 << 20)) >> 20"),
     1, NULL},
    {"a full disk of many files", "n = 0\n" TRY("while n < 20000: open(f'/tmp/{n}', 'w').close(); n += 1"), 1, NULL},
    {"many processes",
     "import os, time\ntry:\n  for i in range(40):\n    if os.fork() == 0: time.sleep(100)\n  print('got it')\n"
     "except OSError: print('denied')",
     1, NULL},
    {"many threads",
     "import threading, time\ntry:\n  for i in range(40): threading.Thread(target=time.sleep, args=(9,), "
     "daemon=True).start()\n"
     "  print('got it')\nexcept RuntimeError: print('denied', flush=True)\nimport os\nos._exit(0)",
     1, NULL},
    {"deleting everything", "import os\nos.system('rm -rf --no-preserve-root / /tmp/* 2>/dev/null')\nprint('denied')",
     1, NULL},
    {"leaving daemons", DAEMON "print('denied')", 1, NULL},
};

TEST(sandbox, nothing_outside_is_reached)
{
    if (!test_sandbox())
        return;
    setenv("VKR1_TEST_SECRET", "a secret", 1);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0vkr1-test-sandbox"};
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
        leaked = dup(1); // a descriptor that is not closed on exec
    EXPECT(bind(server, (struct sockaddr *)&name, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 18)) == 0 &&
               listen(server, 1) == 0,
           "no socket");
    int before = count_descriptors();
#ifdef __x86_64__ // the numbers of system calls
    EXPECT_CODE("code", row_printing, reaching);
#endif
    EXPECT(access("/usr/bin/python3", X_OK) == 0 || access("/usr/local/bin/python3", X_OK) == 0, "Python is gone");
    expect_clean(before);
    close(server);
    close(leaked);
    unsetenv("VKR1_TEST_SECRET");
}

// ---- Rewards that are not earned ----

#define ALWAYS                                                                                                         \
    "class T:\n  def __eq__(self, o): return True\n  __hash__ = None\n"                                                \
    "  def __getattr__(self, n): return T()\n  def __call__(self, *a): return T()\n"                                   \
    "  def __sub__(self, o): return 0.0\n  __rsub__ = __abs__ = __sub__\n  def __lt__(self, o): return True\n"

static const struct code_row cheats[] = {
    {"an exit at once", "import os\nos._exit(0)", 0, "the program ended (exit code 0) before the tests were done"},
    {"a polite exit", "import sys\nsys.exit(0)", 0, "SystemExit"},
    {"an exit in the call", "def f(x):\n  raise SystemExit(0)", 0, "SystemExit"},
    {"an exit by signal", "def f(x):\n  import os\n  os.kill(os.getpid(), 9)", 0, "ended by signal 9"},
    {"killing the judge",
     "import os\nfor s in range(1, 65):\n  try: os.kill(1, s)\n  except OSError: pass\ndef f(x): return 0", 0,
     "f(1) gave 0"},
    {"stopping the judge", "import os\nos.kill(1, 19)\nos.kill(1, 2)\ndef f(x): raise KeyboardInterrupt", 0,
     "KeyboardInterrupt"},
    {"an object that equals all", ALWAYS "def f(x): return T()", 0, "does not hold"},
    {"a class of such", ALWAYS "f = T()", 0, "does not hold"},
    {"a number that equals all",
     "class N(int):\n  def __eq__(self, o): return True\n  __hash__ = int.__hash__\ndef f(x): return N(7)", 0,
     "f(1) gave 7"},
    {"no AssertionError",
     "import builtins\nclass E(Exception): pass\nbuiltins.AssertionError = E\n__builtins__['AssertionError'] = E\n"
     "def f(x): return 0",
     0, "does not hold"},
    {"other builtins",
     "import builtins, json, os, sys\nbuiltins.print = builtins.exec = builtins.compile = lambda *a, **k: None\n"
     "json.dumps = lambda *a: '[\"value\", 918273645.5]'\ndef f(x): return 0",
     0, NULL},
    {"an imitation of the report",
     "import os\nfor fd in range(64):\n  try: os.write(fd, b'{\"ok\": true}\\n' * 9)\n  except OSError: pass\n"
     "def f(x): return 0",
     0, NULL},
    {"an imitation in print", "print('{\"ok\": true}')\nprint('1 passed')\ndef f(x): return 0", 0, "f(1) gave 0"},
    {"reading the tests from its input",
     "import os, sys\ntext = sys.stdin.read()\ntry: text += os.read(0, 9999).decode()\nexcept OSError: pass\n"
     "def f(x): return 918273645 if '918273645' in text else 0",
     0, "f(1) gave 0"},
    {"reading the tests from memory",
     "import gc, sys\ndef f(x):\n  frame = sys._getframe()\n  while frame:\n"
     "    for v in list(frame.f_locals.values()) + list(frame.f_globals.values()):\n"
     "      if ''.join(['9182', '73645']) in repr(v): return int(''.join(['9182', '73645']))\n    frame = "
     "frame.f_back\n"
     "  for o in gc.get_objects():\n    try:\n      if ''.join(['9182', '73645']) in repr(o): return "
     "int(''.join(['9182', '73645']))\n"
     "    except Exception: pass\n  return 0",
     0, "f(1) gave 0"},
    {"a module for the judge",
     "import os\nfor n in ('json', 'os', 'fractions', 'decimal', 'math', 'random'):\n"
     "  open(f'/tmp/{n}.py', 'w').write('import os; os.write(3, b\"{\\\\\"ok\\\\\": true}\\\\n\")')\ndef f(x): return "
     "0",
     0, "f(1) gave 0"},
    {"a thread that answers",
     "import threading, os\ndef g():\n  for fd in range(3, 64):\n    try: os.write(fd, bytes(7) + b'\\x11[\"value\", "
     "1, [[]]]')\n"
     "    except OSError: pass\nthreading.Thread(target=g).start()\ndef f(x): return 0",
     0, NULL},
};

TEST(sandbox, no_cheat_is_paid)
{
    if (!test_sandbox())
        return;
    int before = count_descriptors();
    EXPECT_CODE("code", row_calling, cheats);
    static const char *const approximate =
        "{\"test\":\"def check(c):\\n  assert abs(c(1) - 0.5) < 1e-6\\n\",\"entry_point\":\"f\"}";
    EXPECT(test_code("code", approximate, ALWAYS "def f(x): return T()", NULL) == 0, "arithmetic of its own was paid");
    static const char *const caught = "{\"tests\":[\"try:\\n  f(1)\\nexcept:\\n  pass\\nassert True\"]}";
    EXPECT(test_code("code", caught, "def f(x):\n  import os\n  os._exit(0)", NULL) == 0,
           "an exit that the test catches was paid");
    EXPECT(test_code("code", row_printing, "print('all tests passed')", NULL) == 0, "a claim was paid");
    EXPECT(test_code("code", row_printing, "raise SystemExit(0)", NULL) == 0, "no output was paid");
    EXPECT(test_code("code", row_printing, "print('denied')\nraise SystemExit(1)", NULL) == 0, "a failure was paid");
    expect_clean(before);
}

// ---- The end of vkr1 ----

static void expect_gone(int signal_number)
{
    static const char *const row = "{\"tests\":[{\"input\":\"\",\"output\":\"1\"}],\"completion\":\"```python\\nimport "
                                   "os, time, signal\\nfor i in range(1, 32):\\n  try: "
                                   "signal.signal(i, signal.SIG_IGN)\\n  except OSError: pass\\nfor i in range(5):\\n  "
                                   "if os.fork() == 0: os.setsid()\\nos.close(0)\\n"
                                   "time.sleep(1000)\\n```\"}\n";
    struct process p;
    struct err err = {0};
    char self[4000], program[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    snprintf(program, sizeof program, "%s/vkr1", dirname(self));
    const char *const command[] = {program, "score", "--reward", "code(timeout=100)", NULL};
    EXPECT(process_start(&p, &(struct process_options){.command = command}, &err), "%s", err.text);
    EXPECT(process_write(&p, row, strlen(row)) == strlen(row), "not written");
    pid_t pid = p.pid;
    double until = clock_now() + 30;
    while (count_running(pid) < 6 && clock_now() < until)
        usleep(10000);
    EXPECT(count_running(pid) >= 6, "%d processes", count_running(pid));
    kill(pid, signal_number);
    until = clock_now() + 10;
    while (count_running(pid) && clock_now() < until)
        usleep(10000);
    EXPECT(count_running(pid) == 0, "%d processes outlive vkr1 (signal %d)", count_running(pid), signal_number);
    process_end(&p, 5);
}

TEST(sandbox, programs_die_with_vkr1)
{
    if (!test_sandbox())
        return;
    expect_gone(SIGKILL);
    expect_gone(SIGINT);
}

// ---- Without root, and where it cannot be ----

// Runs `test` as an ordinary user in a process of its own; its exit code.
static int as_user(int (*test)(void))
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        bool ok = geteuid() != 0 || (setresgid(54321, 54321, 54321) == 0 && setresuid(54321, 54321, 54321) == 0);
        prctl(PR_SET_DUMPABLE, 1); // as after an exec
        int code = ok ? test() : 100;
        fflush(stdout);
        _exit(code);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int user_runs(void)
{
    char path[SANDBOX_PATH_MAX];
    struct err err = {0};
    if (!sandbox_check("python3", path, &err)) {
        printf("    an ordinary user gets: %s\n", err.text);
        return strstr(err.text, "cannot make a sandbox for generated programs: ") &&
                       strstr(err.text, "run vkr1 as root")
                   ? 77
                   : 1;
    }
    bool ok = test_code("code", row_printing, "print('denied')", NULL) == 1 &&
              test_code("code", row_calling, "def f(x): return 918273645", NULL) == 1 &&
              test_code("code(timeout=1)", row_printing, BOMB, NULL) == 0 &&
              test_code("code", row_printing, "import os\n" TRY("os.setuid(0)"), NULL) == 1 &&
              test_code("code", row_printing, TRY("open('/x', 'w')"), NULL) == 1 &&
              test_code("code", row_printing, "import socket\n" TRY("socket.socket()"), NULL) == 1 &&
              count_running(getpid()) == 0;
    return ok ? 0 : 1;
}

// Each program is watched by five descriptors: those of 32 are more than one program may have.
TEST(sandbox, descriptors_of_ours_do_not_count_for_programs)
{
    enum { ROWS = 40 };
    struct str rows = {0}, out = {0}, messages = {0};
    if (!test_sandbox())
        return;
    for (int i = 0; i < ROWS; i++)
        str_puts(
            &rows,
            "{\"completion\":\"```python\\nprint(input())\\n```\",\"tests\":[{\"input\":\"7\",\"output\":\"7\"}]}\n");
    int code = program_run_vkr1("score --reward 'code(workers=32)'", rows.data, &out, &messages), right = 0;
    for (const char *at = out.data; (at = strstr(at, "\"reward\":1,")); at++)
        right++;
    EXPECT(code == 0 && right == ROWS, "exit code %d, %d of %d right: %.500s", code, right, ROWS, messages.data);
    str_finish(&rows);
    str_finish(&out);
    str_finish(&messages);
}

TEST(sandbox, an_ordinary_user_runs_programs_or_is_told_why_not)
{
    int code = as_user(user_runs);
    EXPECT(code == 0 || code == 77, "exit code %d", code);
    if (code == 77)
        test_skip("ordinary users cannot make user namespaces here");
}

static int refused(void)
{
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    bool parsed = reward_set_parse(&set, "numeric,code", &memory, &err), opened = parsed && reward_set_open(&set, &err);
    printf("    %s\n", err.text);
    reward_set_close(&set);
    arena_finish(&memory);
    return !opened &&
                   strstr(err.text, "reward code: cannot make a sandbox for generated programs: making namespaces: ") &&
                   strstr(err.text, "run vkr1 ")
               ? 0
               : 1;
}

static int refused_in_a_chroot(void)
{
    return chroot("/usr") == 0 && setresgid(54321, 54321, 54321) == 0 && setresuid(54321, 54321, 54321) == 0 ? refused()
                                                                                                             : 100;
}

TEST(sandbox, without_namespaces_the_reward_is_refused_at_the_start)
{
    if (geteuid() != 0) {
        test_skip("only root can take user namespaces away");
        return;
    }
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        int code = refused_in_a_chroot(); // a chroot without /proc, where the kernel gives ordinary users no namespaces
        fflush(stdout);
        _exit(code);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}
