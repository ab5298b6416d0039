"""PyTorch's plain forward pass of the shapes that `bench engine` measures: random weights, scaled_dot_product_attention, logits at the
last position, eager and as a repeated CUDA graph. Prints milliseconds; with --json also writes them.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import torch
from torch.nn import functional

REPEATS = 30


class Gpt2:
    """A transformer in GPT-2's shape whose norms have no weights of their own, as the engine folds them."""

    def __init__(self, shape, dtype, device):
        self.shape, (layers, width, hidden) = shape, (shape["layers"], shape["dModel"], shape["dMlp"])

        def weight(*sizes):
            return (0.02 * torch.randn(*sizes, device=device)).to(dtype)

        self.embedding, self.positions, self.bias = weight(shape["vocab"], width), weight(shape["seqLen"], width), weight(shape["vocab"])
        self.blocks = [
            {"qkv": (weight(3 * width, width), weight(3 * width)), "out": (weight(width, width), weight(width)),
             **({"in": (weight(hidden, width), weight(hidden)), "down": (weight(width, hidden), weight(width))} if hidden else {})}
            for _ in range(layers)
        ]

    def __call__(self, tokens):
        shape = self.shape
        batch, length, width, heads = *tokens.shape, shape["dModel"], shape["heads"]
        x = functional.embedding(tokens, self.embedding) + self.positions
        for block in self.blocks:
            qkv = functional.linear(functional.layer_norm(x, (width,)), *block["qkv"])
            query, key, value = qkv.view(batch, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
            mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
            x = x + functional.linear(mixed.transpose(1, 2).reshape(batch, length, width), *block["out"])
            if "in" in block:
                inner = functional.gelu(functional.linear(functional.layer_norm(x, (width,)), *block["in"]), approximate="tanh")
                x = x + functional.linear(inner, *block["down"])
        return functional.linear(functional.layer_norm(x[:, -1], (width,)), self.embedding, self.bias)


def milliseconds(run):
    """Median of wall-clock times from the call until the device is done, as `bench engine` takes them."""
    times = []
    for repeat in range(REPEATS + 5):
        torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        if repeat >= 5:
            times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def graph_of(run):
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph


@torch.no_grad()
def measure(shape, dtype, tf32):
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.manual_seed(1)
    model = Gpt2(shape, dtype, "cuda")
    tokens = torch.randint(shape["vocab"], (shape["promptCount"], shape["seqLen"]), device="cuda")
    assert bool(torch.isfinite(model(tokens)).all()), "the logits are not finite"
    return {"eager": milliseconds(lambda: model(tokens)), "graph": milliseconds(graph_of(lambda: model(tokens)).replay)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--shapes", type=json.loads, required=True, help="the suite's specification as JSON: forward and acdc")
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    kinds = {"float32": (torch.float32, False), "tf32": (torch.float32, True), "bfloat16": (torch.bfloat16, False)}
    results = {}
    for kind, (dtype, tf32) in kinds.items():
        results[kind] = {name: measure(options.shapes[of], dtype, tf32) for name, of in [("plain", "forward"), ("plain-acdc", "acdc")]}
        print(kind, json.dumps(results[kind]), flush=True)
    if options.json:
        beside = options.json.with_suffix(".part")
        beside.write_text(json.dumps({"milliseconds": results, "torch": torch.__version__}, indent=1) + "\n")
        beside.replace(options.json)


if __name__ == "__main__":
    main()
