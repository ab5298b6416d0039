"""AutoCircuit (PyPI: auto-circuit): patched passes, scores of all edges at mask 0, with latents of autoencoders too, and ACDC.

It asks for `torch.optim.adam` and `torch.optim.sgd` as names that newer versions of PyTorch gave to functions.
"""

import time

import torch
import torch.optim

torch.optim.adam = torch.optim

from auto_circuit.data import PromptDataLoader, PromptDataset  # noqa: E402
from auto_circuit.model_utils.sparse_autoencoders.autoencoder_transformer import sae_model  # noqa: E402
from auto_circuit.prune_algos.ACDC import acdc_prune_scores  # noqa: E402
from auto_circuit.prune_algos.mask_gradient import mask_gradient_prune_scores  # noqa: E402
from auto_circuit.utils.ablation_activations import src_ablations  # noqa: E402
from auto_circuit.utils.graph_utils import patch_mode, patchable_model  # noqa: E402
from hooked_model import hooked_model, token_tensors  # noqa: E402
from measure import processor_seconds  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

PACKAGES = ["auto-circuit", "transformer-lens", "torch"]


def open_case(case):
    hooked = hooked_model({**case, "edges": True})
    if case.get("autoencoders"):
        hooked = with_autoencoders(hooked, load_file(case["autoencoders"]))
    # As its own loader of models does: only masks have gradients.
    for parameter in hooked.parameters():
        parameter.requires_grad = False
    model = patchable_model(hooked, factorized=True, slice_output="last_seq", separate_qkv=True)
    clean, corrupt, answers, wrong = token_tensors(case)
    what = case["what"]
    if what in ("plain", "plain-all-positions"):
        return lambda: plain(model, clean, what == "plain")
    if what == "patched":
        set_masks(model, case)
        ablation = src_ablations(model, corrupt)
        return lambda: patched(model, clean, ablation)
    data = PromptDataset(list(clean), list(corrupt), list(answers), list(wrong))
    loader = PromptDataLoader(data, seq_len=None, diverge_idx=0, batch_size=len(clean), shuffle=False)
    if what == "edge-attribution":
        return with_result(lambda: attribution(model, loader), lambda scores: flat(scores, case))
    if what == "acdc":
        return acdc(model, loader, case)
    raise ValueError(f"AutoCircuit is not asked for {what}.")


def with_autoencoders(hooked, weights):
    """Autoencoders of what MLPs write, with given weights instead of random ones. Its graph asks for attention's inputs of their own."""
    hooked.set_use_attn_in(True)
    model = sae_model(hooked, "resid_delta_mlp", False, n_latents=len(weights["blocks.0.bias"]), new_instance=False)
    for block, autoencoder in enumerate(model.sparse_autoencoders):
        autoencoder.encode_weight.data = weights[f"blocks.{block}.encode"]
        autoencoder.latent_bias.data = weights[f"blocks.{block}.bias"]
        autoencoder.decode_weight.data = weights[f"blocks.{block}.decode"].T.contiguous()
    return model


def with_result(run, result):
    run.result = result
    return run


def plain(model, clean, last):
    with torch.inference_mode():
        logits = model(clean)
    return logits[model.out_slice] if last else logits


def patched(model, clean, ablation):
    with torch.inference_mode(), patch_mode(model, ablation):
        return model(clean)[model.out_slice]


def attribution(model, loader):
    return mask_gradient_prune_scores(model, loader, None, grad_function="logit", answer_function="avg_diff", mask_val=0.0)


def set_masks(model, case):
    """Masks of 1 at the patched edges: the edge of a group of heads is that of each of its heads."""
    mask = torch.zeros(sum(group["heads"] * group["sourceCount"] for group in case["groups"]))
    mask[case["patched"]] = 1.0
    start = 0
    for group in case["groups"]:
        size = group["heads"] * group["sourceCount"]
        rows = mask[start : start + size].reshape(group["heads"], group["sourceCount"])
        theirs = model.patch_masks[group["module"]].data
        theirs.copy_(rows.repeat_interleave(heads_of(theirs) // group["heads"], 0).reshape(theirs.shape))
        start += size


def flat(scores, case):
    """Scores in the order of the flat edge vector; those of heads that share keys or values are added."""
    parts = []
    for group in case["groups"]:
        rows = scores[group["module"]].reshape(group["heads"], -1, group["sourceCount"])
        parts.append(rows.sum(1).flatten())
    return torch.cat(parts)


def heads_of(mask):
    return mask.shape[0] if mask.ndim == 2 else 1


def acdc(model, loader, case):
    """ACDC on edges taken evenly from the order of its visits. What it does before the first edge is measured alone and left out."""
    order = sorted(model.edges, key=lambda edge: edge.dest.layer, reverse=True)
    count = min(case["acdcEdgeCount"], len(order) - 1)
    sample = [order[i * len(order) // (count + 1)] for i in range(count + 1)]

    def visit(edges):
        model.edges = edges
        cpu, start = processor_seconds(), time.perf_counter()
        acdc_prune_scores(model, loader, None, tao_exps=[0], tao_bases=[case["tau"]])
        return time.perf_counter() - start, processor_seconds() - cpu

    def run():
        seconds, cpu = visit(sample[:1])
        all_seconds, all_cpu = visit(sample)
        run.cost = {"seconds": (all_seconds - seconds) / count, "cpuSeconds": (all_cpu - cpu) / count}

    return run
