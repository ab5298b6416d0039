import { badFile } from "@autocircuit/base";
import { throwIfAborted } from "@autocircuit/core";
import { scope, type Tensor } from "@autocircuit/native";
import type { ConfigReader } from "../config-reader.ts";
import type { LoadContext } from "../load-context.ts";
import type { Checkpoint } from "../safetensors/checkpoint.ts";
import type { ModelParts } from "../transformer-lens/load.ts";
import { checkFloats, checkWeights, noteUnread } from "../weights/check-names.ts";
import { WeightSet } from "../weights/weight-set.ts";
import { findFamily } from "./families.ts";
import type { Family } from "./family.ts";
import { familyNames, isBare } from "./names.ts";
import type { WeightRule } from "./rules.ts";

/**
 * Reads a folder in the layout of `transformers`. The engine's weights are views of the stored tensors where that is
 * possible at all.
 *
 * @throws AutocircuitError `bad-file` for unknown architectures and settings, missing, extra or misshapen weights; `aborted`
 */
export async function loadHuggingFace(
  checkpoint: Checkpoint,
  raw: ConfigReader,
  context: LoadContext,
): Promise<ModelParts> {
  const family = findFamily(raw);
  const config = family.config(raw);
  const stored = familyNames(family, checkpoint.names());
  if (family.tied(raw)) await dropTiedCopy(family, checkpoint, stored);
  const rules = family.rules(config, raw);
  const types = storedTypes(family, checkpoint, stored);
  const wanted = rules.map(({ name }) => name);
  checkFloats(wanted, types, checkpoint.folder);
  const shapes = new Map([...stored].map(([name, file]) => [name, checkpoint.info(file).shape]));
  checkWeights(rules, shapes, checkpoint.folder);
  const read = new Set(wanted);
  noteUnread(
    [...types.keys()].filter((name) => !read.has(name)),
    checkpoint.folder,
  );
  const load = ({ name }: WeightRule) => checkpoint.load(stored.get(name)!);
  return { config, weights: await weightsByRules(rules, load, context) };
}

/** The element type of every weight by the family's name for it, those of types that are not read included. */
function storedTypes(
  family: Family,
  checkpoint: Checkpoint,
  stored: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const unread = checkpoint.unread();
  const odd = familyNames(family, [...unread.keys()], isBare(family, checkpoint.names()));
  return new Map([
    ...[...stored].map(([name, file]): [string, string] => [name, checkpoint.info(file).dtype]),
    ...[...odd].map(([name, file]): [string, string] => [name, unread.get(file)!]),
  ]);
}

/** Weights by rules, one stored tensor after the other. Frees them when one fails. */
export async function weightsByRules<Rule extends WeightRule>(
  rules: readonly Rule[],
  read: (rule: Rule) => Promise<Tensor>,
  context: LoadContext,
): Promise<WeightSet> {
  const weights = new WeightSet();
  try {
    for (const [done, rule] of rules.entries()) {
      throwIfAborted(context.signal);
      context.onProgress?.({ stage: "reading", done, total: rules.length, name: rule.name });
      using loaded = await read(rule);
      using tensor = loaded.to(context.dtype);
      for (const [name, view] of Object.entries(rule.to))
        weights.set(
          name,
          scope(() => view(tensor)),
        );
    }
    return weights;
  } catch (error) {
    weights[Symbol.dispose]();
    throw error;
  }
}

/** Tied models may store the embedding twice. If the copies differed, "tied" would be wrong for one of them. */
async function dropTiedCopy(family: Family, checkpoint: Checkpoint, stored: Map<string, string>): Promise<void> {
  const { name, tiedTo } = family.head;
  const copy = stored.get(name);
  const original = stored.get(tiedTo);
  if (copy === undefined || original === undefined) return;
  const [a, b] = [await checkpoint.file(copy).read(copy), await checkpoint.file(original).read(original)];
  if (!Buffer.from(a).equals(Buffer.from(b))) {
    throw badFile(
      checkpoint.folder,
      `${name} differs from ${tiedTo}, though the configuration ties them. Set \`tie_word_embeddings\` to false to use both.`,
    );
  }
  stored.delete(name);
}
