#!/usr/bin/env python3
"""Makes the fixtures of Tests/ModelsTests: tiny random models, and what transformers computes with them.

Needs: gguf, numpy, safetensors, torch, transformers.
  tiny_models.py Tests/ModelsTests/Fixtures

Each model gets a folder NAME/ with expected.json, NAME/hf* (a Hugging Face folder, written by transformers)
and NAME/*.gguf (written by the gguf package, Q and K rows permuted to adjacent pairs as llama.cpp's
converter does). expected.json holds fp32 logits of every position of every sequence and, for a mixture of
experts, the chosen experts and gate weights of every layer and token, from a hook on transformers' router.
Weights that a file keeps in fewer bits are rounded first: transformers computes with what the file stores.

Where the engine rounds on purpose, transformers is made to round alike, so that a test need not allow for
it: `rounded` holds the logits of the last positions of one sequence with queries, keys and values in half
precision or, for weights in blocks, with activations in blocks of 32 signed bytes, as ggml has them.

The script proves that its fixtures can tell right from wrong: with another rope base, without the rope
scaling or without the sliding window the logits differ by more than 1000 times the tolerance of the tests;
and no router choice hangs on less than MARGIN, so rounding cannot turn it.
"""
import argparse
import base64
import contextlib
import importlib.metadata
import json
import pathlib
import shutil

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Q
from transformers import (LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, MixtralConfig,
                          MixtralForCausalLM)
from transformers.models.llama import modeling_llama
from transformers.models.mistral import modeling_mistral
from transformers.models.mixtral import modeling_mixtral
from transformers.models.mixtral.modeling_mixtral import MixtralTopKRouter

VERSIONS = {name: importlib.metadata.version(name) for name in ("gguf", "numpy", "torch", "transformers")}
LENGTHS = (1, 7, 66)  # the last crosses a page of the cache, 64 positions
EXACT = 1e-5  # the tests' tolerance for weights in F32, relative to the largest logit
ROUNDED = 16  # positions of `rounded`
MARGIN = 2e-4  # between the last expert chosen and the first left out, in router logits
QUANTIZED_MARGIN = 0.05  # the same where the engine rounds activations to 8 bits

DEFAULT = {"rope_type": "default"}
# With heads of 6, one frequency is kept, one lies on the ramp and one is divided.
LLAMA3 = {"rope_type": "llama3", "rope_theta": 1e4, "factor": 8.0, "low_freq_factor": 1.0,
          "high_freq_factor": 4.0, "original_max_position_embeddings": 200}

