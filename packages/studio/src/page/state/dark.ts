import { signal } from "@preact/signals";

const query = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(query.matches);
query.addEventListener("change", () => {
  systemDark.value = query.matches;
});

/** Whether the page is dark: as chosen, else as the system is. */
export function isDark(chosen: boolean | null): boolean {
  return chosen ?? systemDark.value;
}
