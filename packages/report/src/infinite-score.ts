/** What an infinite score says, beside a table that has one: undefined where none has. */
export function infiniteScoreText(edges: readonly { readonly score: number | null }[]): string | undefined {
  if (!edges.some(({ score }) => score === Number.POSITIVE_INFINITY)) return undefined;
  return "∞: an edge that no threshold removed";
}