# To add a model: one row here, and its name in ModelFixture.all of the Swift tests.
# gguf: file name -> (type of the matrices, experts stacked). hf: folder name -> options of `save_folder`.
MODELS = {
    "llama-odd-heads": dict(  # head_dim != dim / heads, one kv head, nothing a multiple of 8
        kind="llama", seed=1, hidden_size=28, intermediate_size=36, vocab_size=59, num_attention_heads=4,
        num_key_value_heads=1, head_dim=10, rope_parameters=dict(DEFAULT, rope_theta=1e4),
        gguf={"f32.gguf": (Q.F32, True)}, hf={"hf": {}}),
    "llama-tied-llama3": dict(
        kind="llama", seed=2, hidden_size=24, intermediate_size=40, vocab_size=53, num_attention_heads=4,
        num_key_value_heads=2, head_dim=6, tie_word_embeddings=True, max_position_embeddings=256,
        rope_parameters=LLAMA3, gguf={"f32.gguf": (Q.F32, True)}, hf={"hf": {}}),
    "llama-linear-f16": dict(
        kind="llama", seed=3, hidden_size=48, intermediate_size=80, vocab_size=97, num_hidden_layers=1,
        num_attention_heads=3, num_key_value_heads=3, head_dim=16, dtype=Q.F16,
        rope_parameters={"rope_type": "linear", "rope_theta": 1e4, "factor": 4.0},
        gguf={"f16.gguf": (Q.F16, True)}, hf={"hf": {}}),
    "mistral-window": dict(  # no GGUF: its llama architecture has no window
        kind="mistral", seed=4, hidden_size=24, intermediate_size=36, vocab_size=61, num_attention_heads=4,
        num_key_value_heads=2, head_dim=6, sliding_window=5, rope_parameters=dict(DEFAULT, rope_theta=1e6),
        gguf={}, hf={"hf": {}}),
    "mistral-full": dict(  # the mistral model with no window, as Mistral 7B v0.2
        kind="mistral", seed=5, hidden_size=20, intermediate_size=36, vocab_size=47, num_attention_heads=4,
        num_key_value_heads=2, head_dim=8, sliding_window=None, rope_parameters=dict(DEFAULT, rope_theta=1e6),
        gguf={"f32.gguf": (Q.F32, True)}, hf={"hf": {}}),
    "mixtral-3-top-1": dict(
        kind="mixtral", seed=6, hidden_size=24, intermediate_size=20, vocab_size=59, num_attention_heads=4,
        num_key_value_heads=2, head_dim=8, num_local_experts=3, num_experts_per_tok=1,
        rope_parameters=dict(DEFAULT, rope_theta=1e6),
        gguf={"per-expert.gguf": (Q.F32, False)}, hf={"hf": {}}),
    "mixtral-8-top-2": dict(  # the published layout of Mixtral-8x7B-Instruct-v0.1, in shards, in bfloat16
        kind="mixtral", seed=7, hidden_size=28, intermediate_size=20, vocab_size=64, num_attention_heads=4,
        num_key_value_heads=1, head_dim=12, num_local_experts=8, num_experts_per_tok=2, dtype=Q.BF16,
        rope_parameters=dict(DEFAULT, rope_theta=1e6),
        gguf={"bf16.gguf": (Q.BF16, True)}, hf={"hf": {"shard": "32KB", "published": True}}),
    "mixtral-16-top-4": dict(  # the layout of transformers 5: experts in one tensor
        kind="mixtral", seed=8, hidden_size=16, intermediate_size=12, vocab_size=53, num_attention_heads=2,
        num_key_value_heads=2, head_dim=8, num_local_experts=16, num_experts_per_tok=4,
        rope_parameters=dict(DEFAULT, rope_theta=1e4),
        gguf={"f32.gguf": (Q.F32, True)}, hf={"hf-fused": {"fused": True}}),
} | {
    f"mixtral-{kind.name.lower().replace('_', '-')}": dict(
        kind="mixtral", seed=9, hidden_size=32, intermediate_size=64, vocab_size=50, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, num_local_experts=4, num_experts_per_tok=2, num_hidden_layers=1,
        rope_parameters=dict(DEFAULT, rope_theta=1e6), dtype=kind,
        gguf={"quantized.gguf": (kind, True)}, hf={})
    for kind in (Q.Q8_0, Q.Q4_0, Q.Q4_1, Q.Q5_0, Q.Q5_1)
}
CLASSES = {"llama": (LlamaConfig, LlamaForCausalLM), "mistral": (MistralConfig, MistralForCausalLM),
           "mixtral": (MixtralConfig, MixtralForCausalLM)}
OURS = ("kind", "seed", "gguf", "hf", "dtype")


# --- models -----------------------------------------------------------------------------------------------

def configuration(row, **changes):
    settings = dict(num_hidden_layers=2, rms_norm_eps=1e-5, max_position_embeddings=512, use_cache=False)
    settings |= {key: value for key, value in row.items() if key not in OURS} | changes
    return CLASSES[row["kind"]][0](**settings, attn_implementation="eager")


def stored(values, kind):
    """What a file of this type gives back."""
    if kind is Q.F32:
        return values
    return gguf.dequantize(gguf.quantize(values, kind), kind)


