"""Makes what the tests of a family of checkpoints compare with, with `transformers`: a small checkpoint of random weights with the hidden
states and logits that it computes, and the defaults that the family's configuration class declares.

    python packages/models/python/make_family.py CONFIG.json [--name NAME]

CONFIG.json holds `model_type` and what makes the model small: sizes, a vocabulary of some 100 tokens, and whatever sets the family apart
turned on. The checkpoint is packages/models/test/fixtures/hugging-face/NAME (by default the `model_type`): config.json, model.safetensors,
inputs.json and expected.safetensors. With `--defaults-only` only the entry of config-class-defaults.json is written.
"""

import argparse
import dataclasses
import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

FIXTURES = Path(__file__).resolve().parent.parent / "test" / "fixtures"
PROMPTS, LENGTH = 3, 9


def class_defaults(model_type):
    """What the class declares itself, not what all configurations have."""
    own = transformers.CONFIG_MAPPING[model_type]
    shared = {field.name for field in dataclasses.fields(transformers.PretrainedConfig)}
    declared = {}
    for field in dataclasses.fields(own):
        if field.default is not dataclasses.MISSING:
            value = field.default
        elif field.default_factory is not dataclasses.MISSING:
            value = field.default_factory()
        else:
            continue
        if field.name not in shared or field.name in own.__annotations__:
            declared[field.name] = value
    return declared


def write_defaults(model_type):
    path = FIXTURES / "config-class-defaults.json"
    version = json.loads(path.read_text())["transformers"]
    if version != transformers.__version__:
        raise SystemExit(f"{path.name} is of transformers {version}, this is {transformers.__version__}: install that version.")
    classes = {**json.loads(path.read_text())["classes"], model_type: class_defaults(model_type)}
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(entry)}" for name, entry in classes.items())
    path.write_text(f'{{\n  "transformers": {json.dumps(version)},\n  "classes": {{\n{rows}\n  }}\n}}\n')


def randomize(model):
    """Weights large enough that every part shows in the logits; what multiplies near 1, what is added near 0."""
    for name, weight in model.named_parameters():
        if weight.dim() > 1:
            weight.normal_(std=0.35)
        elif name.endswith("weight"):
            weight.add_(torch.randn_like(weight), alpha=0.1)
        else:
            weight.normal_(std=0.1)


@torch.no_grad()
def write_checkpoint(values, folder):
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(**values)
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    randomize(model)
    tokens = torch.randint(config.vocab_size, (PROMPTS, LENGTH))
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "inputs.json").write_text(json.dumps({"tokens": tokens.tolist(), "transformers": transformers.__version__}))
    output = model(tokens, output_hidden_states=True)
    tensors = {f"hidden.{layer}": hidden.contiguous() for layer, hidden in enumerate(output.hidden_states)}
    save_file({**tensors, "logits": output.logits.contiguous()}, folder / "expected.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--name", help="folder of the checkpoint")
    parser.add_argument("--defaults-only", action="store_true")
    given = parser.parse_args()
    values = json.loads(given.config.read_text())
    write_defaults(values["model_type"])
    if not given.defaults_only:
        write_checkpoint(values, FIXTURES / "hugging-face" / (given.name or values["model_type"]))


main()
