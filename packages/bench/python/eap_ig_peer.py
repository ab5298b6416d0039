"""EAP-IG (github.com/hannamw/EAP-IG): scores of all edges by edge attribution patching, its method `EAP`.

Two things are put right from outside: it names the device "cuda" when it makes its matrix of scores, and it takes prompts as text
only. Weights keep their gradients, as in its own examples.
"""

import eap.attribute
import torch
from eap.graph import Graph
from hooked_model import hooked_model, token_tensors

PACKAGES = ["transformer-lens", "torch"]


class TorchOnThisDevice:
    """`torch`, except that zeros for "cuda" are made on the CPU."""

    def __getattr__(self, name):
        return getattr(torch, name)

    @staticmethod
    def zeros(*shape, device=None, **options):
        return torch.zeros(*shape, **options)


def tokens_as_given(_model, tokens, max_length=None):
    batch, length = tokens.shape
    return tokens, torch.ones_like(tokens), torch.full((batch,), length), length


def open_case(case):
    eap.attribute.torch = TorchOnThisDevice()
    eap.attribute.tokenize_plus = tokens_as_given
    model = hooked_model({**case, "edges": True})
    clean, corrupt, answers, wrong = token_tensors(case)

    def minus_logit_difference(logits, _clean_logits, _lengths, _label):
        last = logits[:, -1]
        return -(last.gather(1, answers) - last.gather(1, wrong)).sum()

    def run():
        graph = Graph.from_model(model)
        batches = [(clean, corrupt, None)]
        eap.attribute.attribute(model, graph, batches, minus_logit_difference, method="EAP", quiet=True)
        return graph.scores

    def result(scores):
        return torch.cat([group_scores(scores, group, model.cfg).flatten() for group in case["groups"]])

    run.result = result
    return run


def group_scores(scores, group, config):
    """The columns of a destination module, `[heads, sources]`; scores of heads that share keys or values are added."""
    heads, kind, layer = config.n_heads, group["kind"], group["block"]
    if kind == "end":
        columns = scores[:, -1:]
    elif kind == "mlp":
        at = layer * (3 * heads + 1) + 3 * heads
        columns = scores[:, at : at + 1]
    else:
        at = layer * (3 * heads + 1) + "qkv".index(kind) * heads
        columns = scores[:, at : at + heads]
    rows = columns[: group["sourceCount"]].T
    return rows.reshape(group["heads"], -1, group["sourceCount"]).sum(1)
