import { badFile, type DType } from "@autocircuit/base";
import { Tensor } from "@autocircuit/native";
import { weightsByRules } from "../hugging-face/load.ts";
import type { WeightRule } from "../hugging-face/rules.ts";
import type { LoadContext } from "../load-context.ts";
import type { ModelParts } from "../transformer-lens/load.ts";
import { checkWeights, noteUnread, refuseUnread } from "../weights/check-names.ts";
import type { Change } from "./architectures/architecture.ts";
import { GgufFile, unreadType } from "./gguf-file.ts";
import { type GgufModel, ggufModel, ROTARY_FACTORS } from "./model-config.ts";

/** A weight under its name and in its shape in the file, and what is done to it before it is that of `transformers`. */
interface StoredRule extends WeightRule {
  readonly change: Change | undefined;
}

/** Types whose numbers are mapped from the file. */
const MAPPED: Readonly<Record<string, DType>> = { F32: "float32", F16: "float16", BF16: "bfloat16" };

/** Models for images and sounds beside that of text, in Ollama's files. */
const OTHER_MODELS = /^(v|a|mm)\./;

/**
 * Reads a model from a GGUF file. Weights of blocks become float32 one tensor after the other, so that memory holds the model and at most
 * one more tensor.
 *
 * @throws AutocircuitError `bad-file` for unknown architectures and settings, types that are not read, missing, extra or misshapen weights; `aborted`
 */
export async function loadGguf(path: string, context: LoadContext): Promise<ModelParts> {
  await using file = await GgufFile.open(path);
  const model = await ggufModel(file);
  const rules = storedRules(model);
  const shapes = new Map([...file.tensors.values()].map(({ name, shape }) => [name, shape]));
  const rest = checkWeights(rules, shapes, path);
  for (const { name } of rules) {
    const { blocks, type } = file.tensors.get(name)!;
    if (!blocks) throw badFile(path, unreadType(name, type));
  }
  noteUnread(
    rest.filter((name) => OTHER_MODELS.test(name)),
    path,
  );
  // A file holds nothing in vain: what is left over would change the numbers.
  refuseUnread(
    rest.filter((name) => !OTHER_MODELS.test(name) && name !== ROTARY_FACTORS),
    path,
  );
  return { config: model.config, weights: await weightsByRules(rules, (rule) => load(file, rule, context), context) };
}

function storedRules({ architecture, family, config, raw }: GgufModel): StoredRule[] {
  return family.rules(config, raw).map((rule) => {
    const change = architecture.change?.(rule.name, config);
    const shape = change?.transposed ? rule.shape.toReversed() : rule.shape;
    return { name: architecture.stored(rule.name), shape, to: rule.to, change };
  });
}

async function load(file: GgufFile, { name, change }: StoredRule, context: LoadContext): Promise<Tensor> {
  const stored = await storedTensor(file, name, context);
  if (!change) return stored;
  using owned = stored;
  return change.restore(owned);
}

async function storedTensor(file: GgufFile, name: string, { signal }: LoadContext): Promise<Tensor> {
  const { type, shape, byteOffset, blocks } = file.tensors.get(name)!;
  const dtype = MAPPED[type];
  if (dtype !== undefined && byteOffset % blocks!.bytes === 0)
    return Tensor.mapFile(file.path, { offset: byteOffset, shape, dtype });
  return Tensor.from(await file.read(name, signal), { shape, dtype: "float32" });
}
