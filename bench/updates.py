"""What the peers of training steps share: the device, our weights, and an update by AdamW."""

import sys

import numpy as np
import torch

# the third argument of peer.py
device = torch.device(sys.argv[3])


def read_array(folder, name, shape, dtype=np.float32):
    return torch.from_numpy(np.fromfile(folder / name, dtype)).view(*shape).to(device)


def load_weights(folder, shapes, parameter_of):
    """Copies our weights into the peer's; parameter_of gives the parameter of one of our names."""
    for name, shape in shapes.items():
        parameter_of(name).data.copy_(read_array(folder, f"{name}.f32", shape))


def updater(modules, loss_of):
    """An update of all weights of the modules; the norm of their gradients."""
    for module in modules:
        module.to(device)
    parameters = [parameter for module in modules for parameter in module.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=1e-4)

    def run():
        loss_of().backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1000)
        optimizer.step()
        optimizer.zero_grad()
        return [norm]

    return run
