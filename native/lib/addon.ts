import type { DType } from "@autocircuit/base";
import type { ComputeDType, HostArray } from "./dtype.ts";
import type { PatchGraph } from "./patch-graph.ts";
import type { TransformerConfig } from "./transformer-config.ts";
import type { WeightProcessing } from "./weight-processing.ts";

/** A tensor inside the addon. Only this package touches it. */
export interface NativeTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly requiresGrad: boolean;
  dispose(): void;
}

/** A flag of the addon that asks long work to stop. */
export interface NativeCancelToken {
  cancel(): void;
}

declare const boxed: unique symbol;

/** An opaque object inside the addon: a transformer, an ablation, a prefix, a kept run or a graph. */
export interface NativeBox {
  readonly [boxed]: true;
}

/** A forward request as the addon reads it. */
export interface NativeRequest {
  tokens: NativeTensor;
  padding?: NativeTensor | undefined;
  start?: NativeTensor | undefined;
  prefix?: NativeBox | undefined;
  positions?: readonly number[] | undefined;
  patch?:
    | {
        graph: NativeBox;
        mask: NativeTensor;
        ablation: NativeBox;
        directions?: NativeTensor | undefined;
        ablationLeaf?: NativeTensor | undefined;
        outputsLeaf?: NativeTensor | undefined;
        autoencoderLeaves?: readonly NativeTensor[] | undefined;
        rules?: Partial<Record<"norms" | "activations" | "gates" | "attention", boolean | undefined>> | undefined;
      }
    | undefined;
  from?: NativeBox | undefined;
  graph?: NativeBox | undefined;
  logits?: boolean | undefined;
  reference?: { logits: NativeTensor; probabilities: NativeTensor } | undefined;
  hooks?: readonly string[] | undefined;
  hookPositions?: readonly number[] | undefined;
  replace?:
    | readonly {
        hook: string;
        value: NativeTensor;
        positions?: readonly number[] | undefined;
        heads?: readonly number[] | undefined;
      }[]
    | undefined;
  keepSources?: boolean | undefined;
  latents?: boolean | undefined;
  resid?: boolean | undefined;
  keepRun?: boolean | undefined;
  keysValues?: boolean | undefined;
}

/** What the addon answers to a forward request. */
export interface NativeResult {
  logits?: NativeTensor;
  divergences?: NativeTensor;
  activity?: NativeTensor;
  sourceOutputs?: NativeTensor;
  latents?: NativeTensor;
  resid?: NativeTensor;
  hooks?: NativeTensor[];
  run?: { box: NativeBox; sourceOutputs: NativeTensor; resid: (NativeTensor | null)[] };
  prefix?: { box: NativeBox; seqLen: number };
}

/** What an operation takes besides tensors; `undefined` is "left out". */
export type NativeParam = number | boolean | string | readonly number[] | undefined;

/** Where and how a transformer computes. */
export interface NativeTransformerOptions {
  /** `cpu` or `cuda:0`; default the CPU. */
  device?: string;
  /** Default float64 where weights are, else float32. */
  dtype?: ComputeDType;
  /** Whether float32 products on a GPU may round their factors to 10 bits; default false. */
  tf32?: boolean;
}

/** Autoencoders as the addon reads them. */
export interface NativeAutoencoders {
  errors: boolean;
  all: readonly {
    block: number;
    input: "mlp_out" | "mlp_post" | "mlp_in" | "mlp_resid" | "attn_out" | "z" | "resid_post";
    normWeights?: boolean | undefined;
    centeredWrites?: boolean | undefined;
    valueBiases?: boolean | undefined;
    encode: NativeTensor;
    bias: NativeTensor;
    decode: NativeTensor;
    decodeLater?: readonly NativeTensor[] | undefined;
    outBias: NativeTensor;
    threshold?: NativeTensor | undefined;
    rivals?: { encode: NativeTensor; bias: NativeTensor; places: NativeTensor } | undefined;
    top?: number | undefined;
  }[];
}

/** The devices of a kind. */
export interface NativeDevices {
  count: number;
  /** Whether a library of kernels is open. */
  kernels: boolean;
  /** CUDA version that the library was built with. */
  cuda?: string;
  /** Empty without the library. */
  devices: readonly { name: string; capability: string; totalBytes: number; freeBytes: number }[];
}

