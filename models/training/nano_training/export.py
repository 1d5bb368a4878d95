"""Writes GGUF v3: a base and an adapter with Q8_0 matrices."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import torch

from .model import Llama
from .tokenizer import vocabulary

F32, F16, Q8_0 = 0, 1, 8
BLOCK = 32
U32_TYPE, I32_TYPE, F32_TYPE, BOOL_TYPE, STRING_TYPE, ARRAY_TYPE = 4, 5, 6, 7, 8, 9


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<IB", BOOL_TYPE, value)
    if isinstance(value, int):
        return struct.pack("<II", U32_TYPE, value)
    if isinstance(value, float):
        return struct.pack("<If", F32_TYPE, value)
    if isinstance(value, str):
        return struct.pack("<I", STRING_TYPE) + _string(value)
    if isinstance(value, list) and value and isinstance(value[0], str):
        return struct.pack("<IIQ", ARRAY_TYPE, STRING_TYPE, len(value)) + b"".join(map(_string, value))
    if isinstance(value, list):
        return struct.pack("<IIQ", ARRAY_TYPE, I32_TYPE, len(value)) + struct.pack(f"<{len(value)}i", *value)
    raise TypeError(f"Cannot write a value of type {type(value).__name__} to a GGUF")


def pack(array: np.ndarray, kind: int) -> bytes:
    array = np.ascontiguousarray(array, dtype=np.float32)
    if kind == F32:
        return array.tobytes()
    if kind == F16:
        return array.astype(np.float16).tobytes()
    blocks = array.reshape(-1, 32)
    scale = np.abs(blocks).max(axis=1, keepdims=True) / 127
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    out = np.empty((len(blocks), 34), dtype=np.uint8)
    out[:, :2] = scale.astype(np.float16).view(np.uint8)
    out[:, 2:] = np.rint(blocks * inverse).astype(np.int8).view(np.uint8)
    return out.tobytes()


def write_gguf(path: Path, metadata: dict, tensors: list[tuple[str, np.ndarray, int]], alignment: int = 32) -> None:
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(_string(key) + _value(value) for key, value in metadata.items())
    body, offset = [], 0
    for name, array, kind in tensors:
        data = pack(array, kind)
        dims = array.shape[::-1]
        head += _string(name) + struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}Q", *dims)
        head += struct.pack("<IQ", kind, offset)
        data += b"\0" * (-len(data) % alignment)
        offset += len(data)
        body.append(data)
    head += b"\0" * (-len(head) % alignment)
    path.write_bytes(head + b"".join(body))


def interleave(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows of q and k from half-rotation order to the pairwise order that llama.cpp rotates."""
    rows = weight.shape[0]
    return weight.reshape(heads, 2, rows // heads // 2, -1).transpose(1, 2).reshape(rows, -1)


def _heads(model: Llama, name: str) -> int | None:
    return {"attn_q": model.shape.heads, "attn_k": model.shape.kv_heads}.get(name.split(".")[-1])


def _array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().float().numpy()


def export_model(model: Llama, tokenizer: Path, template: Path, path: Path, *, name: str) -> None:
    s = model.shape
    tokens, types, merges = vocabulary(tokenizer)
    eot, pad = tokens.index("<|eot_id|>"), tokens.index("<|pad|>")
    metadata = {
        "general.architecture": "llama", "general.type": "model", "general.name": name,
        "general.license": "apache-2.0", "general.file_type": 7, "general.quantization_version": 2,
        "llama.context_length": s.context, "llama.embedding_length": s.dim, "llama.block_count": s.layers,
        "llama.feed_forward_length": s.hidden, "llama.attention.head_count": s.heads,
        "llama.attention.head_count_kv": s.kv_heads, "llama.rope.dimension_count": s.head_dim,
        "llama.attention.key_length": s.head_dim, "llama.attention.value_length": s.head_dim,
        "llama.rope.freq_base": float(s.rope_theta), "llama.attention.layer_norm_rms_epsilon": float(s.eps),
        "llama.vocab_size": s.vocab,
        "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "qwen2", "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": types, "tokenizer.ggml.merges": merges,
        "tokenizer.ggml.eos_token_id": eot, "tokenizer.ggml.eot_token_id": eot,
        "tokenizer.ggml.padding_token_id": pad, "tokenizer.ggml.add_bos_token": False,
        "tokenizer.ggml.add_eos_token": False, "tokenizer.chat_template": template.read_text().rstrip("\n"),
    }
    tensors = [("token_embd.weight", _array(model.embed), Q8_0), ("output_norm.weight", _array(model.norm), F32)]
    tensors.append(("rope_freqs.weight", _array(s.rope_factors()), F32))
    for index, block in enumerate(model.blocks):
        tensors.append((f"blk.{index}.attn_norm.weight", _array(block.attn_norm), F32))
        tensors.append((f"blk.{index}.ffn_norm.weight", _array(block.ffn_norm), F32))
    for full, linear in model.linears():
        heads = _heads(model, full)
        weight = linear.weight if heads is None else interleave(linear.weight, heads)
        tensors.append((f"{full}.weight", _array(weight), Q8_0))
    write_gguf(path, metadata, tensors)


def export_adapter(model: Llama, alpha: float, path: Path, *, name: str) -> None:
    """Writes an adapter in Q8_0, which llama.cpp multiplies in whole numbers: a reply is then the same
    whatever else is in the batch, which F16 does not give. Blocks of Q8_0 hold 32 values, so the rank is
    padded with zeros to a multiple of 32, and alpha grows with it: the effective scale stays alpha / rank."""
    tensors = []
    factor = 1.0
    for full, linear in model.linears():
        heads = _heads(model, full)
        a, b = _array(linear.lora_a), _array(linear.lora_b if heads is None else interleave(linear.lora_b, heads))
        rank = a.shape[0]
        padded = -(-rank // BLOCK) * BLOCK
        factor = padded / rank
        tensors.append((f"{full}.weight.lora_a", np.pad(a, ((0, padded - rank), (0, 0))), Q8_0))
        tensors.append((f"{full}.weight.lora_b", np.pad(b, ((0, 0), (0, padded - rank))), Q8_0))
    metadata = {
        "general.architecture": "llama", "general.type": "adapter", "general.name": name,
        "general.license": "apache-2.0", "adapter.type": "lora", "adapter.lora.alpha": float(alpha) * factor,
    }
    write_gguf(path, metadata, tensors)
