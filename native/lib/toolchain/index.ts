/**
 * Finds or fetches LibTorch, builds the addon against it, and says what is wrong with a machine.
 * Nothing here needs the addon.
 */
export { type AddonFacts, inspectAddon } from "./addon.ts";
export { addonStore } from "./addon-store.ts";
export { type BuildOptions, type BuildResult, build, buildReasons } from "./build.ts";
export { defaultJobs } from "./build-steps.ts";
export type { BuildTarget } from "./build-targets.ts";
export { type CacheEntry, cacheEntries, libtorchCache, userFolder } from "./cache.ts";
export type { BuildTool } from "./compilers.ts";
export { type BuildCudaOptions, type BuildCudaResult, buildCuda } from "./cuda/build-cuda.ts";
export type { CudaFacts } from "./cuda/facts.ts";
export type { Gpu } from "./cuda/gpus.ts";
export type { CudaStamp } from "./cuda/library.ts";
export { type DoctorReport, doctorReport } from "./doctor.ts";
export type { DoctorCheck } from "./doctor-check.ts";
export { type EnsureLibTorchOptions, ensureLibTorch } from "./ensure-libtorch.ts";
export type { DoctorOptions, MachineFacts } from "./facts.ts";
export { type FindLibTorchOptions, type FoundLibTorch, findLibTorch, type Looked } from "./find-libtorch.ts";
export { type FoundBy, type Inspection, inspectLibTorch, type LibTorch } from "./libtorch.ts";
export { type MachineKind, machineProblem, thisMachine } from "./machine.ts";
export { NATIVE_ROOT } from "./native-root.ts";
export type { Origin } from "./obtain.ts";
export { type PrebuiltFacts, prebuiltPackage } from "./prebuilt/find-prebuilt.ts";
export { probeAddon } from "./prebuilt/probe-prebuilt.ts";
export { writeLibTorchPath } from "./prebuilt/write-libtorch-path.ts";
export type { Python } from "./python.ts";
export { type BuildPaths, buildPaths, NAPI_VERSION, type Stamp } from "./stamp.ts";
export { isSupported, OLDEST_VERSION, PINNED_CUDA_VERSION, PINNED_VERSION } from "./version.ts";
