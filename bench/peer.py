"""The peer's half of a case: peer.py CASE FOLDER DEVICE, then one timed run for each line on stdin."""

import importlib.util
import json
import os
import resource
import sys
import time
import warnings
from pathlib import Path

# libraries print while they are imported; only our answers may go to stdout
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
warnings.simplefilter("ignore")


def answer(value):
    print(json.dumps(value), file=answers, flush=True)


def cpu_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def case_module(name):
    spec = importlib.util.spec_from_file_location("case", Path(__file__).parent / "cases" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


name, folder = sys.argv[1], Path(sys.argv[2])
try:
    case = case_module(name)
except ImportError as error:
    answer({"absent": f"Python lacks a package: {error}"})
    sys.exit()

import torch

torch.set_num_threads(os.cpu_count())
run = case.prepare(folder)
answer({"peer": case.peer()})
for _ in sys.stdin:
    cpu, wall = cpu_seconds(), time.perf_counter()
    check = run()
    # reading the values waits for a GPU
    check = check if isinstance(check, dict) else [float(value) for value in check]
    used, passed = cpu_seconds() - cpu, time.perf_counter() - wall
    # some cases time a part of the round themselves, or measure something else
    own = check if isinstance(check, dict) else {"cpu": used, "wall": passed, "check": check}
    answer({**own, "used": used})
