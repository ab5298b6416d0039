import fc, { type Arbitrary } from "fast-check";
import { hostileJson } from "./hostile.ts";

/** One change of a document; `at` chooses the place among all there are. */
interface Edit {
  readonly at: number;
  readonly what: "replace" | "remove" | "add" | "repeat" | "rename";
  readonly key: string;
  readonly value: unknown;
}

/** Which document, and how it is changed. */
export interface EditedDocument {
  readonly base: number;
  readonly edits: readonly Edit[];
}

/** Changes of one of some documents; often none, so that valid ones are tried too. */
export function documentEdits(bases: number, keys: readonly string[] = []): Arbitrary<EditedDocument> {
  return fc.record({
    base: fc.nat(bases - 1),
    edits: fc.array(
      fc.record({
        at: fc.nat(),
        what: fc.constantFrom("replace", "replace", "remove", "add", "repeat", "rename"),
        key: fc.oneof(fc.constantFrom("__proto__", "length", "x", ...keys), fc.string({ maxLength: 4 })),
        value: hostileJson,
      }),
      { maxLength: 4 },
    ),
  });
}

/** A place in a document: a container and the key of an entry. */
interface Place {
  readonly container: Record<string, unknown> | unknown[];
  readonly key: string;
}

/** A copy of the document with the edits applied one after the other. */
export function editDocument(document: unknown, edits: readonly Edit[]): unknown {
  const root = { document: structuredClone(document) };
  for (const edit of edits) {
    const places = allPlaces(root);
    const place = places[edit.at % places.length]!;
    // There is always a document.
    if (place.container !== root || edit.what === "replace") apply(place, edit);
  }
  return root.document;
}

function allPlaces(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return found;
  const container = value as Place["container"];
  for (const [key, entry] of Object.entries(container)) {
    found.push({ container, key });
    allPlaces(entry, found);
  }
  return found;
}

function apply({ container, key }: Place, { what, key: name, value }: Edit): void {
  const entries = container as Record<string, unknown>;
  const set = (to: string, entry: unknown) => {
    Object.defineProperty(container, to, { value: entry, enumerable: true, writable: true, configurable: true });
  };
  switch (what) {
    case "replace":
      set(key, structuredClone(value));
      return;
    case "remove":
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else delete entries[key];
      return;
    case "add":
      if (Array.isArray(container)) container.push(structuredClone(value));
      else set(name, structuredClone(value));
      return;
    case "repeat":
      if (Array.isArray(container)) container.push(structuredClone(entries[key]));
      else set(`${key}${name}`, structuredClone(entries[key]));
      return;
    case "rename":
      if (Array.isArray(container)) return;
      set(name, entries[key]);
      if (name !== key) delete entries[key];
  }
}
