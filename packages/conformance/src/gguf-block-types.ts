/** A type of GGUF as a case describes it. */
export interface BlockType {
  /** Its id in files. */
  id: number;
  /** Numbers in a block. */
  block: number;
  /** Bytes of a block. */
  bytes: number;
}

/** Whether a value describes types of blocks, by name. */
export function isBlockTypes(value: unknown): value is Record<string, BlockType> {
  if (typeof value !== "object" || value === null) return false;
  const types: unknown[] = Object.values(value);
  return types.length > 0 && types.every(isBlockType);
}

function isBlockType(value: unknown): boolean {
  const { id, block, bytes } = (value ?? {}) as Partial<Record<keyof BlockType, unknown>>;
  return [id, block, bytes].every(Number.isSafeInteger);
}
