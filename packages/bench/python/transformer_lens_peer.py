"""TransformerLens: the plain forward pass. It computes the logits of all positions; there is no other way to ask."""

import torch
from hooked_model import hooked_model, token_tensors

PACKAGES = ["transformer-lens", "torch"]


def open_case(case):
    model = hooked_model({**case, "edges": False})
    clean, *_ = token_tensors(case)

    def run():
        with torch.inference_mode():
            logits = model(clean)
        return logits if case["what"] == "plain-all-positions" else logits[:, -1]

    return run
