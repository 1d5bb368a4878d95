"""Plants an induction circuit in fresh weights: look where the current token stood before, copy what came next.

Copying an identifier from the request into JSON is most of what these models do, and a small model spends most of a
short training on discovering the two attention heads for it (Olsson et al. 2022, "In-context learning and induction
heads"). Here the two heads are there from the start, in coarse form, and training refines them. Layer 0: a head that
attends to the previous token and writes its contents to a subspace. Layer 1: a head whose query is the current
token, whose key is that subspace, and whose output is the token found.
"""

from __future__ import annotations

import torch

CONSTANT = 0  # the residual dimension that is the same for every token: what a bias would be


def _orthonormal(rows: int, columns: int, generator: torch.Generator) -> torch.Tensor:
    basis = torch.linalg.qr(torch.randn(columns, rows, generator=generator))[0].T
    basis[:, CONSTANT] = 0
    return basis


def plant(model, generator: torch.Generator) -> None:
    """Overwrites head 0 of the first two layers; the other heads keep their random weights."""
    s = model.shape
    half, turning = s.head_dim // 2, s.rotating
    still = [i for i in range(s.head_dim) if i % half >= turning]
    read = _orthonormal(s.head_dim, s.dim, generator)
    write = _orthonormal(s.head_dim, s.dim, generator)
    first, second = model.blocks[0], model.blocks[1]
    with torch.no_grad():
        # Rows of one length: the first layer then sees exactly the same constant in every token.
        model.embed[:, CONSTANT] = 0
        model.embed.mul_(0.08 * s.dim**0.5 / model.embed.norm(dim=1, keepdim=True))
        model.embed[:, CONSTANT] = 0.24
        rates = s.rope_theta ** (-torch.arange(half, dtype=torch.float32) / half)
        q, k = torch.zeros(s.head_dim, s.dim), torch.zeros(s.head_dim, s.dim)
        k[:turning, CONSTANT] = 3.0
        q[:turning, CONSTANT] = 3.0 * rates[:turning].cos()
        q[half:half + turning, CONSTANT] = -3.0 * rates[:turning].sin()
        _set(first, s, q, k, read, write.T * 0.12)
        match = _orthonormal(len(still), s.head_dim, generator)
        q, k = torch.zeros(s.head_dim, s.dim), torch.zeros(s.head_dim, s.dim)
        q[still] = match @ read * 2.4
        k[still] = match @ write * 2.4
        copy = _orthonormal(s.head_dim, s.dim, generator)
        _set(second, s, q, k, copy, copy.T * 1.5)
        _freeze(model, first, s.head_dim, ("q", "k", "v", "o"))
        _freeze(model, second, s.head_dim, ("q", "k"))


def _freeze(model, block, size: int, names: tuple[str, ...]) -> None:
    """Keeps gradients off the planted head: early steps, which learn phrases, would wash it out."""
    keep = torch.ones_like(model.embed)
    keep[:, CONSTANT] = 0
    model.embed.register_hook(lambda g, keep=keep: g * keep)
    for name in names:
        weight = getattr(block, name).weight
        mask = torch.ones_like(weight)
        if name == "o":
            mask[:, :size] = 0
        else:
            mask[:size] = 0
        weight.register_hook(lambda g, mask=mask: g * mask)


def _set(block, s, q, k, v, o) -> None:
    block.q.weight[:s.head_dim] = q
    block.k.weight[:s.head_dim] = k
    block.v.weight[:s.head_dim] = v
    block.o.weight[:, :s.head_dim] = o
