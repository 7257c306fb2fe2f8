import json

import numpy as np
import torch
import torchaudio


def peer():
    return f"torchaudio {torchaudio.__version__} transforms.Resample, torch {torch.__version__}"


def prepare(folder):
    sizes = json.loads((folder / "sizes.json").read_text())
    waveforms = [torch.from_numpy(np.fromfile(folder / f"{clip}.f32", np.float32)) for clip in range(sizes["clips"])]
    resample = torchaudio.transforms.Resample(sizes["fromRate"], sizes["toRate"])

    def run():
        for waveform in waveforms:
            resampled = resample(waveform)
        return [resampled.abs().mean()]

    return run
