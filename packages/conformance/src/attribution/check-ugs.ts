import { join } from "node:path";
import { Graph } from "@autocircuit/core";
import { complexityTerm, liveMasks, nodeComplexity, windowMasks, windowWeights } from "@autocircuit/discovery";
import { grad, scope, Tensor } from "@autocircuit/native";
import { readJson } from "../check-patching.ts";
import type { CaseFolder } from "../find-cases.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { HostTensor, Recorder } from "../recorder.ts";
import { cellsOf, edgesOfMatrix, type MatrixNames, matrixOf } from "./score-matrix.ts";

interface UgsExpected extends MatrixNames {
  n_layers: number;
  n_heads: number;
  lambda: number;
  node_reg: number;
  loss: number;
  complexity: number;
  node_complexity: number;
}

/** Checks masks, gradients and the size's loss of uniform gradient sampling for given log-odds and numbers. */
export async function checkUgs({ path }: CaseFolder, recorder: Recorder): Promise<void> {
  const cases = readJson(path, "ugs.json") as Record<string, UgsExpected>;
  const tensors = new ExpectedTensors(join(path, "ugs.safetensors"));
  for (const [name, expected] of Object.entries(cases))
    await recorder.attempt(name, () => checkOne(name, expected, tensors, recorder.section(name)));
}

async function checkOne(
  name: string,
  expected: UgsExpected,
  tensors: ExpectedTensors,
  recorder: Recorder,
): Promise<void> {
  const graph = Graph.of({ layers: expected.n_layers, heads: expected.n_heads, attnOnly: false, parallel: false });
  const cells = cellsOf(graph, expected);
  const matrix = (values: ArrayLike<number>, like: string) =>
    matrixOf(values, cells, tensors.get(`${name}/${like}`).shape);
  /** One row for each sample. */
  const rowsOf = (part: string) => {
    const { shape, data } = tensors.get(`${name}/${part}`);
    const size = shape[1]! * shape[2]!;
    const rows = Float32Array.from({ length: shape[0]! * cells.length }, (_, i) => {
      const [row, edge] = [Math.floor(i / cells.length), i % cells.length];
      return data[row * size + cells[edge]!]!;
    });
    return Tensor.from(rows, { shape: [shape[0]!, cells.length] });
  };
  await scope(async () => {
    const numbers = async (tensor: Tensor) => Array.from(await tensor.data(), Number);
    const compareRows = async (part: string, tensor: Tensor) => {
      const all: HostTensor = { shape: tensor.shape, data: await numbers(tensor) };
      recorder.tensor(part, all, { shape: tensor.shape, data: await numbers(rowsOf(part)) });
    };
    const alpha = Tensor.from(edgesOfMatrix(tensors, `${name}/alpha`, cells)).requireGrad();
    const noise = rowsOf("u");
    const weights = windowWeights(windowMasks(alpha.detach(), noise));
    const masks = windowMasks(alpha, noise, weights);
    await compareRows("mask", masks);
    await compareRows("pruned-single", masks.detach().mul(await liveMasks(graph, masks)));
    const [ofMasks] = grad(masks.mul(rowsOf("weight")).sum(), [alpha]);
    recorder.tensor("grad/mask", matrix(await numbers(ofMasks!), "grad/mask"), tensors.get(`${name}/grad/mask`));
    const loss = complexityTerm(alpha, graph, { lambda: expected.lambda, nodeLambda: expected.node_reg });
    const [ofSize] = grad(loss, [alpha]);
    const wanted = `${name}/grad/regulariser`;
    recorder.tensor("grad/regulariser", matrix(await numbers(ofSize!), "grad/regulariser"), tensors.get(wanted));
    const p = alpha.detach().sigmoid();
    recorder.scalar("loss", Number(await loss.item()), expected.loss);
    recorder.scalar("complexity", Number(await p.sum().item()), expected.complexity);
    recorder.scalar("node_complexity", Number(await nodeComplexity(p, graph).item()), expected.node_complexity);
  });
  if (tensors.has(`${name}/pruned`))
    recorder.note("pruned: the published code keeps an MLP where any sample reaches it; compared is each sample alone");
}
