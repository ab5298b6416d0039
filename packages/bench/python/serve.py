"""Runs another tool for `npm run bench -- peers`: one JSON object a line in, one out.

{"do": "versions", "peer": NAME}           -> {"versions": {...}}
{"do": "open", "peer": NAME, "case": FILE} -> {}
{"do": "run"}                              -> {"seconds": ..., "cpuSeconds": ..., "peakBytes": ...}
{"do": "result", "file": FILE}             -> {"count": N}; the last run's numbers, float32, are in the file

Whatever goes wrong comes back as {"error": ..., "missing": whether a package is}.
"""

import importlib
import importlib.metadata
import json
import os
import sys
import traceback

PEERS = {"AutoCircuit": "auto_circuit_peer", "EAP-IG": "eap_ig_peer", "TransformerLens": "transformer_lens_peer"}


class Server:
    def __init__(self):
        self.run = None
        self.last = None

    def answer(self, message):
        return getattr(self, "do_" + message["do"])(message)

    def do_versions(self, message):
        peer = importlib.import_module(PEERS[message["peer"]])
        return {"versions": {name: importlib.metadata.version(name) for name in peer.PACKAGES}}

    def do_open(self, message):
        import torch

        with open(message["case"]) as file:
            case = json.load(file)
        torch.set_num_threads(case["threads"])
        self.run = importlib.import_module(PEERS[message["peer"]]).open_case(case)
        return {}

    def do_run(self, _message):
        from measure import measured

        self.last, cost = measured(self.run)
        return {**cost, **getattr(self.run, "cost", {})}

    def do_result(self, message):
        numbers = getattr(self.run, "result", lambda last: last)(self.last)
        flat = numbers.detach().float().contiguous().flatten()
        flat.numpy().tofile(message["file"])
        return {"count": flat.numel()}


def main():
    # Tools print what they like: standard output is for answers alone.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = Server()
    for line in sys.stdin:
        try:
            answer = server.answer(json.loads(line))
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}", "missing": isinstance(error, ModuleNotFoundError)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
