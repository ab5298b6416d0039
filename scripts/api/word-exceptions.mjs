const AUTOCIRCUIT = "AutoCircuit's name, for scripts that come from there";
const TOLD = "says what it is called in AutoCircuit";
const FILES = "a field of AutoCircuit's files of prompts";
const REFERENCE = "a name in the reference's files";

/**
 * Where a word that the glossary refuses is meant. A place is a file, or a folder with `/` behind it.
 *
 * @type {Readonly<Record<string, readonly { place: string, why: string }[]>>}
 */
export const WORD_EXCEPTIONS = {
  "train loader": [{ place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT }],
  "test loader": [{ place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT }],
  "token circuit": [
    { place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT },
    { place: "packages/circuits/src/tasks/", why: "keys of AutoCircuit's tasks" },
    { place: "docs/circuits.md", why: "keys of AutoCircuit's tasks" },
  ],
  "seq idx": [{ place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT }],
  "true edge": [
    { place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT },
    { place: "packages/circuits/src/autocircuit-names.ts", why: AUTOCIRCUIT },
    { place: "packages/circuits/src/tasks/sports-players/edges.ts", why: TOLD },
  ],
  official: [
    { place: "packages/circuits/src/autocircuit-names.ts", why: AUTOCIRCUIT },
    { place: "packages/discovery/src/presets.ts", why: "keys of AutoCircuit's algorithms" },
    { place: "packages/conformance/src/tracr/check-tracr-circuits.ts", why: REFERENCE },
  ],
  "prune algo": [
    { place: "packages/discovery/src/presets.ts", why: TOLD },
    { place: "packages/discovery/src/experiment/run-algorithms.ts", why: TOLD },
  ],
  "prune metric": [{ place: "packages/discovery/src/experiment/measure-all.ts", why: TOLD }],
  "include corrupt": [{ place: "packages/conformance/src/", why: REFERENCE }],
  "tree patch": [{ place: "packages/conformance/src/", why: REFERENCE }],
  "transformer layer": [{ place: "packages/conformance/src/tracr/", why: "tracr's names of parameters" }],
  segment: [{ place: "packages/studio/src/page/panels/", why: "buttons side by side, by their usual name in styles" }],
  layer: [{ place: "native/src/binding/engine/read_config.cc", why: "the norm's name in JavaScript" }],
  "slice output": [{ place: "packages/conformance/src/patching/expected-case.ts", why: REFERENCE }],
  "seq label": [
    { place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT },
    { place: "packages/core/src/prompts/", why: FILES },
    { place: "packages/circuits/src/", why: FILES },
  ],
  "word idx": [
    { place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT },
    { place: "packages/core/src/prompts/", why: FILES },
    { place: "packages/circuits/src/", why: FILES },
  ],
  truth: [{ place: "packages/sweep/src/unit/run-unit.ts", why: "a field of results that are kept" }],
  "kv cache": [{ place: "packages/conformance/src/next/check-kvcache.ts", why: "the reference's name of the case" }],
  measurement: [{ place: "packages/bench/src/docs/kept-reports.ts", why: "of machines: times and memory, no metrics" }],
};

/**
 * What texts, comments and C++ may say although a refused word is part of it.
 *
 * @type {readonly { says: RegExp, why: string }[]}
 */
export const SAID_AS_ELSEWHERE = [
  { says: /receiver operating characteristics?/gi, why: "the field's name of a curve" },
  { says: /\btrue_size\b/g, why: "AutoCircuit's name of a size, as its users write it" },
  { says: /cross(es)?[-_ ]?layers?/gi, why: "the field's name of transcoders that write to later blocks" },
  { says: /ground[-_ ]?truth/gi, why: "the field's name of a program's or a paper's own edges, and of the baseline" },
  { says: /layer[-_ ]?norm/gi, why: "the field's name of a norm" },
  { says: /\blayers\b|\blayer_?type\b/gi, why: "fields of a configuration, as every library has them" },
];
