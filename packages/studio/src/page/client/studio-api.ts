import type {
  AttentionAnswer,
  AttentionRequest,
  AttributionGraph,
  DiscoverLine,
  DiscoverRequest,
  EvaluateLine,
  EvaluateRequest,
  ExportRequest,
  GenerateLine,
  GenerateRequest,
  GraphSession,
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
  session(signal?: AbortSignal): Promise<Session | GraphSession>;
  scoreSets(): Promise<readonly ScoreSet[]>;
  /** A number an edge. */
  values(id: string, signal?: AbortSignal): Promise<Float32Array>;
  prompts(from: number, count: number): Promise<PromptList>;
  run(request: RunRequest, signal: AbortSignal): Promise<RunAnswer>;
  evaluate(request: EvaluateRequest, signal: AbortSignal): AsyncIterable<EvaluateLine>;
  tokens(request: TokensRequest, signal: AbortSignal): Promise<TokensAnswer>;
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<GenerateLine>;
  attention(request: AttentionRequest, signal: AbortSignal): Promise<AttentionAnswer>;
  /** A file of the circuit, the scores or the prompts. */
  exportFile(request: ExportRequest): Promise<Blob>;
  /** A graph of circuit-tracer that was given to the server. */
  attributionGraph(): Promise<AttributionGraph>;
  readAttributionGraph(file: Blob): Promise<AttributionGraph>;
  /** States kept by the server, where it may write. */
  states(): Promise<readonly string[]>;
  readState(name: string): Promise<unknown>;
  writeState(name: string, state: unknown): Promise<void>;
  discover(request: DiscoverRequest, signal: AbortSignal): AsyncIterable<DiscoverLine>;
}
