"""LibTorch's own checks of our operators: schema, autograd registration, shapes of fake tensors, tracing.

Usage: python check_operators.py LIBRARY, with the `torch` of the LibTorch that the library was built against.
Ends with "N passed, N failed".
"""

import sys

import torch
from torch.library import opcheck

torch.ops.load_library(sys.argv[1])
ops = torch.ops.autocircuit


def patched_rows_arguments(dtype, base, norm):
    """Two masks, two tokens, five rows (two tiles of four), three early sources and two late ones."""
    generator = torch.Generator().manual_seed(1)
    positions, batch, masks, tokens, width, rows, tile = 2, 4, 2, 2, 6, 5, 4
    n = batch * positions
    lists = 2 * masks * tokens
    counts = torch.randint(0, 4, (lists,), generator=generator)
    begin = torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]).to(torch.int32)
    source = torch.cat([torch.randperm(5, generator=generator)[:count].sort().values for count in counts.tolist()])
    normal = lambda *size: torch.randn(*size, generator=generator, dtype=dtype)
    resid, ablated = normal(n // masks, width), normal(n, width)
    return (
        resid if base != "ablated" else None,
        ablated if base != "resid" else None,
        torch.tensor([0, 1, 0, 1, 0] if base == "both" else [int(base == "ablated")] * rows, dtype=torch.uint8),
        normal(3, n // masks, width),
        normal(2, n, width),
        3,
        begin,
        source.to(torch.int32),
        torch.randn(len(source), tile, generator=generator, dtype=torch.float64 if dtype == torch.float64 else torch.float32),
        torch.tensor([0, 1], dtype=torch.int32),
        rows,
        masks,
        tokens,
        n,
        norm,
        1e-5,
        normal(width) if norm else None,
        normal(width) if norm == 1 else None,
    )


def cases():
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        for base in ("resid", "ablated", "both"):
            for norm in (0, 1, 2):
                yield "patched_rows", patched_rows_arguments(dtype, base, norm)
        x = torch.randn(4, 6, dtype=dtype)
        for norm in (1, 2):
            yield "norm_backward_rows_", (torch.randn(3, 4, 6, dtype=dtype), x, norm, 1e-5, torch.randn(6, dtype=dtype))
        yield "absorb_outputs_", (torch.randn(3, 4, 6, dtype=dtype), torch.randn(3, 2, 6, dtype=dtype), torch.randn(4, 6, dtype=dtype))
        yield "absorb_outputs_", (torch.randn(3, 4, 6, dtype=dtype), None, None)
        grad, delta = torch.randn(5, 4, 6, dtype=dtype), torch.randn(3, 4, 6, dtype=dtype)
        yield "mask_gradient", (grad, delta, torch.empty(0, dtype=torch.int32), 1)
        yield "mask_gradient", (grad, delta, torch.tensor([0, 1, 0, 1], dtype=torch.int32), 2)
        expected = torch.randn(2, 9)
        for bias in (None, torch.randn(9)):
            arguments = (torch.randn(4, 6), torch.randn(6, 9), bias, 3.0, expected, expected.softmax(-1))
            yield "divergences", arguments


passed = failed = 0
names = {name.removeprefix("autocircuit::") for name in torch._C._dispatch_get_all_op_names() if name.startswith("autocircuit::")}
for name in sorted(names - {name for name, _ in cases()}):
    failed += 1
    print(f"{name}: has no case here")
for name, arguments in cases():
    result = opcheck(getattr(ops, name).default, arguments, raise_exception=False)
    for test, outcome in result.items():
        if outcome == "SUCCESS":
            passed += 1
        else:
            failed += 1
            print(f"{name}: {test}: {outcome}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
