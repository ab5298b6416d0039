import type { TransformerConfig } from "@autocircuit/native";

/** A place in a transformer that an autoencoder reads or replaces, whatever a library calls it. */
export type Site =
  | "embed"
  | "resid_pre"
  | "resid_mid"
  | "resid_post"
  | "z"
  | "attn_out"
  | "mlp_in"
  | "mlp_normalized"
  | "mlp_post"
  | "mlp_out";

/** What a hook's name says; `block` is undefined for the embedding, `site` for a name that is not known. */
export interface HookPlace {
  readonly block: number | undefined;
  readonly site: Site | undefined;
}

/** TransformerLens's names inside a block. */
const IN_BLOCK: Readonly<Record<string, Site>> = {
  hook_resid_pre: "resid_pre",
  hook_resid_mid: "resid_mid",
  hook_resid_post: "resid_post",
  "attn.hook_z": "z",
  hook_attn_out: "attn_out",
  hook_mlp_in: "mlp_in",
  "ln2.hook_normalized": "mlp_normalized",
  "mlp.hook_post": "mlp_post",
  hook_mlp_out: "mlp_out",
};

/** Their names, for messages. */
export const knownHooks = Object.keys(IN_BLOCK);

/** Modules of `transformers` inside a block, and what their input and output are. */
const MODULES: Readonly<Record<string, { input?: Site; output?: Site }>> = {
  "": { input: "resid_pre", output: "resid_post" },
  mlp: { input: "mlp_normalized", output: "mlp_out" },
  attn: { output: "attn_out" },
  self_attn: { output: "attn_out" },
  attention: { output: "attn_out" },
};

/**
 * Reads a hook's name: TransformerLens's (`blocks.3.hook_resid_post`) or a module path with its side (`layers.3.mlp (module output)`).
 */
export function hookPlace(name: string): HookPlace {
  if (name === "hook_embed") return { block: undefined, site: "embed" };
  const inBlock = /^blocks\.(\d+)\.(.+)$/.exec(name);
  if (inBlock) return { block: Number(inBlock[1]), site: own(IN_BLOCK, inBlock[2]!) };
  const [path, side] = moduleSide(name);
  if (side === undefined) return { block: undefined, site: undefined };
  if (/(^|\.)(embed_tokens|wte|embed_in)$/.test(path)) {
    return { block: undefined, site: side === "output" ? "embed" : undefined };
  }
  const module = /(?:^|\.)(?:layers|h)\.(\d+)(?:\.(\w+))?$/.exec(path);
  if (!module) return { block: undefined, site: undefined };
  return { block: Number(module[1]), site: own(MODULES, module[2] ?? "")?.[side] };
}

/** Whether it is a module's input or output by the name that `transformers` has for it. */
export function isOfModule(name: string): boolean {
  return moduleSide(name)[1] !== undefined;
}

function moduleSide(name: string): [path: string, side: "input" | "output" | undefined] {
  const found = /^(.*) \(module (input|output)\)$/.exec(name);
  return found ? [found[1]!, found[2] as "input" | "output"] : [name, undefined];
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Width of the activation at a site; of z, all heads joined. */
export function siteWidth(site: Site, { dModel, heads, dHead, dMlp }: TransformerConfig): number {
  if (site === "z") return heads * dHead;
  return site === "mlp_post" ? dMlp : dModel;
}
