/**
 * What a header may hold. A file of a few bytes can declare anything; these are far above what the largest models need and keep a header
 * from filling the memory.
 */

/** Bytes of metadata and tensor descriptions; those of Gemma 3, with 262,144 tokens, take 14 MB. */
export const MOST_HEADER_BYTES = 2 ** 27;

/** Tensors in one file. */
export const MOST_TENSORS = 2 ** 20;

/** Entries of metadata. */
export const MOST_ENTRIES = 2 ** 16;

/** Elements of one list in the metadata: tokens, their scores, merges. */
export const MOST_ELEMENTS = 2 ** 24;

/** Texts among them, which take several times the memory of their bytes. */
export const MOST_TEXTS = 2 ** 22;

/** Lists within lists. */
export const DEEPEST = 3;

/** Bytes of a name, of a tensor or an entry; the format allows as many. */
export const LONGEST_NAME = 65_535;
