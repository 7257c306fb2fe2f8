import json

import numpy as np
import soundfile


def peer():
    return f"soundfile {soundfile.__version__}"


def prepare(folder):
    paths = json.loads((folder / "paths.json").read_text())

    def run():
        for path in [*paths] * 20:
            waveform, _ = soundfile.read(path, dtype="float32")
        return [np.abs(waveform).mean()]

    return run
