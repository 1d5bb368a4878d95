"""The Llama architecture in plain PyTorch: RMSNorm, RoPE, SwiGLU, grouped queries, tied embedding, LoRA."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn

from .induction import plant


@dataclass(frozen=True)
class Shape:
    """Sizes of one model; the head size is a multiple of 32 so that a Q8_0 KV cache fits.

    Only the fastest `rotating` pairs of each head turn with the position. The others compare contents at any
    distance, which is what copying an identifier needs; with all pairs turning, small heads learn it late.
    """

    vocab: int
    dim: int = 192
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 64
    hidden: int = 384
    context: int = 1024
    rope_theta: float = 1_000_000.0
    rotating: int = 16
    eps: float = 1e-5

    def rope_factors(self) -> torch.Tensor:
        """What each pair's frequency is divided by: GGUF's `rope_freqs.weight`."""
        factors = torch.ones(self.head_dim // 2)
        factors[self.rotating:] = 1e9
        return factors

    def as_dict(self) -> dict:
        return asdict(self)


class LoraLinear(nn.Module):
    """A linear layer without bias, with an optional low-rank update."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.lora_a: nn.Parameter | None = None
        self.lora_b: nn.Parameter | None = None
        self.scale = 0.0

    def add_lora(self, rank: int, alpha: float, generator: torch.Generator) -> None:
        outputs, inputs = self.weight.shape
        self.weight.requires_grad_(False)
        self.lora_a = nn.Parameter(torch.randn(rank, inputs, generator=generator) / inputs**0.5)
        self.lora_b = nn.Parameter(torch.zeros(outputs, rank))
        self.scale = alpha / rank

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.linear(x, self.weight)
        if self.lora_a is not None and self.lora_b is not None:
            y = y + F.linear(F.linear(x, self.lora_a), self.lora_b) * self.scale
        return y


def rope_table(shape: Shape) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines by position, for the half-rotation layout of Hugging Face's Llama."""
    half = shape.head_dim // 2
    rates = shape.rope_theta ** (-torch.arange(half, dtype=torch.float32) / half)
    angles = torch.arange(shape.context, dtype=torch.float32)[:, None] * (rates / shape.rope_factors())
    return angles.cos(), angles.sin()


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        kv, width = shape.kv_heads * shape.head_dim, shape.heads * shape.head_dim
        self.attn_norm = nn.Parameter(torch.ones(shape.dim))
        self.ffn_norm = nn.Parameter(torch.ones(shape.dim))
        self.q = LoraLinear(shape.dim, width)
        self.k = LoraLinear(shape.dim, kv)
        self.v = LoraLinear(shape.dim, kv)
        self.o = LoraLinear(width, shape.dim)
        self.gate = LoraLinear(shape.dim, shape.hidden)
        self.up = LoraLinear(shape.dim, shape.hidden)
        self.down = LoraLinear(shape.hidden, shape.dim)

    def forward(self, x, cos, sin, mask):
        s = self.shape
        b, t, _ = x.shape
        h = F.rms_norm(x, (s.dim,), self.attn_norm, s.eps)
        q = self.q(h).view(b, t, s.heads, s.head_dim).transpose(1, 2)
        k = self.k(h).view(b, t, s.kv_heads, s.head_dim).transpose(1, 2)
        v = self.v(h).view(b, t, s.kv_heads, s.head_dim).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        groups = s.heads // s.kv_heads
        k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.o(y.transpose(1, 2).reshape(b, t, s.heads * s.head_dim))
        h = F.rms_norm(x, (s.dim,), self.ffn_norm, s.eps)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Llama(nn.Module):
    """A causal language model; `mask` is additive, one row and column for each token of a pack."""

    def __init__(self, shape: Shape, seed: int) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Parameter(torch.empty(shape.vocab, shape.dim))
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.Parameter(torch.ones(shape.dim))
        cos, sin = rope_table(shape)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self._initialise(seed)

    def _initialise(self, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            self.embed.normal_(0, 0.02, generator=generator)
            for block in self.blocks:
                for name in ("q", "k", "v", "gate", "up"):
                    weight = getattr(block, name).weight
                    weight.normal_(0, weight.shape[1] ** -0.5, generator=generator)
                for name in ("o", "down"):
                    getattr(block, name).weight.zero_()
        plant(self, generator)

    def linears(self):
        """Every linear layer with its GGUF name."""
        names = {
            "q": "attn_q", "k": "attn_k", "v": "attn_v", "o": "attn_output",
            "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down",
        }
        for index, block in enumerate(self.blocks):
            for attribute, name in names.items():
                yield f"blk.{index}.{name}", getattr(block, attribute)

    def add_lora(self, rank: int, alpha: float, seed: int) -> None:
        """Freezes everything and puts a trainable low-rank update on every linear layer."""
        self.requires_grad_(False)
        generator = torch.Generator().manual_seed(seed)
        for _, linear in self.linears():
            linear.add_lora(rank, alpha, generator)

    def hidden(self, tokens, positions, mask):
        cos, sin = self.cos[positions][:, None], self.sin[positions][:, None]
        x = F.embedding(tokens, self.embed)
        for block in self.blocks:
            x = block(x, cos, sin, mask)
        return F.rms_norm(x, (self.shape.dim,), self.norm, self.shape.eps)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Logits of one plain sequence of shape (1, t): what a GGUF runtime computes."""
        t = tokens.shape[1]
        mask = torch.full((t, t), float("-inf")).triu(1)[None, None]
        return F.linear(self.hidden(tokens, torch.arange(t)[None], mask), self.embed)
