# Accuracy of SUPERB's linear probe in S3PRL over many starts, on csv files with the columns id, wav_path, label (16 kHz):
#   python bench/probe_starts.py train.csv test.csv STARTS [--balanced] [--decibels -3]
# S3PRL's features, network, sampler, optimizer and clipping. The probe is linear, so the mean over time is taken once
# for each utterance and only what depends on a batch, S3PRL's padding of the last frames, is added for each batch anew.
import argparse
import csv
import random

import numpy
import soundfile
import torch
from s3prl.dataio.sampler import BalancedWeightedSampler
from s3prl.nn import S3PRLUpstream
from s3prl.nn.linear import MeanPoolingLinear

arguments = argparse.ArgumentParser()
arguments.add_argument("train")
arguments.add_argument("test")
arguments.add_argument("starts", type=int)
arguments.add_argument("--balanced", action="store_true", help="each label equally often, as for keywords; else shuffled")
arguments.add_argument("--decibels", type=float, default=0.0)
arguments.add_argument("--steps", type=int, default=600)
arguments.add_argument("--upstream", default="fbank_no_cmvn")
arguments.add_argument("--learning-rate", type=float, default=2e-3)
arguments.add_argument("--cosine", action="store_true", help="the learning rate falls to 0 along a cosine")
arguments.add_argument("--clipping", type=float, default=1.0, help="largest norm of the gradients; 0: none")
arguments.add_argument("--weight-decay", type=float, default=0.0)
options = arguments.parse_args()
torch.set_num_threads(1)
upstream = S3PRLUpstream(options.upstream).eval()


def read(path):
    rows = list(csv.DictReader(open(path)))
    gain = 10 ** (options.decibels / 20)
    waveforms = [torch.from_numpy(soundfile.read(row["wav_path"], dtype="float32")[0]) * gain for row in rows]
    return waveforms, [row["label"] for row in rows]


def summed(waveforms):
    """Sum and last of the frames of each utterance, how many there are, and how many S3PRL counts."""
    sums, lasts, frames, counted = [], [], [], []
    with torch.no_grad():
        for waveform in waveforms:
            features = upstream.upstream([waveform])["hidden_states"][0][0]
            count = (len(waveform) - 1) // 160 + 1
            sums.append(features[:count].sum(0))
            lasts.append(features[-1])
            frames.append(min(count, len(features)))
            counted.append(count)
    return torch.stack(sums), torch.stack(lasts), torch.tensor(frames), torch.tensor(counted)


def means(utterances, indices):
    """What S3PRL's mean pooling sees in a batch: zeros behind the end, but the longest utterances repeat their last frame."""
    sums, lasts, frames, counted = (values[indices] for values in utterances)
    repeated = (counted - frames).float() * (frames == frames.max()).float()
    return (sums + repeated[:, None] * lasts) / counted[:, None].float()


def logits(model, utterances, indices):
    return model(means(utterances, indices)[:, None], torch.ones(len(indices), dtype=torch.long)).reshape(len(indices), -1)


(train, train_labels), (test, test_labels) = read(options.train), read(options.test)
labels = sorted(set(train_labels))
train_ids, test_ids = (torch.tensor([labels.index(label) for label in given]) for given in (train_labels, test_labels))
train, test = summed(train), summed(test)
accuracies = []
for seed in range(options.starts):
    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)
    model = MeanPoolingLinear(240, len(labels), hidden_size=256)
    optimizer = torch.optim.Adam(model.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps) if options.cosine else None
    sampler = BalancedWeightedSampler(train_labels, batch_size=32) if options.balanced else None
    step = epoch = 0
    while step < options.steps:
        if sampler:
            sampler.set_epoch(epoch)
        for batch in list(sampler) if sampler else torch.randperm(len(train_labels)).split(32):
            batch = torch.as_tensor(batch)
            loss = torch.nn.functional.cross_entropy(logits(model, train, batch), train_ids[batch])
            optimizer.zero_grad()
            loss.backward()
            if options.clipping > 0:
                torch.nn.utils.clip_grad_norm_(model.parameters(), options.clipping)
            optimizer.step()
            if schedule:
                schedule.step()
            step += 1
            if step >= options.steps:
                break
        epoch += 1
    with torch.no_grad():
        found = torch.cat([logits(model, test, batch).argmax(-1) for batch in torch.arange(len(test_labels)).split(32)])
    accuracies.append(100 * float((found == test_ids).float().mean()))
    print(f"start {seed}: {accuracies[-1]:.1f} %", flush=True)
print(f"{options.starts} starts: mean {numpy.mean(accuracies):.1f}, {min(accuracies):.1f} to {max(accuracies):.1f} %")
