import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Graph } from "@autocircuit/core";
import { describeModel, estimateMemory, readConfigFile } from "@autocircuit/models";
import fc from "fast-check";
import { byteEdits, editText } from "../inputs/edit-bytes.ts";
import { documentEdits, editDocument } from "../inputs/edit-json.ts";
import { scratchFolder } from "../inputs/scratch.ts";
import { target, WrongResult } from "../target.ts";

/** One of each family: the configurations of the models that the loaders are tested with. */
const fixtures = fileURLToPath(new URL("../../../models/test/fixtures", import.meta.url));
const configs: unknown[] = readdirSync(fixtures, { recursive: true, encoding: "utf8" })
  .filter((file) => basename(file) === "config.json")
  .map((file) => JSON.parse(readFileSync(join(fixtures, file), "utf8")));
const keys = [
  "num_hidden_layers",
  "hidden_size",
  "num_attention_heads",
  "rope_scaling",
  "rope_parameters",
  "layer_types",
  "head_dim",
];
const folder = scratchFolder();

export default target({
  name: "configs",
  about: "configurations of every family",
  input: fc.record({ document: documentEdits(configs.length, keys), bytes: byteEdits }),
  run: async ({ document, bytes }) => {
    const path = join(folder, "config.json");
    const json = JSON.stringify(editDocument(configs[document.base], document.edits)) ?? "";
    // Most damage to the text itself ends in the JSON parser, so it is rare.
    await writeFile(path, document.edits.length % 2 === 0 ? editText(json, bytes) : json);
    const config = await readConfigFile(path);
    describeModel(config);
    const { total } = estimateMemory(config, 1, 4);
    if (!(total > 0)) throw new WrongResult(`a model of ${total} bytes`);
    Graph.of(config);
  },
});
