"""The real Math-Verify, as open-r1 and TRL call it for a reward, for tools/compare_math.py.

It runs in processes of its own: a comparison that hangs (its alarm cannot end code that is inside of a C function) or asks for
more than 4 GiB is ended from outside, and counts as "hang". What it said is kept in a file, since it takes its time.
"""
import hashlib
import json
import logging
import multiprocessing
import os
import resource
import time
import warnings

HANG_S = 40  # its own limits are 5 s for each of two readings and 5 s for the comparison
MEMORY = 4 << 30


def load():
    """(gold text, completion) -> 1, 0, or None where the gold answer cannot be read; open-r1's accuracy_reward."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    from latex2sympy2_extended import NormalizationConfig
    from math_verify import LatexExtractionConfig, parse, verify
    strict = [LatexExtractionConfig(
        normalization_config=NormalizationConfig(basic_latex=True, units=True, malformed_operators=False, nits=False, boxed="all"),
        boxed_match_priority=0, try_extract_without_anchor=False)]

    def score(answer, completion):
        gold = parse(answer, extraction_mode="first_match")
        if not gold:
            return None
        return int(verify(gold, parse(completion, extraction_config=strict, extraction_mode="first_match")))

    return score


def worker(pipe):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    score = load()
    while True:
        answer, completion = pipe.recv()
        begin = time.process_time()
        try:
            value = score(answer, completion)
        except BaseException as e:  # open-r1 turns an exception into a skip
            value = None if not isinstance(e, (MemoryError, RecursionError)) else "hang"
        pipe.send((value, time.process_time() - begin))


class Process:
    def __init__(self):
        self.start()

    def start(self):
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=worker, args=(other,), daemon=True)
        self.process.start()
        other.close()

    def score(self, answer, completion):
        """The value, 0 with "hang" said for one that did not end, and the seconds of processor time."""
        self.pipe.send((answer, completion))
        try:
            if self.pipe.poll(HANG_S):
                return self.pipe.recv()
        except EOFError:
            pass
        self.process.kill()
        self.process.join()
        self.start()
        return "hang", float(HANG_S)

    def finish(self):
        self.process.kill()
        self.process.join()


def key_of(row):
    return hashlib.sha1(json.dumps([row["answer"], row["completion"]]).encode()).hexdigest()


def score_all(rows, folder, processes=2):
    """Math-Verify's value of every row: 1, 0, None or "hang". Kept in folder/math_verify.jsonl, so a second run asks only
    for what is new."""
    path = os.path.join(folder, "math_verify.jsonl")
    known = {}
    if os.path.exists(path):
        with open(path) as f:
            for line in f:
                entry = json.loads(line)
                known[entry["key"]] = entry["value"]
    wanted = {key_of(r): r for r in rows if key_of(r) not in known}
    if wanted:
        print(f"Math-Verify: {len(wanted)} of {len(rows)} rows are new", flush=True)
        with open(path, "a") as f:
            for key, value in share(list(wanted.items()), processes):
                known[key] = value
                f.write(json.dumps({"key": key, "value": value}) + "\n")
                f.flush()
    return [known[key_of(r)] for r in rows]


def share(items, processes):
    """Yields (key, value) as they come from `processes` processes."""
    from concurrent.futures import ThreadPoolExecutor
    from queue import SimpleQueue
    pool = SimpleQueue()
    workers = [Process() for _ in range(min(processes, len(items)))]
    for w in workers:
        pool.put(w)

    def one(item):
        w = pool.get()
        try:
            return item[0], w.score(item[1]["answer"], item[1]["completion"])[0]
        finally:
            pool.put(w)

    with ThreadPoolExecutor(len(workers)) as executor:
        yield from executor.map(one, items)
    for w in workers:
        w.finish()