/** Memory figures, in bytes. */
export interface MemoryFigures {
  /** Bytes in LibTorch's CPU tensors now, also those inside operations. */
  tensorBytes: number;
  /** The most they were since the start or the last `resetPeak()`. */
  peakTensorBytes: number;
  /** Tensor handles neither disposed nor collected. */
  tensors: number;
  /** Resident memory of the process. */
  rssBytes: number;
  /** The most it was since the start or the last `resetPeak()` (which only Linux can reset). */
  peakMemoryBytes: number;
  /** Bytes in LibTorch's tensors on all other devices; 0 without one. */
  deviceBytes: number;
  /** The most they were since the start or the last `resetPeak()`. */
  peakDeviceBytes: number;
}

/** What came of recording passes on devices that can repeat them, since the start of the process. */
export interface Recordings {
  /** Passes that were recorded. */
  recorded: number;
  /** Times one was repeated. */
  replayed: number;
  /** Passes that could not be recorded; they ran as usual. */
  failed: number;
  /** Why not, the last time. */
  failure?: string;
}

/** Which of this project's kernels compute on the CPU. */
export interface ProcessorFacts {
  /** Instruction sets that the processor has and there are kernels for, the best first: avx512, avx2, baseline, or neon. */
  sets: readonly string[];
  /** The one that is used: the best that `AUTOCIRCUIT_CPU` allowed when it was chosen, at the first computation. */
  used: string;
  /** Why this one, in words. */
  why: string;
  /** Which products with matrices go by panels of this project's own, and which by LibTorch's library, in words. */
  products: string;
}

/** Who multiplies matrices on the CPU, see `setProducts`. */
export type ProductsWay = "auto" | "panels" | "library";

/** Versions the addon knows of. */
export interface NativeVersions {
  addon: string;
  libtorch: string;
  builtWith: string;
  napi: string;
  compiler: string;
}

/** The functions the addon exports. They throw Errors with a `code`; see `guard` and `settle`. */
export interface Addon {
  apply(operation: string, tensors: readonly NativeTensor[], params: readonly NativeParam[]): NativeTensor[];
  operations(): string[];
  mapFile(path: string, offset: number, shape: readonly number[], dtype: DType): NativeTensor;
  fromHost(data: HostArray, shape: readonly number[], dtype: DType): NativeTensor;
  toHost(tensor: NativeTensor): Promise<HostArray>;
  memory(): Promise<MemoryFigures>;
  resetPeak(): Promise<void>;
  threads(): number;
  setThreads(count: number): Promise<void>;
  setProducts(way: ProductsWay): Promise<void>;
  synchronize(): Promise<void>;
  versions(): NativeVersions;
  /** The codes that its errors may have. */
  errorCodes(): string[];
  processor(): ProcessorFacts;
  /**
   * Opens LibTorch's library for a kind of device and, when given, a library of kernels. May be called again, to add the library.
   *
   * Throws with code "device" when one of them cannot be opened or does not fit.
   */
  openDevice(kind: "cuda", files: { libtorchCuda: string; library?: string }): NativeDevices;
  /** Opens a device that a library brings with it. */
  openDevice(kind: "library", files: { library: string }): NativeDevices;
  /** What came of recording passes on devices that can repeat them, since the start of the process. */
  recordings(): Promise<Recordings>;
  /** The most that LibTorch may allocate on a device, in bytes; 0 = all there is. */
  limitDeviceMemory(device: string, bytes: number): void;
  createTransformer(
    config: TransformerConfig,
    names: readonly string[],
    weights: readonly NativeTensor[],
    options: NativeTransformerOptions,
  ): NativeBox;
  withAutoencoders(transformer: NativeBox, autoencoders: NativeAutoencoders): NativeBox;
  /** [positions or 1, latents of all blocks] */
  decoderMeans(transformer: NativeBox): Promise<NativeTensor>;
  /** [B, P, heads, dHead] */
  headGradients(transformer: NativeBox, block: number, gradient: NativeTensor, z?: NativeTensor): Promise<NativeTensor>;
  transformerReady(transformer: NativeBox): Promise<void>;
  weightProcessing(transformer: NativeBox): Promise<WeightProcessing>;
  createAblation(sources: NativeTensor, sameEverywhere?: boolean): NativeBox;
  createGraph(graph: PatchGraph): NativeBox;
  forward(transformer: NativeBox, request: NativeRequest, token?: NativeCancelToken): Promise<NativeResult>;
  disposeBox(box: NativeBox): void;
  CancelToken: new () => NativeCancelToken;
}
