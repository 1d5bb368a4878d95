"""Trains a model or an adapter on packed rows: seeded, resumable, with a log line every few steps."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .data import batch_tensors
from .model import Llama
from .optimizer import Muon


@dataclass(frozen=True)
class Schedule:
    """How long and how fast: learning rates fall linearly to zero over the last `cooldown` of the steps."""

    steps: int
    rows: int
    matrix_rate: float
    other_rate: float
    cooldown: float = 0.5
    warmup: int = 30

    def factor(self, step: int) -> float:
        fall = (self.steps - step) / max(1, self.steps * self.cooldown)
        return min(1.0, (step + 1) / self.warmup, fall)


def loss_of(model: Llama, rows: np.ndarray) -> torch.Tensor:
    batch = batch_tensors(rows)
    hidden = model.hidden(batch["tokens"], batch["positions"], batch["mask"])
    picked = hidden.reshape(-1, hidden.shape[-1])[batch["where"]]
    losses = F.cross_entropy(F.linear(picked, model.embed), batch["targets"], reduction="none")
    return (losses * batch["weights"]).sum() / batch["weights"].sum()


def optimizers(model: Llama, schedule: Schedule) -> list[torch.optim.Optimizer]:
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    if any("lora" in name for name, _ in trained):
        return [torch.optim.AdamW([p for _, p in trained], lr=schedule.other_rate, betas=(0.9, 0.98), weight_decay=0.0)]
    matrices = [p for n, p in trained if p.ndim == 2 and n != "embed"]
    others = [p for n, p in trained if p.ndim != 2 or n == "embed"]
    return [
        Muon(matrices, lr=schedule.matrix_rate),
        torch.optim.AdamW(others, lr=schedule.other_rate, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def fit(model: Llama, rows: np.ndarray, schedule: Schedule, *, seed: int, checkpoint: Path, held_out: np.ndarray) -> float:
    """Trains in place and returns the seconds that it took, those of interrupted runs included."""
    opts = optimizers(model, schedule)
    base_rates = [[g["lr"] for g in o.param_groups] for o in opts]
    order = np.random.default_rng(seed).permutation(len(rows))
    first, spent = 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        for optimizer, saved in zip(opts, state["optimizers"]):
            optimizer.load_state_dict(saved)
        first, spent = state["step"], state["seconds"]
    started = time.monotonic()
    running = None
    for step in range(first, schedule.steps):
        for optimizer, rates in zip(opts, base_rates):
            for group, rate in zip(optimizer.param_groups, rates):
                group["lr"] = rate * schedule.factor(step)
        begin = step * schedule.rows % max(1, len(rows) - schedule.rows + 1)
        loss = loss_of(model, rows[order[begin:begin + schedule.rows]])
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        for optimizer in opts:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        running = loss.item() if running is None else 0.95 * running + 0.05 * loss.item()
        last = step + 1 == schedule.steps
        if (step + 1) % 50 == 0 or last:
            seconds = spent + time.monotonic() - started
            with torch.no_grad():
                check = loss_of(model, held_out).item()
            print(json.dumps({"step": step + 1, "of": schedule.steps, "loss": round(running, 4),
                              "held_out": round(check, 4), "seconds": round(seconds)}), flush=True)
            torch.save({"model": model.state_dict(), "optimizers": [o.state_dict() for o in opts],
                        "step": step + 1, "seconds": seconds}, checkpoint)
    return spent + time.monotonic() - started
