import json

import numpy as np
import torch
import torchaudio


def peer():
    return f"torchaudio {torchaudio.__version__} compliance.kaldi.fbank, one thread"


def prepare(folder):
    sizes = json.loads((folder / "sizes.json").read_text())
    waveforms = torch.from_numpy(np.fromfile(folder / "waveforms.f32", np.float32)).view(sizes["clips"], 1, sizes["samples"])
    torch.set_num_threads(1)

    def run():
        for waveform in waveforms:
            frames = torchaudio.compliance.kaldi.fbank(
                waveform, num_mel_bins=80, frame_length=25, frame_shift=10, dither=0, sample_frequency=16_000
            )
        return [frames.abs().mean()]

    return run
