import importlib.metadata
import json

import numpy as np
import torch
from s3prl.nn.speaker_loss import amsoftmax
from s3prl.nn.speaker_model import SuperbXvector


def peer():
    return f"S3PRL {importlib.metadata.version('s3prl')} SuperbXvector and amsoftmax, torch {torch.__version__} AdamW"


def prepare(folder):
    sizes = json.loads((folder / "sizes.json").read_text())
    hidden = torch.from_numpy(np.fromfile(folder / "hidden.f32", np.float32)).view(
        sizes["batchSize"], sizes["frames"], sizes["features"]
    )
    classes = torch.from_numpy(np.fromfile(folder / "classes.i32", np.int32)).long()
    lengths = torch.full((sizes["batchSize"],), sizes["frames"])
    model = SuperbXvector(sizes["features"])
    loss = amsoftmax(model.output_size, sizes["speakers"], margin=0.4, scale=30)
    # model.downstream.projector.weight, task.loss.W: our names of the same weights
    for name, shape in sizes["weights"].items():
        values = torch.from_numpy(np.fromfile(folder / f"{name}.f32", np.float32)).view(shape)
        part, _, rest = name.split(".", 2)
        dict((model if part == "model" else loss).named_parameters())[rest].data.copy_(values)
    parameters = [*model.parameters(), *loss.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=1e-4)

    def run():
        value, _ = loss(model(hidden, lengths), classes)
        value.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1000)
        optimizer.step()
        optimizer.zero_grad()
        return [norm]

    return run
