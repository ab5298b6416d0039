import { shownValue } from "@autocircuit/base";
import type { ConfigReader } from "../config-reader.ts";
import type { Family } from "./family.ts";

/** A family whose functions read a `config.json` as its class in `transformers` does: aliases translated, absent keys filled in. */
export function withFilledConfig(family: Family): Family {
  const filled = (raw: ConfigReader) => translated(raw, family.aliases ?? {}).withDefaults(family.defaults);
  return {
    ...family,
    config: (raw) => family.config(filled(raw)),
    tied: (raw) => family.tied(filled(raw)),
    rules: (config, raw) => family.rules(config, filled(raw)),
  };
}

/** Every alias under the name the family reads. @throws AutocircuitError `bad-file` where both are there and differ */
function translated(raw: ConfigReader, aliases: Readonly<Record<string, string>>): ConfigReader {
  const found: Record<string, unknown> = {};
  for (const [name, alias] of Object.entries(aliases)) {
    if (!raw.has(alias)) continue;
    if (raw.has(name) && raw.raw(name) !== raw.raw(alias)) {
      throw raw.fail(alias, `is another name of \`${name}\`, which is ${shownValue(raw.raw(name))}`);
    }
    found[name] = raw.raw(alias);
  }
  return Object.keys(found).length === 0 ? raw : raw.with(found);
}
