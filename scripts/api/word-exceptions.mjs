const AUTOCIRCUIT = "AutoCircuit's name, for scripts that come from there";
const TOLD = "says what it is called in AutoCircuit";
const FILES = "a field of AutoCircuit's files of prompts";
const REFERENCE = "a name in the reference's files";
const GRAPH = "those of a graph";

/**
 * Where a word that the glossary refuses is meant. A place is a file, or a folder with `/` behind it.
 *
 * @type {Readonly<Record<string, readonly { place: string, why: string }[]>>}
 */
export const WORD_EXCEPTIONS = {
  "train loader": [{ place: "packages/core/src/aliases.ts", why: AUTOCIRCUIT }],
  "test loader": [{ place: "packages/core/src/aliases.ts", why: AUTOCIRCUIT }],
  "token circuit": [
    { place: "packages/core/src/aliases.ts", why: AUTOCIRCUIT },
    { place: "packages/circuits/src/tasks/", why: "keys of AutoCircuit's tasks" },
    { place: "docs/circuits.md", why: "keys of AutoCircuit's tasks" },
  ],
  "seq idx": [{ place: "packages/core/src/aliases.ts", why: AUTOCIRCUIT }],
  "true edge": [
    { place: "packages/core/src/aliases.ts", why: AUTOCIRCUIT },
    { place: "packages/circuits/src/tasks/sports-players/edges.ts", why: TOLD },
  ],
  official: [
    { place: "packages/core/src/aliases.ts", why: AUTOCIRCUIT },
    { place: "packages/discovery/src/presets.ts", why: "keys of AutoCircuit's algorithms" },
    { place: "sweeps/autocircuit-paper.yaml", why: "keys of AutoCircuit's algorithms" },
    { place: "packages/conformance/src/tracr/check-tracr-circuits.ts", why: REFERENCE },
  ],
  "prune algo": [
    { place: "sweeps/autocircuit-paper.yaml", why: TOLD },
    { place: "packages/discovery/src/presets.ts", why: TOLD },
    { place: "packages/discovery/src/experiment/run-algorithms.ts", why: TOLD },
  ],
  "prune metric": [{ place: "packages/discovery/src/experiment/measure-all.ts", why: TOLD }],
  "include corrupt": [{ place: "packages/conformance/src/", why: REFERENCE }],
  "tree patch": [{ place: "packages/conformance/src/", why: REFERENCE }],
  segment: [{ place: "packages/studio/src/page/panels/", why: "buttons side by side, by their usual name in styles" }],
  layer: [
    { place: "native/src/binding/engine/read_config.cc", why: "the norm's name in JavaScript" },
    { place: "docs/architecture.md", why: "says what is called so" },
    { place: "packages/core/src/graph/", why: GRAPH },
    { place: "packages/discovery/src/mask-points.ts", why: GRAPH },
    { place: "packages/discovery/src/mask-gradient.ts", why: GRAPH },
    { place: "packages/discovery/src/algorithms.ts", why: GRAPH },
    { place: "packages/report/src/types.ts", why: GRAPH },
    { place: "packages/report/src/circuit-svg.ts", why: GRAPH },
    { place: "packages/report/src/diagram/boxes.ts", why: GRAPH },
    { place: "packages/studio/src/api/graph.ts", why: GRAPH },
    { place: "packages/cli/src/model/graph-layers.ts", why: GRAPH },
    { place: "packages/cli/src/commands/model.ts", why: GRAPH },
    { place: "docs/porting.md", why: GRAPH },
    { place: "packages/studio/src/api/attribution-graph.ts", why: "a field of circuit-tracer's files" },
    { place: "packages/studio/src/server/files/attribution-graph.ts", why: "a field of circuit-tracer's files" },
    { place: "packages/models/src/hugging-face/", why: "keys of Hugging Face's configurations" },
    { place: "packages/models/src/transformer-lens/config.ts", why: "a field of TransformerLens' configurations" },
    { place: "packages/tracr/src/compile/", why: "tracr's word: a block there is what computes one expression" },
    { place: "packages/tracr/src/save/config-json.ts", why: "a field of TransformerLens' configurations" },
    { place: "packages/conformance/src/tracr/golden.ts", why: "tracr's word" },
    { place: "packages/circuits/src/tasks/docstring/edges.ts", why: "the title of a paper" },
    { place: "packages/circuits/src/tasks/docstring/prompts.ts", why: "the title of a paper" },
    { place: "docs/guides/published-circuit.md", why: "as the paper calls its model" },
  ],
  "slice output": [{ place: "packages/conformance/src/patching/expected-case.ts", why: REFERENCE }],
  "seq label": [
    { place: "packages/core/src/aliases.ts", why: AUTOCIRCUIT },
    { place: "packages/core/src/prompts/", why: FILES },
    { place: "packages/circuits/src/", why: FILES },
  ],
  "word idx": [
    { place: "packages/core/src/aliases.ts", why: AUTOCIRCUIT },
    { place: "packages/core/src/prompts/", why: FILES },
    { place: "packages/circuits/src/", why: FILES },
  ],
  truth: [{ place: "packages/sweep/src/unit/run-unit.ts", why: "a field of results that are kept" }],
  "kv cache": [
    { place: "packages/conformance/src/features/check-kvcache.ts", why: "the reference's name of the case" },
  ],
  measurement: [{ place: "packages/bench/src/docs/kept-reports.ts", why: "of machines: times and memory, no metrics" }],
};

/**
 * What names, texts, comments and C++ may say although a refused word is part of it; some of it in texts and comments of packages and pages alone.
 *
 * @type {readonly { says: RegExp, only?: "texts", why: string }[]}
 */
export const SAID_AS_ELSEWHERE = [
  { says: /receiver operating characteristics?/gi, why: "the field's name of a curve" },
  { says: /\btrue_size\b/g, why: "AutoCircuit's name of a size, as its users write it" },
  { says: /cross(es)?[-_ ]?layers?/gi, why: "the field's name of transcoders that write to later blocks" },
  { says: /ground[-_ ]?truth/gi, why: "the field's name of a program's or a paper's own edges, and of the baseline" },
  { says: /layer[-_ ]?norm/gi, why: "the field's name of a norm" },
  { says: /\blayers\b|\blayer_?type\b/gi, why: "fields of a configuration, as every library has them" },
  {
    says: /\b\w*_layer\w*|\blayers?_\w*/gi,
    only: "texts",
    why: "keys of configurations, and names of files, that others write",
  },
  { says: /layer-wise relevance propagation/gi, why: "the field's name of a method" },
  { says: /^layer$/, only: "texts", why: "a value: the kind of norm, or the unit that `layers` counts" },
];
