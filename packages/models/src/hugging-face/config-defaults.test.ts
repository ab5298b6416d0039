import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { huggingFace, huggingFaceFamilies } from "../../test/fixtures.ts";
import { ConfigReader } from "../config-reader.ts";
import { FAMILIES, findFamily } from "./families.ts";

/**
 * What the configuration classes of `transformers` declare (`dataclasses.fields(GPT2Config)` and so on), written down by a
 * script that ran the version named in the file.
 */
const path = fileURLToPath(new URL("../../test/fixtures/config-class-defaults.json", import.meta.url));
const { classes } = JSON.parse(readFileSync(path, "utf8")) as { classes: Record<string, Record<string, unknown>> };
const valuesOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(`${huggingFace(name)}/config.json`, "utf8"));

/** Everything that is derived from a configuration: the engine's, and which stored weight goes where. */
function derived(values: object) {
  const raw = new ConfigReader(values, "config.json");
  const family = findFamily(raw);
  const config = family.config(raw);
  const rules = family.rules(config, raw).map(({ name, shape, to }) => ({ name, shape, to: Object.keys(to) }));
  return { config, tied: family.tied(raw), rules };
}

/** Keys that a family asks for while it derives these things. */
function keysRead(values: Record<string, unknown>): Set<string> {
  const asked = new Set<string>();
  const watched = new Proxy(values, {
    get(target, key) {
      asked.add(String(key));
      return Reflect.get(target, key);
    },
    getOwnPropertyDescriptor(target, key) {
      asked.add(String(key));
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
  class Watching extends ConfigReader {
    override with(changes: Readonly<Record<string, unknown>>): ConfigReader {
      for (const [key, value] of Object.entries(changes)) if (values[key] === undefined) values[key] = value;
      return this;
    }
  }
  derivedFrom(new Watching(watched, "config.json"));
  return asked;
}

function derivedFrom(raw: ConfigReader): void {
  const family = findFamily(raw);
  family.rules(family.config(raw), raw);
  family.tied(raw);
}

/** Keys whose absence means that another key, or the weights, say it. */
const DERIVED = new Set([
  ...["head_dim", "num_key_value_heads", "n_inner", "intermediate_size", "word_embed_proj_dim", "layer_types"],
  ...["attention_layers", "attention_types", "rope_parameters"],
  ...["final_logit_softcapping", "attn_logit_softcapping"],
]);

/** Keys that no class declares: they lie beside the object of rotary parameters, or are older spellings. */
const UNDECLARED = new Set([
  ...["model_type", "rope_theta", "partial_rotary_factor", "rotary_emb_base", "rotary_pct", "rope_local_base_freq"],
  ...["sliding_window_pattern", "rope_scaling", "layer_types", "head_dim", "hidden_act"],
]);

describe.each([...FAMILIES.values()])("$modelType", ({ modelType, defaults, aliases = {} }) => {
  const declared = classes[modelType]!;

  it("has the defaults of its configuration class, and no others", () => {
    for (const [key, value] of Object.entries(defaults)) {
      if (UNDECLARED.has(key) && !(key in declared)) continue;
      expect({ [key]: value }).toEqual({ [key]: declared[key] });
    }
  });

  it("has a default for every key that it reads and its class gives one for", () => {
    const known = new Set([...Object.keys(defaults), ...Object.values(aliases)]);
    for (const key of keysRead({ ...valuesOf(modelType) })) {
      if (known.has(key) || UNDECLARED.has(key)) continue;
      if (DERIVED.has(key)) expect([key, declared[key] ?? null]).toEqual([key, null]);
      else expect([...known], key).toContain(key);
    }
  });
});

describe.each(huggingFaceFamilies)("%s without a key", (name) => {
  const values = valuesOf(name);
  const declared = classes[values.model_type as string]!;

  it.each(Object.keys(declared))("%s is read as with its default", (key) => {
    const { [key]: _, ...absent } = values;
    // GPT-Neo's list of layers is one, whichever of its two keys holds it.
    if (key === "attention_types") absent.attention_layers ??= values.attention_layers;
    const outcome = (config: object) => {
      try {
        return derived(config);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(outcome(absent)).toEqual(outcome({ ...absent, [key]: declared[key] }));
  });
});

describe("keys that say nothing, and keys that say null", () => {
  const config = (name: string, changes: object) => derived({ ...valuesOf(name), ...changes }).config;
  const without = (name: string, ...keys: string[]) =>
    derived(Object.fromEntries(Object.entries(valuesOf(name)).filter(([key]) => !keys.includes(key)))).config;

  it("Gemma 2 has its caps and its window, unless they are null", () => {
    const caps = ["attn_logit_softcapping", "final_logit_softcapping", "sliding_window"] as const;
    expect(without("gemma2", ...caps)).toMatchObject({ attnSoftcap: 50, finalSoftcap: 30, window: [4096, 0] });
    const none = config("gemma2", { attn_logit_softcapping: null, final_logit_softcapping: null });
    expect([none.attnSoftcap, none.finalSoftcap]).toEqual([undefined, undefined]);
  });

  it("Gemma 3 has no caps", () => {
    const { attnSoftcap, finalSoftcap } = without("gemma3_text", "attn_logit_softcapping", "final_logit_softcapping");
    expect([attnSoftcap, finalSoftcap]).toEqual([undefined, undefined]);
  });

  it("Mistral has a window and grouped keys, unless they are null", () => {
    expect(without("mistral", "sliding_window").window).toEqual([4096, 4096]);
    expect(config("mistral", { sliding_window: null }).window).toBeUndefined();
    expect(config("mistral", { num_key_value_heads: null }).kvHeads).toBe(4);
    expect(without("mistral", "num_key_value_heads").kvHeads).toBe(8);
  });

  it("Qwen 3 and the Gemmas have wide heads, others as wide as their share", () => {
    expect(without("qwen3", "head_dim").dHead).toBe(128);
    expect(without("gemma2", "head_dim").dHead).toBe(256);
    expect(without("gemma3_text", "head_dim").dHead).toBe(256);
    expect(without("llama", "head_dim").dHead).toBe(8);
    expect(without("qwen2", "head_dim").dHead).toBe(8);
  });

  it("OLMo 2 adds 1e-5 in its norms, the others 1e-6", () => {
    expect(without("olmo2", "rms_norm_eps").eps).toBe(1e-5);
    for (const name of ["llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text"]) {
      expect(without(name, "rms_norm_eps").eps).toBe(1e-6);
    }
  });

  it("contexts need not be given", () => {
    expect(without("llama", "max_position_embeddings").context).toBe(2048);
    expect(without("mistral", "max_position_embeddings").context).toBe(131_072);
  });

  it("null is no default where the class has no meaning for it", () => {
    expect(() => config("llama", { rms_norm_eps: null })).toThrow("config.json: has no `rms_norm_eps`");
  });
});

describe("what transformers would compute otherwise than the file says is refused", () => {
  const read = (name: string, changes: object) => () => derived({ ...valuesOf(name), ...changes });

  it.each<[string, string, object, string]>([
    ["full layers in Mistral", "mistral", { layer_types: ["full_attention", "sliding_attention"] }, "`layer_types`"],
    ["a window that is off", "qwen2", { layer_types: ["full_attention", "sliding_attention"] }, "`layer_types`"],
    ["a part of each head in Llama", "llama", { partial_rotary_factor: 0.5 }, "`partial_rotary_factor` is 0.5"],
    ["two names that differ", "gpt2", { num_attention_heads: 8 }, "`num_attention_heads` is 8, which is another name"],
  ])("%s", (_, name, changes, message) => {
    expect(read(name, changes)).toThrow(message);
  });

  it("other names of a key are read", () => {
    const { n_head, n_layer, n_embd, n_positions, ...rest } = valuesOf("gpt2");
    const renamed = {
      num_attention_heads: n_head,
      num_hidden_layers: n_layer,
      hidden_size: n_embd,
      max_position_embeddings: n_positions,
    };
    expect(derived({ ...rest, ...renamed })).toEqual(derived(valuesOf("gpt2")));
  });

  it("Mistral has no biases, whatever its configuration says", () => {
    expect(derived({ ...valuesOf("mistral"), attention_bias: true })).toEqual(derived(valuesOf("mistral")));
  });
});