def random_model(row, seed):
    """A model whose every part matters: attention that is not flat, norms that are not 1.

    Returns it with the values for the GGUF writer: unrounded ones for block formats, since quantizing what was
    rounded already need not give the same blocks."""
    torch.manual_seed(seed)
    model = CLASSES[row["kind"]][1](configuration(row)).float().eval()
    kind = row.get("dtype", Q.F32)
    original = {}
    with torch.no_grad():
        for name, values in model.named_parameters():
            if values.ndim == 1:
                values.copy_(1 + 0.2 * torch.randn_like(values))
            else:
                spread = 1.0 if "embed" in name else 1.5 / values.shape[-1] ** 0.5
                values.copy_(spread * torch.randn_like(values))
            original[name] = values.numpy().copy()
            quantized = gguf.GGML_QUANT_SIZES[kind][0] > 1
            # Quantized files keep vectors and the router in F32; transformers saves all in one type.
            if not (quantized and (values.ndim == 1 or "mlp.gate.weight" in name)):
                rounded = stored(original[name].reshape(-1, values.shape[-1]), kind).reshape(values.shape)
                values.copy_(torch.from_numpy(rounded.copy()))
                if not quantized:
                    original[name] = rounded
    return model, original


def run(model, tokens):
    """Logits [length, vocabulary], and the routers' logits, weights and choices by layer."""
    routing = []
    hooks = [module.register_forward_hook(lambda _, __, out: routing.append([x.detach().numpy() for x in out]))
             for module in model.modules() if isinstance(module, MixtralTopKRouter)]
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0].numpy()
    for hook in hooks:
        hook.remove()
    return logits, routing


@contextlib.contextmanager
def half_precision_cache():
    """Attention with queries, keys and values rounded to half precision after the rotation."""
    modules = (modeling_llama, modeling_mistral, modeling_mixtral)
    exact = [module.eager_attention_forward for module in modules]

    def rounded(forward):
        return lambda module, q, k, v, *rest, **options: forward(
            module, *(x.half().float() for x in (q, k, v)), *rest, **options)
    for module, forward in zip(modules, exact):
        module.eager_attention_forward = rounded(forward)
    yield
    for module, forward in zip(modules, exact):
        module.eager_attention_forward = forward


def product(x, weight):
    """x [tokens, columns] in blocks of 32 signed bytes with a float scale each, times weight [rows, columns]."""
    blocks = x.reshape(x.shape[0], -1, 32)
    largest = blocks.abs().amax(dim=2, keepdim=True)
    steps = torch.round(blocks * torch.where(largest > 0, 127 / largest, 0.0))
    return (steps * (largest / 127)).reshape(x.shape) @ weight.T


@contextlib.contextmanager
def eight_bit_activations(model):
    """Every matrix but the router's multiplies activations in 8 bits."""
    def linear(module, x):
        return product(x[0], module.weight)[None]

    def experts(module, x, chosen, weights):
        out = torch.zeros_like(x)
        for token in range(len(x)):
            for expert, weight in zip(chosen[token], weights[token]):
                gate, up = product(x[token:token + 1], module.gate_up_proj[expert]).chunk(2, dim=1)
                inner = torch.nn.functional.silu(gate) * up
                out[token] += weight * product(inner, module.down_proj[expert])[0]
        return out

    changed = []
    for module in model.modules():
        forward = {torch.nn.Linear: linear, modeling_mixtral.MixtralExperts: experts}.get(type(module))
        if forward:
            module.forward = forward.__get__(module)
            changed.append(module)
    yield
    for module in changed:
        del module.forward


def margin(row, routing):
    """The least distance between the last expert chosen and the first left out."""
    if not routing:
        return np.inf
    ordered = np.concatenate([-np.sort(-layer[0], axis=-1) for layer in routing])
    k = row["num_experts_per_tok"]
    # Neighbours in rank within the choice count as well: the order is compared too.
    return float((ordered[:, :k] - ordered[:, 1:k + 1]).min())


def make(row):
    """The model of the first seed from the row's on whose choices are clear."""
    quantized = gguf.GGML_QUANT_SIZES[row.get("dtype", Q.F32)][0] > 1
    for seed in range(row["seed"], row["seed"] + 100000, 100):
        model, original = random_model(row, seed)
        random = np.random.default_rng(seed)
        sequences = []
        for length in LENGTHS:
            # Token by token, so that a short margin costs one token and not the model.
            tokens = []
            for _ in range(length):
                for _ in range(64):
                    candidate = tokens + [int(random.integers(row["vocab_size"]))]
                    if margin(row, run(model, candidate)[1]) > (QUANTIZED_MARGIN if quantized else MARGIN):
                        tokens = candidate
                        break
                else:
                    break
            sequences.append(tokens)
        if [len(tokens) for tokens in sequences] == list(LENGTHS):
            return model, original, sequences, seed
    raise SystemExit("no seed gives clear choices")


