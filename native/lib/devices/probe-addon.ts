import { probeCase } from "./probe-case.ts";

/*
 * node probe-addon.js: prints, as JSON, some of the numbers that the probe's small case gives on the CPU: logits, gradients, divergences.
 * They are the same, up to rounding, with every addon and LibTorch that fit together. Runs in a process of its own.
 */
const KEPT = 24;

const results = Object.values(await probeCase("cpu"));
const numbers = results.flatMap((values) =>
  Array.from({ length: KEPT }, (_, i) => values[Math.floor((i * values.length) / KEPT)]!),
);
console.log(JSON.stringify(numbers));
