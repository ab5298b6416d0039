/** Bytes in whole MiB, as tables of measurements have them. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