def prove(name, row, model, sequences, expected):
    """Raises unless settings that must matter do."""
    rope = row["rope_parameters"]
    changes = [dict(rope_parameters=dict(rope, rope_theta=1e4 if rope["rope_theta"] == 1e6 else 1e6))]
    if rope["rope_type"] != "default":
        changes.append(dict(rope_parameters=dict(DEFAULT, rope_theta=rope["rope_theta"])))
    if rope["rope_type"] == "llama3":
        changes.append(dict(rope_parameters=dict(rope, high_freq_factor=rope["high_freq_factor"] * 2)))
    if row.get("sliding_window"):
        changes += [dict(sliding_window=window)
                    for window in (None, row["sliding_window"] - 1, row["sliding_window"] + 1)]
    for change in changes:
        other = CLASSES[row["kind"]][1](configuration(row, **change)).float().eval()
        other.load_state_dict(model.state_dict())
        difference = max(float(np.abs(run(other, tokens)[0] - logits).max())
                         for tokens, logits in zip(sequences, expected))
        scale = max(float(np.abs(logits).max()) for logits in expected)
        if difference < 1000 * EXACT * scale:
            raise SystemExit(f"{name}: {change} changes logits by {difference} only, of {scale}")


# --- files ------------------------------------------------------------------------------------------------

def save_folder(model, folder, row, fused=False, published=False, shard="50MB"):
    dtype = {Q.F32: torch.float32, Q.F16: torch.float16, Q.BF16: torch.bfloat16}[row.get("dtype", Q.F32)]
    copy = CLASSES[row["kind"]][1](configuration(row)).float()
    copy.load_state_dict(model.state_dict())
    copy.to(dtype).save_pretrained(folder, save_original_format=not fused, max_shard_size=shard)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if published:
        # transformers 4 wrote rope_theta at the top, as the published config.json has it.
        path = folder / "config.json"
        config = json.loads(path.read_text())
        config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
        path.write_text(json.dumps(config, indent=2) + "\n")


