const AUTOCIRCUIT = "AutoCircuit's name, for scripts that come from there";

/**
 * Where a word that the glossary refuses is meant. A place is a file, or a folder with `/` behind it.
 *
 * @type {Readonly<Record<string, readonly { place: string, why: string }[]>>}
 */
export const WORD_EXCEPTIONS = {
  "train loader": [{ place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT }],
  "test loader": [{ place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT }],
  "token circuit": [{ place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT }],
  "seq idx": [{ place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT }],
  "true edge": [
    { place: "packages/core/src/autocircuit-names.ts", why: AUTOCIRCUIT },
    { place: "packages/circuits/src/autocircuit-names.ts", why: AUTOCIRCUIT },
  ],
  official: [{ place: "packages/circuits/src/autocircuit-names.ts", why: AUTOCIRCUIT }],
  "slice output": [
    { place: "packages/conformance/src/patching/expected-case.ts", why: "a field of the reference's files" },
  ],
  "kv cache": [{ place: "packages/conformance/src/next/check-kvcache.ts", why: "the reference's name of the case" }],
  measurement: [{ place: "packages/bench/src/docs/kept-reports.ts", why: "of machines: times and memory, no metrics" }],
};
