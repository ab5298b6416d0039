"""TransformerLens' model with the weights and the shape of the one measured beside it."""

import torch
from safetensors.torch import load_file
from transformer_lens import HookedTransformer, HookedTransformerConfig


def hooked_model(case):
    """The model of a case, with what edges need switched on if `case["edges"]` says so."""
    config = HookedTransformerConfig(**case["hooked"], init_weights=False, device="cpu", dtype=torch.float32)
    model = HookedTransformer(config, move_to_device=False)
    stored = {hooked_name(name, config): tensor for name, tensor in load_file(case["weights"]).items()}
    missing, unknown = model.load_state_dict(stored, strict=False, assign=True)
    # What TransformerLens makes itself: masks, tables of rotary angles, biases of zero, norms' weights of one.
    lost = [name for name in missing if name.rpartition(".")[2].lstrip("_").startswith("W_")]
    if lost or unknown:
        raise ValueError(f"TransformerLens lacks weights {lost} and does not know {unknown}.")
    if case["edges"]:
        model.set_use_attn_result(True)
        model.set_use_split_qkv_input(True)
        if not config.attn_only:
            model.set_use_hook_mlp_in(True)
        if config.n_key_value_heads is not None:
            model.set_ungroup_grouped_query_attention(True)
    return model.eval()


def hooked_name(name, config):
    """Keys and values of groups of heads are stored under names with an underscore."""
    module, _, last = name.rpartition(".")
    grouped = config.n_key_value_heads is not None and last in ("W_K", "W_V", "b_K", "b_V")
    return f"{module}._{last}" if grouped else name


def token_tensors(case):
    """Clean and corrupt prompts `[B, P]`, answers and wrong answers `[B, 1]`."""
    prompts = case["prompts"]
    return tuple(torch.tensor(prompts[side]) for side in ("clean", "corrupt", "answers", "wrongAnswers"))
