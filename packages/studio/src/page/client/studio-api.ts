import type {
  AttentionAnswer,
  AttentionRequest,
  CircuitChoice,
  DiscoverLine,
  DiscoverRequest,
  EvaluateLine,
  EvaluateRequest,
  GenerateLine,
  GenerateRequest,
  PromptList,
  RunAnswer,
  RunRequest,
  ScoreSet,
  Session,
  TokensAnswer,
  TokensRequest,
} from "../../api/index.ts";

/** What the page asks for: of the server, or of a page's own data where there is no server. */
export interface StudioApi {
  /** Whether there is a model behind it. */
  readonly live: boolean;
  /** The state a page without a server was kept in. */
  readonly state?: unknown;
  session(signal?: AbortSignal): Promise<Session>;
  scoreSets(): Promise<readonly ScoreSet[]>;
  /** A number an edge. */
  values(id: string, signal?: AbortSignal): Promise<Float32Array>;
  prompts(from: number, count: number): Promise<PromptList>;
  run(request: RunRequest, signal: AbortSignal): Promise<RunAnswer>;
  evaluate(request: EvaluateRequest, signal: AbortSignal): AsyncIterable<EvaluateLine>;
  tokens(request: TokensRequest, signal: AbortSignal): Promise<TokensAnswer>;
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<GenerateLine>;
  attention(request: AttentionRequest, signal: AbortSignal): Promise<AttentionAnswer>;
  /** The text of a circuit's file. */
  exportCircuit(format: "autocircuit" | "eap-ig", circuit: CircuitChoice, name: string): Promise<string>;
  /** A graph of circuit-tracer that was given to the server. */
  attributionGraph(): Promise<unknown>;
  /** States kept by the server, where it may write. */
  states(): Promise<readonly string[]>;
  readState(name: string): Promise<unknown>;
  writeState(name: string, state: unknown): Promise<void>;
  discover(request: DiscoverRequest, signal: AbortSignal): AsyncIterable<DiscoverLine>;
}
