"""Chats to packed batches: many chats share one prefix (system turn) and don't see one another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator

import jinja2
import numpy as np
import torch
from tokenizers import Tokenizer


class Renderer:
    """Renders chats with the very template that is shipped inside of the GGUF."""

    def __init__(self, template: Path, tools: Path) -> None:
        environment = jinja2.Environment(keep_trailing_newline=False)
        environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
        self._template = environment.from_string(template.read_text())
        schemas = [json.loads(line) for line in tools.read_text().splitlines()]
        self._tools = {schema["function"]["name"]: schema for schema in schemas}
        self.tool_names = [*self._tools, *{
            name for s in schemas for name in s["function"]["parameters"]["properties"]
        }]

    def render(self, record: dict, prompt: bool = False) -> str:
        """The text of a record; with `prompt`, without the last turn and ready for an answer."""
        messages = record["messages"][:-1] if prompt else record["messages"]
        tools = [self._tools[name] for name in record.get("tools", [])]
        return self._template.render(messages=messages, tools=tools, add_generation_prompt=prompt)


def read_records(path: Path) -> Iterator[dict]:
    with path.open() as lines:
        for line in lines:
            yield json.loads(line)


@dataclass
class Doc:
    """One chat: the shared prefix, the rest, and the loss weight of each token of the rest."""

    prefix: tuple[int, ...]
    rest: list[int]
    weights: list[float]


class Encoder:
    def __init__(self, tokenizer: Tokenizer, renderer: Renderer, decision_weight: float) -> None:
        self.tokenizer = tokenizer
        self.renderer = renderer
        self.decision_weight = decision_weight
        self.start, self.end, self.eot, self.pad = (
            tokenizer.token_to_id(t)
            for t in ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|pad|>")
        )
        self.assistant = tuple(tokenizer.encode("assistant").ids)
        decisions = (" APPROVE", " REJECT", "OK", "OVERRIDE_REJECT")
        self.decisions = {tokenizer.encode(text).ids[0] for text in decisions}

    def encode(self, records: Iterable[dict]) -> Iterator[Doc]:
        batch: list[dict] = []
        for record in records:
            batch.append(record)
            if len(batch) == 512:
                yield from self._encode(batch)
                batch = []
        yield from self._encode(batch)

    def _encode(self, batch: list[dict]) -> Iterator[Doc]:
        texts = [self.renderer.render(record) for record in batch]
        for record, encoding in zip(batch, self.tokenizer.encode_batch(texts, add_special_tokens=False)):
            yield self._doc(record, encoding.ids)

    def _doc(self, record: dict, ids: list[int]) -> Doc:
        turns, begin = [], 0
        for index, token in enumerate(ids):
            if token == self.eot:
                turns.append((begin, index + 1))
                begin = index + 1
        weights = [0.0] * len(ids)
        last_only = record["kind"] in ("gateway", "critic")
        for number, (a, b) in enumerate(turns):
            head = a + 1 + len(self.assistant)
            if tuple(ids[a + 1:head]) != self.assistant:
                continue
            if last_only and number + 1 < len(turns):
                continue
            body = head + 2  # <|end_header_id|> and the blank line
            for index in range(body, b):
                weights[index] = 1.0
            if last_only:
                first = next((i for i in range(body, b) if ids[i] in self.decisions), None)
                if first is not None:
                    weights[first] = self.decision_weight
        cut = turns[0][1] if record["messages"][0]["role"] == "system" else 0
        return Doc(tuple(ids[:cut]), ids[cut:], weights[cut:])


class Packer:
    """Fills rows of a fixed length; a chat that doesn't fit in a row of its own is left out and counted."""

    def __init__(self, length: int, pad: int) -> None:
        self.length, self.pad, self.left_out = length, pad, 0

    def pack(self, docs: Iterable[Doc], window: int = 32) -> np.ndarray:
        """Rows of (token, position, segment, chat, weight), shape (n, 5, length); weights in hundredths.

        First fit over the last `window` open rows; a row that already holds the prefix comes first.
        """
        done: list[np.ndarray] = []
        open_rows: list[_Row] = []
        for doc in docs:
            if len(doc.rest) + len(doc.prefix) > self.length:
                self.left_out += 1
                continue
            row = next((r for r in open_rows if r.fits(doc) and doc.prefix in r.prefixes), None)
            row = row or next((r for r in open_rows if r.fits(doc)), None)
            if row is None:
                row = _Row(self.length, self.pad)
                open_rows.append(row)
                if len(open_rows) > window:
                    done.append(open_rows.pop(0).data)
            row.add(doc)
        return np.stack(done + [row.data for row in open_rows])


class _Row:
    def __init__(self, length: int, pad: int) -> None:
        self.data = np.zeros((5, length), dtype=np.int32)
        self.data[0] = pad
        self.used, self.chats = 0, 0
        self.prefixes: dict[tuple[int, ...], int] = {}

    def fits(self, doc: Doc) -> bool:
        need = len(doc.rest) + (0 if doc.prefix in self.prefixes else len(doc.prefix))
        return self.used + need <= self.data.shape[1]

    def add(self, doc: Doc) -> None:
        if doc.prefix not in self.prefixes:
            self.prefixes[doc.prefix] = len(self.prefixes) + 1
            self._put(list(doc.prefix), 0, doc.prefix, 0, [0.0] * len(doc.prefix))
        self.chats += 1
        self._put(doc.rest, len(doc.prefix), doc.prefix, self.chats, doc.weights)

    def _put(self, tokens, position, prefix, chat, weights) -> None:
        begin, end = self.used, self.used + len(tokens)
        self.data[0, begin:end] = tokens
        self.data[1, begin:end] = np.arange(position, position + len(tokens))
        self.data[2, begin:end] = self.prefixes[prefix]
        self.data[3, begin:end] = chat
        self.data[4, begin:end] = np.round(np.asarray(weights) * 100)
        self.used = end


def batch_tensors(rows: np.ndarray) -> dict[str, torch.Tensor]:
    """What the model needs for some rows; row 4 holds weights in hundredths."""
    block = torch.from_numpy(rows).long()
    tokens, positions, segments, chats, weights = block.unbind(1)
    length = tokens.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    same = (segments[:, :, None] == segments[:, None, :]) & (
        (chats[:, None, :] == 0) | (chats[:, :, None] == chats[:, None, :])
    )
    mask = torch.zeros(same.shape, dtype=torch.float32).masked_fill_(~(same & causal), float("-inf"))
    flat = weights[:, 1:].reshape(-1)
    picked = flat.nonzero().squeeze(1)
    row_of, column = picked // (length - 1), picked % (length - 1)
    return {
        "tokens": tokens, "positions": positions, "mask": mask[:, None],
        "where": row_of * length + column, "targets": tokens[row_of, column + 1],
        "weights": flat[picked].float() / 100,
    }
