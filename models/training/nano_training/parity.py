"""Writes a small random model, its adapter and what PyTorch makes of some texts, for the parity test."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

from .export import export_adapter, export_model
from .model import Llama, Shape
from .tokenizer import load_tokenizer, train_tokenizer, vocabulary

TEXTS = [
    'Requester: ivy.helpdesk (helpdesk)\n\nDisable kira.voss in realm "lab-eu" (CHG-4099), please.',
    "It's the user's 3rd request;\twe'll do it  tomorrow…\n\n\n  DECISION: APPROVE\nINTENT: x",
    '{"name": "kc_set_user_enabled", "arguments": {"realm": "enterprise", "user_id": "svc-backup_2"}}',
    "SELECT count(*) FROM t WHERE a = 'ü' -- naïve 東京 🙂 \r\n trailing  ",
    "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
]


def round_to_q8(model: Llama) -> None:
    """Replaces the weights by what the file holds, so that only the runtime's arithmetic can differ."""
    with torch.no_grad():
        for weight in [model.embed, *(linear.weight for _, linear in model.linears())]:
            blocks = weight.reshape(-1, 32)
            scale = blocks.abs().amax(1, keepdim=True) / 127
            weight.copy_(((blocks / scale.clamp(min=1e-20)).round() * scale.half().float()).reshape(weight.shape))


def predictions(model: Llama, ids: list[int]) -> list[float]:
    with torch.no_grad():
        return model(torch.tensor([ids]))[0, -1].log_softmax(-1).tolist()


def main() -> None:
    out = Path(sys.argv[1])
    tokenizer_path, template = out / "tokenizer.json", out / "template.jinja"
    template.write_text("{{ messages[0].content }}")
    words = " the of in please request user realm disable is a to for" * 50
    train_tokenizer([words, *TEXTS * 20], ["kc_set_user_enabled"], tokenizer_path, 120, 40)
    tokenizer = load_tokenizer(tokenizer_path)
    model = Llama(Shape(vocab=len(vocabulary(tokenizer_path)[0]), dim=96, layers=2, heads=2, kv_heads=1, hidden=128), 7)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for block in model.blocks:
            for linear in (block.o, block.down):
                linear.weight.normal_(0, linear.weight.shape[1] ** -0.5, generator=generator)
    round_to_q8(model)
    export_model(model, tokenizer_path, template, out / "base.gguf", name="parity")
    encoded = [tokenizer.encode(text).ids for text in TEXTS]
    base = [predictions(model, ids) for ids in encoded]
    model.add_lora(8, 16.0, 11)
    with torch.no_grad():
        for _, linear in model.linears():
            linear.lora_b.normal_(0, 0.05, generator=generator)
            for part in (linear.lora_a, linear.lora_b):
                part.copy_(part.half().float())
    export_adapter(model, 16.0, out / "adapter.gguf", name="parity")
    adapted = [predictions(model, ids) for ids in encoded]
    cases = [dict(text=t, ids=i, base=b, adapted=a) for t, i, b, a in zip(TEXTS, encoded, base, adapted)]
    (out / "cases.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    main()