def pairs(values, heads):
    """Rows of each head from halves (i, i + n/2) to adjacent pairs: llama.cpp's LlamaModel.permute."""
    return (values.reshape(heads, 2, values.shape[0] // heads // 2, values.shape[1]).swapaxes(1, 2)
            .reshape(values.shape))


def rope_divisors(config):
    """rope_freqs.weight, as llama.cpp's converter computes it for llama3 scaling."""
    rope, size = config.rope_parameters, config.head_dim
    low = rope["original_max_position_embeddings"] / rope["low_freq_factor"]
    high = rope["original_max_position_embeddings"] / rope["high_freq_factor"]
    divisors = []
    for frequency in 1 / rope["rope_theta"] ** (np.arange(0, size, 2, dtype=np.float64) / size):
        length = 2 * np.pi / frequency
        smooth = (rope["original_max_position_embeddings"] / length - rope["low_freq_factor"]) / (
            rope["high_freq_factor"] - rope["low_freq_factor"])
        divisors.append(1 if length < high else rope["factor"] if length > low
                        else 1 / ((1 - smooth) / rope["factor"] + smooth))
    return np.array(divisors, dtype=np.float32)


def save_gguf(path, config, original, kind, stacked):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_vocab_size(config.vocab_size)
    experts = getattr(config, "num_local_experts", 0)
    if experts:
        writer.add_expert_count(experts)
        writer.add_expert_used_count(config.num_experts_per_tok)
    if config.rope_parameters["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(config.rope_parameters["factor"])
    if config.rope_parameters["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", rope_divisors(config))

    def add(name, values, kind=kind):
        values = np.ascontiguousarray(values)
        if values.ndim == 1 or kind is Q.F32:
            writer.add_tensor(name, values)
        else:
            flat = gguf.quantize(values.reshape(-1, values.shape[-1]), kind)
            writer.add_tensor(name, flat.reshape(*values.shape[:-1], -1), raw_dtype=kind)

    plain = {"embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    parts = {"input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "v_proj": "attn_v",
             "o_proj": "attn_output", "gate_proj": "ffn_gate", "up_proj": "ffn_up", "down_proj": "ffn_down"}
    for name, values in original.items():
        block = f"blk.{name.split('.')[2]}." if ".layers." in name else ""
        if name.endswith("experts.gate_up_proj"):
            gate, up = np.split(values, 2, axis=1)
            tensors = {"ffn_gate": gate, "ffn_up": up}
        elif name.endswith("experts.down_proj"):
            tensors = {"ffn_down": values}
        elif name.endswith("mlp.gate.weight"):
            router = kind if kind in (Q.F16, Q.BF16) else Q.F32
            add(block + "ffn_gate_inp.weight", values, router)
            continue
        elif ".q_proj" in name or ".k_proj" in name:
            heads = config.num_attention_heads if ".q_proj" in name else config.num_key_value_heads
            add(block + ("attn_q" if ".q_proj" in name else "attn_k") + ".weight", pairs(values, heads))
            continue
        else:
            part = next(new for old, new in {**plain, **parts}.items() if old in name)
            add(f"{block}{part}.weight", values)
            continue
        for part, stack in tensors.items():
            if stacked:
                add(f"{block}{part}_exps.weight", stack)
            else:
                for expert in range(experts):
                    add(f"{block}{part}.{expert}.weight", stack[expert])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


# --- all --------------------------------------------------------------------------------------------------

def encoded(values, dtype):
    return base64.b64encode(np.ascontiguousarray(values).astype(dtype).tobytes()).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fixtures", type=pathlib.Path)
    parser.add_argument("--only", help="one model's name")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # one order of sums, one result
    for name, row in MODELS.items():
        if arguments.only not in (None, name):
            continue
        model, original, sequences, seed = make(row)
        results = [run(model, tokens) for tokens in sequences]
        prove(name, row, model, sequences, [logits for logits, _ in results])
        quantized = gguf.GGML_QUANT_SIZES[row.get("dtype", Q.F32)][0] > 1
        with eight_bit_activations(model) if quantized else half_precision_cache():
            # Short for 8 bits: one of the 400 values of a token that lies between two steps, where the last
            # place of a float decides, moves all later logits by more than the tolerance.
            sequence = 1 if quantized else len(sequences) - 1
            rounded = run(model, sequences[sequence])[0][-ROUNDED:]
        folder = arguments.fixtures / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file, (kind, stacked) in row["gguf"].items():
            save_gguf(folder / file, model.config, original, kind, stacked)
        for part, options in row["hf"].items():
            save_folder(model, folder / part, row, **options)
        expected = {
            "provenance": {"script": "Tests/Oracles/tiny_models.py", "seed": seed} | VERSIONS,
            "files": sorted(list(row["gguf"]) + list(row["hf"])),
            "format": row.get("dtype", Q.F32).name,
            "experts": row.get("num_local_experts", 1),
            "expertsPerToken": row.get("num_experts_per_tok", 1),
            "rounded": {"sequence": sequence, "logits": encoded(rounded, "<f4")},
            "sequences": [
                {"tokens": tokens, "logits": encoded(logits, "<f4"),
                 # [layers, tokens, experts per token], best first
                 "experts": encoded([layer[2] for layer in routing], "<i4") if routing else None,
                 "weights": encoded([layer[1] for layer in routing], "<f4") if routing else None}
                for tokens, (logits, routing) in zip(sequences, results)],
        }
        (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        largest = max(float(np.abs(logits).max()) for logits, _ in results)
        print(f"{name}: seed {seed}, {size} bytes, largest logit {largest:.2f}, "
              f"router margin {min(margin(row, routing) for _, routing in results):.2g}")


if __name__ == "__main__":
    main()
