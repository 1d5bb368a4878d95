"""Byte-level BPE whose merges never join a space or punctuation to an identifier, in llama.cpp's "qwen2" dialect.

Ordinary BPE spells ` henry.x` and `"henry.x` with different tokens, which a small model can't bridge when it copies a
name into JSON. Merges are learnt on runs of letters alone; a leading space or underscore is joined only to words of a
list that is learnt too, by merges at the end of the list.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import regex
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|pad|>"]
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LETTERS_ALONE = r"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+"
ALWAYS_SPACED = ["APPROVE", "REJECT"]


def _spaced_words(texts: list[str], limit: int) -> list[str]:
    """Words that nearly always stand alone: function words and the vocabulary of requests, not parts of names."""
    plain, total = Counter(), Counter()
    alone = regex.compile(r"(?<=^|[\s(\"])\p{L}+(?=$|[\s,:;!?)\"]|\.(?:\s|$))")
    for text in texts:
        total.update(regex.findall(r"\p{L}+", text))
        plain.update(alone.findall(text))
    good = [word for word, n in plain.items() if n >= 0.9 * total[word] and n >= 20]
    return sorted(good, key=lambda word: (-plain[word], word))[:limit]


def _underscored_words(tool_names: list[str]) -> list[str]:
    return sorted({part for name in tool_names for part in name.split("_")[1:]})


def train_tokenizer(texts: list[str], names: list[str], path: Path, letters: int, spaced: int) -> None:
    """Learns the vocabulary and writes it as a Hugging Face tokenizer.json.

    texts: what to learn from; names: tool and argument names; letters: merges inside of runs of letters;
    spaced: how many words get a variant with a leading space.
    """
    words = _spaced_words(texts, spaced)
    trainer = trainers.BpeTrainer(
        vocab_size=256 + letters, show_progress=False, special_tokens=[],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), min_frequency=3,
    )
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LETTERS_ALONE), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    # Whole words first: each word of the lists must be one token before a space can join it.
    wanted = words + ALWAYS_SPACED + _underscored_words(names)
    learner.train_from_iterator(texts + [" ".join(wanted)] * 200, trainer)
    state = json.loads(learner.to_str())["model"]
    vocab: dict[str, int] = state["vocab"]
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in state["merges"]]
    joined = [("Ġ", w) for w in ALWAYS_SPACED + words] + [("_", w) for w in _underscored_words(names)]
    for left, right in joined:
        if right in vocab and left + right not in vocab:
            vocab[left + right] = len(vocab)
            merges.append((left, right))
    while (len(vocab) + len(SPECIAL)) % 32:
        vocab[f"<|unused_{len(vocab)}|>"] = len(vocab)
    final = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    final.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN2), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    final.decoder = decoders.ByteLevel()
    final.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in SPECIAL])
    final.save(str(path))


def load_tokenizer(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def vocabulary(path: Path) -> tuple[list[str], list[int], list[str]]:
    """Tokens, their GGUF types (1 normal, 3 control, 5 unused) and merges, as the GGUF wants them."""
    data = json.loads(path.read_text())
    table = dict(data["model"]["vocab"])
    special = {item["content"]: item["id"] for item in data["added_tokens"]}
    table.update(special)
    tokens = [token for token, _ in sorted(table.items(), key=lambda item: item[1])]
    types = [3 if t in special else 5 if t.startswith("<|unused_") else 1 for t in tokens]
    merges = [m if isinstance(m, str) else " ".join(m) for m in data["model"]["merges"]]
    return tokens, types, merges
