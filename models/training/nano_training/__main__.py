"""The whole recipe: corpus, tokenizer, base, adapter, critic, export. `python -m nano_training --help`"""

from __future__ import annotations

import argparse
import json
import subprocess
from itertools import chain
from pathlib import Path

import numpy as np
import torch

from .data import Encoder, Packer, Renderer, read_records
from .export import export_adapter, export_model
from .model import Llama, Shape
from .tokenizer import load_tokenizer, train_tokenizer, vocabulary
from .train import Schedule, fit

HERE = Path(__file__).resolve().parent.parent
CORPUS = HERE.parent / "corpus" / "main.ts"
TEMPLATE = HERE / "chat_template.jinja"


def corpus(build: Path, kind: str, split: str, n: int, seed: int) -> Path:
    """Generates records once; a later run with the same sizes reuses them."""
    path = build / f"{kind}.{split}.{n}.{seed}.jsonl"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("w") as out:
            command = ["deno", "run", "--no-prompt", str(CORPUS), "--kind", kind, "--split", split,
                       "--n", str(n), "--seed", str(seed)]
            subprocess.run(command, check=True, stdout=out)
        part.rename(path)
    return path


def tool_schemas(build: Path) -> Path:
    return corpus(build, "tools", "train", 0, 0)


class Recipe:
    def __init__(self, config: dict, build: Path, out: Path) -> None:
        self.config, self.build, self.out = config, build, out
        self.renderer = Renderer(TEMPLATE, tool_schemas(build))
        self.seconds: dict[str, float] = {}

    def records(self, name: str, split: str = "train", scale: float = 1.0, shift: int = 0):
        entry = self.config["corpus"][name]
        n = int(entry * scale)
        return read_records(corpus(self.build, name, split, n, self.config["seed"] + shift))

    def tokenizer_path(self, name: str, kinds: list[str]) -> Path:
        path = self.build / f"{name}.tokenizer.json"
        if not path.exists():
            sizes = self.config["tokenizer"]
            texts, rendered = [], []
            for kind in kinds:
                for index, record in enumerate(self.records(kind)):
                    if index >= sizes["records"]:
                        break
                    texts.extend(m["content"] for m in record["messages"] if m["content"])
                    if index < sizes["records"] // 4:
                        rendered.append(self.renderer.render(record))
            train_tokenizer(texts + rendered, self.renderer.tool_names, path, sizes[name], sizes["spaced"])
        return path

    def rows(self, encoder: Encoder, records) -> np.ndarray:
        packer = Packer(self.config["row"], encoder.pad)
        rows = packer.pack(encoder.encode(records))
        if packer.left_out:
            print(f"Left out {packer.left_out} chats longer than {packer.length} tokens", flush=True)
        return rows

    def encoder(self, path: Path, stage: str) -> Encoder:
        return Encoder(load_tokenizer(path), self.renderer, self.config[stage]["decision_weight"])

    def shape(self, name: str, tokenizer: Path) -> Shape:
        return Shape(vocab=len(vocabulary(tokenizer)[0]), **self.config[name]["shape"])

    def held_out(self, encoder: Encoder, kinds: list[str]) -> np.ndarray:
        records = chain(*(self.records(k, "validation", 40 / self.config["corpus"][k]) for k in kinds))
        return self.rows(encoder, records)

    def fit(self, name: str, model: Llama, rows: np.ndarray, held_out: np.ndarray) -> None:
        schedule = Schedule(**self.config[name]["schedule"])
        print(json.dumps({"stage": name, "rows": len(rows), "used": schedule.steps * schedule.rows,
                          "tokens": int((rows[:, 2] > 0).sum()),
                          "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad)}), flush=True)
        self.seconds[name] = fit(model, rows, schedule, seed=self.config["seed"],
                                 checkpoint=self.build / f"{name}.pt", held_out=held_out)

    def base(self) -> None:
        kinds = ["obedient", "judged", "executor", "prose"]
        path = self.tokenizer_path("base", [*kinds, "gateway"])
        encoder = self.encoder(path, "base")
        model = Llama(self.shape("base", path), self.config["seed"])
        rows = np.concatenate([self.rows(encoder, self.records(kind)) for kind in kinds])
        self.fit("base", model, rows, self.held_out(encoder, kinds))
        export_model(model, path, TEMPLATE, self.out / "base.gguf", name="argus-nano")

    def adapter(self) -> None:
        path = self.build / "base.tokenizer.json"
        encoder = self.encoder(path, "adapter")
        model = Llama(self.shape("base", path), self.config["seed"])
        state = torch.load(self.build / "base.pt", weights_only=True)
        model.load_state_dict(state["model"])
        lora = self.config["adapter"]["lora"]
        model.add_lora(lora["rank"], lora["alpha"], self.config["seed"])
        rows = self.rows(encoder, self.records("gateway"))
        self.fit("adapter", model, rows, self.held_out(encoder, ["gateway"]))
        export_adapter(model, lora["alpha"], self.out / "baseline.lora.gguf", name="argus-nano baseline")

    def critic(self) -> None:
        path = self.tokenizer_path("critic", ["critic"])
        encoder = self.encoder(path, "critic")
        model = Llama(self.shape("critic", path), self.config["seed"] + 1)
        rows = self.rows(encoder, self.records("critic"))
        self.fit("critic", model, rows, self.held_out(encoder, ["critic"]))
        export_model(model, path, TEMPLATE, self.out / "critic.gguf", name="argus-nano-critic")


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the nano models of Argus")
    parser.add_argument("--config", type=Path, default=HERE / "nano.json")
    parser.add_argument("--build", type=Path, default=HERE / "build")
    parser.add_argument("--out", type=Path, default=HERE / "build")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("stages", nargs="*", default=["base", "adapter", "critic"])
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    for folder in (args.build, args.out):
        folder.mkdir(parents=True, exist_ok=True)
    recipe = Recipe(json.loads(args.config.read_text()), args.build, args.out)
    for stage in args.stages:
        getattr(recipe, stage)()
        print(json.dumps({"done": stage, "seconds": round(recipe.seconds[stage])}), flush=True)


if __name__ == "__main__":
    main()
