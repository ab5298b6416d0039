export { Claim, type ClaimHolder, claimHolder, claimNow, releaseClaims } from "./claims/claim.ts";
export { whileClaimed } from "./claims/while-claimed.ts";
export { counted } from "./counted.ts";
export { type DType, dtypes } from "./element-types.ts";
export { AutocircuitError, type ErrorCode, type ErrorReason, inputErrorCodes } from "./errors.ts";
export { badFile } from "./files/bad-file.ts";
export { cannotRead } from "./files/cannot-read.ts";
export { cannotWrite } from "./files/cannot-write.ts";
export { GIT_LFS_MARK, gitLfsPointer } from "./files/git-lfs-pointer.ts";
export { makeFolder } from "./files/make-folder.ts";
export { parseJson, withoutMark } from "./files/parse-json.ts";
export { readText } from "./files/read-text.ts";
export { readWhole } from "./files/read-whole.ts";
export { oneLineJson, readableJson } from "./files/readable-json.ts";
export { type FileContent, writeWhole, writeWholeSync } from "./files/write-whole.ts";
export { formatBytes, formatMebibytes } from "./format-bytes.ts";
export { formatNumber } from "./format-number.ts";
export { formatShare } from "./format-share.ts";
export { isAlive } from "./is-alive.ts";
export { LESS_THEIR_MEAN } from "./less-their-mean.ts";
export { nearNames, suggest } from "./near-names.ts";
export { describeValue } from "./options/describe-value.ts";
export type { Kind } from "./options/kinds.ts";
export * as kind from "./options/kinds.ts";
export { fields, type KindsOf, type Signature, signature, signatures } from "./options/signature.ts";
export { MersenneTwister } from "./random/mersenne-twister.ts";
export { USUAL_SEED } from "./random/usual-seed.ts";
export { DTYPES, isSafetensorsDType, type SafetensorsDType, safetensorsDType } from "./safetensors/dtypes.ts";
export {
  headerLength,
  PREFIX_BYTES,
  parseHeader,
  type SafetensorsHeader,
  type TensorInfo,
} from "./safetensors/header.ts";
export { headerBytes } from "./safetensors/header-bytes.ts";
export { type FloatTensors, readSafetensors, safetensorsFile } from "./safetensors/safetensors-file.ts";
export { sayOnce, sayOnceAs } from "./say-once.ts";
export { shownValue } from "./shown-value.ts";
export { version } from "./version.ts";
