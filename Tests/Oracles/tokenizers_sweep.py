#!/usr/bin/env python3
"""Asks the reference tokenizers about many strings and writes down the ids they give.

Needs: pip install tokenizers sentencepiece mistral-common gguf; the vocabularies of
Tests/TokenizersTests/Fixtures (made by tokenizers_vocabularies.py).

One file per vocabulary: NAME.tsv. Its first line says where the vocabulary is, its format, and the oracle;
each other line has a mode (t: valid text, b: bytes, c: text in which control tokens are recognised), the
string in base64, and the ids.

The fixture that `swift test` always runs:
    python3 Tests/Oracles/tokenizers_sweep.py --count 600 --out Tests/TokenizersTests/Fixtures
The full sweep (minutes, gigabytes; the folder is not for the repository):
    python3 Tests/Oracles/tokenizers_sweep.py --full --corpus TEXTS --smollm2 SmolLM2.gguf --count 120000 --out DIR
    SIROCCO_TOKENIZER_SWEEP=DIR swift test -c release --filter TokenizersTests
"""

import argparse
import base64
import pathlib
import shutil

import gguf
import mistral_common
import sentencepiece
import tokenizers
from mistral_common.tokens.tokenizers.tekken import Tekkenizer

from tokenizers_strings import Strings

FIXTURES = pathlib.Path(__file__).parent.parent / "TokenizersTests" / "Fixtures"
DATA = pathlib.Path(mistral_common.__file__).parent / "data"
TRAINED = ["gpt2", "smollm", "llama3", "qwen2", "qwen35", "o200k", "tekken", "llama2", "metaspace"]


def sentencepiece_oracle(path):
    model = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return {"t": model.encode, "b": model.encode}, f"sentencepiece {sentencepiece.__version__}"


def tokenizers_oracle(tokenizer):
    def plain(text):
        tokenizer.encode_special_tokens = True
        return tokenizer.encode(text, add_special_tokens=False).ids

    def control(text):
        tokenizer.encode_special_tokens = False
        return tokenizer.encode(text, add_special_tokens=False).ids

    return {"t": plain, "c": control}, f"tokenizers {tokenizers.__version__}"


def tekken_oracle(path):
    model = Tekkenizer.from_file(path)
    return {"t": lambda text: model.encode(text, bos=False, eos=False)}, f"mistral-common {mistral_common.__version__}"


def smollm2_oracle(path):
    """The `tokenizers` tokenizer that SmolLM2's tokenizer.json describes, out of the GGUF's own lists."""
    fields = gguf.GGUFReader(path).fields
    tokens, types, merges = (fields[f"tokenizer.ggml.{key}"].contents() for key in ("tokens", "token_type", "merges"))
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(
        vocab={token: i for i, token in enumerate(tokens)}, merges=[tuple(m.split(" ")) for m in merges]))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([
        tokenizers.pre_tokenizers.Digits(individual_digits=True),
        tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.add_special_tokens([token for token, kind in zip(tokens, types) if kind == 3])
    assert tokenizer.get_vocab_size() == len(tokens)
    return tokenizers_oracle(tokenizer)


def write(out, name, vocabulary, file_format, oracle, strings, count):
    modes, version = oracle
    with open(out / f"{name}.tsv", "w") as file:
        file.write(f"# vocabulary={vocabulary} format={file_format} oracle={version}\n")
        for number in range(count):
            mode = "c" if "c" in modes and number % 10 == 9 else "b" if "b" in modes and number % 10 == 9 else "t"
            text = strings.bytes() if mode == "b" else strings.text()
            ids = modes[mode](text)
            data = text if mode == "b" else text.encode()
            file.write(f"{mode}\t{base64.b64encode(data).decode()}\t{' '.join(map(str, ids))}\n")
    print(f"{name}: {count} strings against {version}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, required=True, help="strings per large vocabulary; small ones get a quarter")
    parser.add_argument("--corpus", help="a folder of texts; without it, texts that may be committed")
    parser.add_argument("--full", action="store_true", help="also the vocabularies that are too large for fixtures")
    parser.add_argument("--smollm2", type=pathlib.Path, help="SmolLM2-135M-Instruct as GGUF")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    out, count = arguments.out, arguments.count
    out.mkdir(parents=True, exist_ok=True)

    def run(name, vocabulary, file_format, oracle, count):
        strings = Strings(arguments.corpus, seed=name)
        if arguments.full and not (out / vocabulary).exists():
            shutil.copy(FIXTURES / vocabulary, out / vocabulary)
        write(out, name, vocabulary, file_format, oracle, strings, count)

    run("mixtral", "mixtral.model", "sentencepiece", sentencepiece_oracle(FIXTURES / "mixtral.model"), count)
    run("tekken", "tekken.json", "tekken", tekken_oracle(FIXTURES / "tekken.json"), count // 4)
    for name in TRAINED:
        path = FIXTURES / f"{name}.tokenizer.json"
        oracle = tokenizers_oracle(tokenizers.Tokenizer.from_file(str(path)))
        run(f"{name}.tokenizer", path.name, "huggingface", oracle, count // 4)
    if arguments.smollm2:
        run("smollm2", "smollm2.vocabulary.txt", "gguf", smollm2_oracle(arguments.smollm2), count)
    if arguments.full:
        for version in ("240216.model.v2", "240323.model.v3", "241114.model.v7"):
            path = DATA / f"mistral_instruct_tokenizer_{version}"
            shutil.copy(path, out)
            run(path.name, path.name, "sentencepiece", sentencepiece_oracle(path), count // 4)
        path = DATA / "tekken_240911.json"
        shutil.copy(path, out)
        run("tekken-full", path.name, "tekken", tekken_oracle(path), count)


if __name__ == "__main__":
    main()
