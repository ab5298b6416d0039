/** Tokens of a prompt, each seen for itself; line breaks and spaces can be seen. */
export function Tokens({
  tokens,
  marked,
  from = 0,
}: {
  tokens: readonly string[];
  marked?: readonly number[];
  from?: number;
}) {
  const set = new Set(marked);
  return (
    <span class="tokens">
      {tokens.map((token, i) => (
        <span key={i} class={set.has(i + from) ? "token differs" : "token"}>
          {visible(token)}
        </span>
      ))}
    </span>
  );
}

/** A token with its white space made visible. */
export function visible(token: string): string {
  if (token === "") return "∅";
  return token
    .replaceAll("\n", "⏎")
    .replaceAll("\t", "⇥")
    .replace(/^ +| +$/g, (spaces) => "·".repeat(spaces.length));
}
