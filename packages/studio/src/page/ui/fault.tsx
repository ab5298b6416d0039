/** What went wrong, if anything did. */
export function Fault({ text }: { text: string | null | undefined }) {
  if (!text) return null;
  return (
    <p class="bad" role="alert">
      {text}
    </p>
  );
}
