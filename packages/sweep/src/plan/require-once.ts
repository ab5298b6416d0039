import { AutocircuitError } from "@autocircuit/base";

/** Makes sure that a list of a plan has nothing twice, which would be done and written twice. @throws AutocircuitError `bad-input` */
export function requireOnce(where: string, list: readonly unknown[] = []): void {
  const seen = new Set<string>();
  for (const entry of list) {
    const text = JSON.stringify(entry) ?? "";
    if (seen.has(text)) throw new AutocircuitError("bad-input", `${where} has ${text} twice: write each once.`);
    seen.add(text);
  }
}
