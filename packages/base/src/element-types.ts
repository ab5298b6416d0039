/** All element types of tensors. */
export const dtypes = ["float32", "float64", "bfloat16", "float16", "int64", "int32", "uint8", "bool"] as const;
/** Element type of a tensor. */
export type DType = (typeof dtypes)[number];
