from __main__ import case_module
from hubert import peer as peer


def prepare(folder):
    return case_module("hubert-step").prepare(folder)
