import json

import torch
from torch.nn import LSTM, Linear
from torch.nn.functional import ctc_loss, log_softmax
from updates import device, load_weights, read_array, updater


def peer():
    return f"torch {torch.__version__} LSTM, ctc_loss and AdamW"


class Encoder(torch.nn.Module):
    def __init__(self, features, tokens):
        super().__init__()
        self.proj = Linear(features, 1024)
        self.rnn = LSTM(1024, 1024, num_layers=2, batch_first=True, bidirectional=True)
        self.linear = Linear(2048, tokens)

    def forward(self, hidden, lengths):
        return self.linear(self.rnn(self.proj(hidden))[0]), lengths

    def parameter_of(self, name):
        # model.downstream.rnns.1.layer.weight_ih_l0_reverse is rnn.weight_ih_l1_reverse
        rest = name.removeprefix("model.downstream.")
        if rest.startswith("rnns."):
            _, layer, _, weight = rest.split(".")
            rest = "rnn." + weight.replace("_l0", f"_l{layer}")
        return dict(self.named_parameters())[rest]


def prepare(folder, encoder_of=Encoder):
    sizes = json.loads((folder / "sizes.json").read_text())
    hidden = read_array(folder, "hidden.f32", (sizes["batchSize"], sizes["frames"], sizes["features"]))
    lengths = torch.full((sizes["batchSize"],), sizes["frames"])
    targets = torch.tensor(sizes["targets"], device=device)
    target_lengths = torch.tensor([len(target) for target in sizes["targets"]])
    model = encoder_of(sizes["features"], sizes["tokens"])
    load_weights(folder, sizes["weights"], model.parameter_of)

    def loss():
        logits, frames = model(hidden, lengths)
        return ctc_loss(log_softmax(logits, -1).transpose(0, 1), targets, frames, target_lengths, zero_infinity=True)

    return updater([model], loss)
