import { fields, type Kind, type KindsOf, kind } from "@autocircuit/base";
import { coreKinds, patchTypes } from "@autocircuit/core";
import type {
  AttentionRequest,
  CircuitChoice,
  DiscoverRequest,
  EvaluateRequest,
  ExportFormat,
  ExportRequest,
  GenerateRequest,
  RunRequest,
  TokensRequest,
} from "../api/index.ts";

/** The formats of files that a circuit can be taken home in. */
const EXPORT_FORMATS: readonly ExportFormat[] = ["autocircuit", "eap-ig", "scores", "prompts", "svg", "png"];

/** Characters of a text that a page sends. */
const MOST_TEXT = 100_000;
const MOST_TOKENS = 200;
const MOST_TOP = 1_000;

const edges = kind.required(kind.such("a list of edge numbers", (value) => kind.listOf(kind.whole).accepts(value)));
const text = kind.required(
  kind.such(
    `a text of at most ${MOST_TEXT} characters`,
    (value) => typeof value === "string" && value.length <= MOST_TEXT,
  ),
);
const name = kind.such(
  "a text of at most 200 characters",
  (value) => typeof value === "string" && value.length > 0 && value.length <= 200,
);

const checkTokens = fields("api/tokens", { clean: text, corrupt: text } satisfies KindsOf<TokensRequest>);
const checkCircuit = fields("circuit", {
  scores: kind.required(kind.orNull(name)),
  size: kind.required(kind.orNull(kind.whole)),
  add: edges,
  remove: edges,
} satisfies KindsOf<CircuitChoice>);
const checkIndex = fields("prompt", { index: kind.required(kind.whole) });
const checkTexts = fields("prompt", { clean: text, corrupt: text });

/** An object whose entries a check of their own looks at. */
function checked(what: string, check: (value: unknown) => void): Kind {
  const accepts = (value: unknown) => {
    check(value);
    return true;
  };
  return kind.required(kind.such(what, accepts));
}

const circuit = checked("a circuit", checkCircuit);
const prompt = checked("a prompt", (value) => {
  const own = typeof value === "object" && value !== null && "clean" in value;
  (own ? checkTexts : checkIndex)(value);
});

const choice = {
  circuit,
  ablated: edges,
  ablation: kind.required(coreKinds.ablationName),
  patch: kind.required(kind.oneOf(patchTypes)),
};
const upTo = (most: number) =>
  kind.such(`a whole number from 1 to ${most}`, (value) => kind.count.accepts(value) && (value as number) <= most);

const checkRun = fields("api/run", {
  ...choice,
  prompt,
  position: kind.whole,
  top: upTo(MOST_TOP),
} satisfies KindsOf<RunRequest>);
const checkAttention = fields("api/attention", {
  ...choice,
  prompt,
  block: kind.required(kind.whole),
  head: kind.required(kind.whole),
} satisfies KindsOf<AttentionRequest>);
const checkEvaluate = fields("api/evaluate", {
  ...choice,
  promptCount: kind.required(kind.orNull(kind.count)),
} satisfies KindsOf<EvaluateRequest>);
const checkGenerate = fields("api/generate", {
  ...choice,
  prompt,
  count: kind.required(upTo(MOST_TOKENS)),
} satisfies KindsOf<GenerateRequest>);
const checkDiscover = fields("api/discover", {
  name: kind.required(name),
  algorithm: kind.required(kind.text),
  options: kind.required(kind.record),
  ablation: kind.required(coreKinds.ablationName),
  promptCount: kind.required(kind.orNull(kind.count)),
} satisfies KindsOf<DiscoverRequest>);

const checkExport = fields("api/export", {
  circuit,
  ablated: edges,
  format: kind.required(kind.oneOf(EXPORT_FORMATS)),
  name: kind.required(name),
  dark: kind.flag,
} satisfies KindsOf<ExportRequest>);

/** Each checks what came and gives it as what it is. @throws AutocircuitError `bad-input` or `unknown-name` naming the entry */
export const readRequest = {
  tokens: (body: unknown): TokensRequest => read(checkTokens, body),
  run: (body: unknown): RunRequest => read(checkRun, body),
  attention: (body: unknown): AttentionRequest => read(checkAttention, body),
  evaluate: (body: unknown): EvaluateRequest => read(checkEvaluate, body),
  generate: (body: unknown): GenerateRequest => read(checkGenerate, body),
  discover: (body: unknown): DiscoverRequest => read(checkDiscover, body),
  export: (body: unknown): ExportRequest => read(checkExport, body),
};

function read<T>(check: (value: unknown) => void, body: unknown): T {
  check(body);
  return body as T;
}
