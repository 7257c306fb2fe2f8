import importlib.metadata
import json
import pickle
import shutil
import time
from pathlib import Path

import torch
from __main__ import cpu_seconds
from s3prl.problem.asv import superb_asv


def peer():
    return f"S3PRL {importlib.metadata.version('s3prl')} SuperbASV.train, torch {torch.__version__}"


class TimedASV(superb_asv.SuperbASV):
    """Notes the time after every update."""

    def build_optimizer(self, build_optimizer, parameters):
        optimizer = super().build_optimizer(build_optimizer, parameters)
        self.marks = []
        optimizer.register_step_post_hook(lambda *_: self.marks.append((cpu_seconds(), time.perf_counter())))
        return optimizer


def prepare(folder):
    sizes = json.loads((folder / "sizes.json").read_text())
    superb_asv.EFFECTS = None  # volume and silence are left alone on both sides
    problem = TimedASV()
    config = problem.default_config()
    target = folder / "peer"
    target.mkdir()
    encoder_path = problem.build_encoder({}, target, target, sizes["train"], [], False)
    encoder = pickle.loads(Path(encoder_path).read_bytes())
    dataset = problem.build_dataset({"train": {"max_secs": 1.0}}, target, target, "train", sizes["train"], encoder_path)
    steps = sizes["warmSteps"] + sizes["timedSteps"]
    train = dict(config["train"], total_steps=steps, log_step=steps, save_step=steps, gradient_accumulate=1, auto_resume=False)

    def run():
        shutil.rmtree(target / "train", ignore_errors=True)
        problem.train(
            train=train,
            train_dir=target / "train",
            build_model_all_args=dict(
                build_model=config["build_model"],
                model_output_size=len(encoder),
                build_upstream=dict(name="fbank"),
                build_featurizer=config["build_featurizer"],
                build_downstream={},
            ),
            build_task_all_args_except_model=dict(build_task=config["build_task"], encoder=encoder),
            save_model={},
            save_task={},
            build_optimizer=dict(name="AdamW", conf=dict(lr=5e-4)),
            build_scheduler={},
            evaluate={},
            train_dataset=dataset,
            train_batch_sampler=problem.build_batch_sampler(
                config["build_batch_sampler"], target, target, "train", sizes["train"], dataset
            ),
            train_collate_fn=problem.build_collate_fn({}, "train"),
            valid_dataset=None,
            valid_batch_sampler=None,
            valid_collate_fn=None,
            num_workers=0,
            world_size=1,
            rank=0,
            eval_batch=-1,
            device="cpu",
        )
        begin, end = problem.marks[sizes["warmSteps"] - 1], problem.marks[-1]
        return dict(cpu=(end[0] - begin[0]) / sizes["timedSteps"], wall=(end[1] - begin[1]) / sizes["timedSteps"])

    return run
