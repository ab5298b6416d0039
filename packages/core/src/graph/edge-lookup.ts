import { AutocircuitError, nearNames } from "@autocircuit/base";
import type { DestNode, SrcNode } from "./node.ts";

/** Finds the nodes behind an edge name. */
export class EdgeLookup {
  readonly #sources: ReadonlyMap<string, SrcNode>;
  readonly #destinations: ReadonlyMap<string, DestNode>;

  constructor(sources: readonly SrcNode[], destinations: readonly DestNode[]) {
    this.#sources = new Map(sources.map((src) => [src.name, src]));
    this.#destinations = new Map(destinations.map((dest) => [dest.name, dest]));
  }

  /** The nodes of `SOURCE->DESTINATION`, or undefined where the graph has no such edge. */
  find(name: string): { src: SrcNode; dest: DestNode } | undefined {
    const [from, to] = split(name);
    const src = this.#sources.get(from);
    const dest = this.#destinations.get(to);
    return src !== undefined && dest !== undefined && connected(src, dest) ? { src, dest } : undefined;
  }

  /** A source by name. @throws AutocircuitError `unknown-name`, with the nearest names. */
  src(name: string): SrcNode {
    return this.#sources.get(name) ?? unknown("source", name, this.#sources.keys());
  }

  /** A destination by name. @throws AutocircuitError `unknown-name`, with the nearest names. */
  dest(name: string): DestNode {
    return this.#destinations.get(name) ?? unknown("destination", name, this.#destinations.keys());
  }

  /** Like {@link find}. @throws AutocircuitError `unknown-name`, saying which part is unknown and what comes nearest. */
  get(name: string): { src: SrcNode; dest: DestNode } {
    const found = this.find(name);
    if (found !== undefined) return found;
    const [from, to] = split(name);
    const src = this.#sources.get(from);
    const dest = this.#destinations.get(to);
    if (src !== undefined && dest !== undefined) {
      const last = [...this.#sources.values()][dest.firstSource + dest.sourceCount - 1];
      throw new AutocircuitError(
        "unknown-name",
        `The graph has no edge \`${name}\`: \`${dest.name}\` reads from ${dest.sourceCount} sources, up to \`${last?.name}\`.`,
      );
    }
    const sources = src === undefined ? nearNames(from, this.#sources.keys()) : [from];
    const near = sources.flatMap((candidate) => {
      const origin = this.#sources.get(candidate)!;
      const reachable = [...this.#destinations.values()]
        .filter((node) => connected(origin, node))
        .map((node) => node.name);
      return nearNames(to, reachable).map((target) => `${candidate}->${target}`);
    });
    throw new AutocircuitError(
      "unknown-name",
      `The graph has no edge \`${name}\`. Edges are written \`SOURCE->DESTINATION\`${hint(name, near)}.`,
    );
  }
}

function split(name: string): [string, string] {
  const at = name.indexOf("->");
  return at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at + 2)];
}

function connected(src: SrcNode, dest: DestNode): boolean {
  return src.index >= dest.firstSource && src.index < dest.firstSource + dest.sourceCount;
}

function unknown(what: string, name: string, names: Iterable<string>): never {
  throw new AutocircuitError("unknown-name", `The graph has no ${what} \`${name}\`${hint(name, names)}.`);
}

/** The end of a message; nothing where no name comes near. */
function hint(name: string, names: Iterable<string>): string {
  const near = nearNames(name, names).map((candidate) => `\`${candidate}\``);
  return near.length > 0 ? `; near names: ${near.join(", ")}` : "";
}
