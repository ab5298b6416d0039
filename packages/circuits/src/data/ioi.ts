import { AutocircuitError, kind, MersenneTwister, signature } from "@autocircuit/base";
import { chooseOne, chooseSome, distinctPrompts } from "./choose.ts";
import { ABBA_TEMPLATES, BABA_TEMPLATES, NAMES, OBJECTS, PLACES, VANILLA_TEMPLATE } from "./ioi-words.ts";
import { fillTemplate, requireOneToken, tokenMarks } from "./marked-text.ts";
import { datasetsCommand, type GeneratedTextPrompts, type TextPromptRecord } from "./prompt-file.ts";
import { type TextPromptsOptions, textPromptsKinds, textPromptsOptions } from "./text-prompts-options.ts";

/** Which prompts: the title example's template, all templates in both orders, or one template in one order. */
export type IoiForm = "vanilla" | "mixed" | { readonly order: "ABBA" | "BABA"; readonly template: number };

/** Number of templates in each order. */
export const IOI_TEMPLATE_COUNT: number = BABA_TEMPLATES.length;

const check = signature(
  "ioiPrompts",
  {},
  {
    ...textPromptsKinds,
    form: kind.either(
      kind.oneOf(["mixed", "vanilla"]),
      kind.such("{ order: ABBA or BABA, template: a number }", (value) => {
        const { order, template } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
        return (order === "ABBA" || order === "BABA") && kind.whole.accepts(template);
      }),
    ),
  },
);

/**
 * Prompts of indirect object identification: two names, one of which comes again; the other must follow. The corrupt prompt has three
 * other names (the paper's ABC distribution). With one template all prompts have the same form, so that the file has `seq_labels` and
 * `word_idxs` for IO, S1, S1+1, S2 and end.
 *
 * Source: Wang et al. 2022, "Interpretability in the Wild" (arXiv:2211.00593), section 2 and appendix on the data set.
 *
 * @param form Default mixed.
 * @throws AutocircuitError `bad-input` for a template that does not exist, or words that are several tokens for `tokenizer`
 */
export function ioiPrompts(options: TextPromptsOptions & { readonly form?: IoiForm } = {}): GeneratedTextPrompts {
  check({}, options);
  const { form = "mixed", ...rest } = options;
  const { seed, tokenizer, count } = textPromptsOptions(rest, 100);
  const templates = templatesOf(form);
  const words = [...NAMES, ...PLACES, ...OBJECTS].map((word) => ` ${word}`);
  requireOneToken("Indirect object identification", words, tokenizer);
  const random = new MersenneTwister(seed);
  const prompts = distinctPrompts(count, (i) => ioiPair(templates[i % templates.length]!, random));
  return {
    task: `ioi/${nameOf(form)}`,
    description:
      "indirect object identification: the name that does not come again; corrupt prompts have three other names",
    command: datasetsCommand(seed),
    seed,
    ...(templates.length === 1 && formOf(templates[0]!, tokenizer)),
    prompts,
  };
}

function templatesOf(form: IoiForm): readonly string[] {
  if (form === "vanilla") return [VANILLA_TEMPLATE];
  if (form === "mixed") return BABA_TEMPLATES.flatMap((baba, i) => [ABBA_TEMPLATES[i]!, baba]);
  const template = (form.order === "ABBA" ? ABBA_TEMPLATES : BABA_TEMPLATES)[form.template];
  if (template !== undefined) return [template];
  throw new AutocircuitError(
    "bad-input",
    `There is no IOI template ${form.template}; they go from 0 to ${IOI_TEMPLATE_COUNT - 1}.`,
  );
}

function nameOf(form: IoiForm): string {
  return typeof form === "string" ? form : `${form.order.toLowerCase()}-template-${form.template}`;
}

function ioiPair(template: string, random: MersenneTwister): TextPromptRecord {
  const things = { PLACE: chooseOne(PLACES, random), OBJECT: chooseOne(OBJECTS, random) };
  const [io, subject] = chooseSome(NAMES, 2, random) as [string, string];
  const [a, b, c] = chooseSome(NAMES, 3, random, [io, subject]) as [string, string, string];
  return {
    clean: fillTemplate(template, { IO: io, S1: subject, S2: subject, ...things }).text,
    corrupt: fillTemplate(template, { IO: a, S1: b, S2: c, ...things }).text,
    answers: [` ${io}`],
    wrong_answers: [` ${subject}`],
  };
}

/** Labels and positions, alike for all prompts of a template because its words are one token each. */
function formOf(template: string, tokenizer: Required<TextPromptsOptions>["tokenizer"]) {
  const example = { IO: NAMES[0]!, S1: NAMES[1]!, S2: NAMES[1]!, PLACE: PLACES[0]!, OBJECT: OBJECTS[0]! };
  const { labels, first } = tokenMarks(fillTemplate(template, example), tokenizer);
  const { IO, S1, S2 } = first as Record<"IO" | "S1" | "S2", number>;
  return { seq_labels: labels, word_idxs: { IO, S1, "S1+1": S1 + 1, S2, end: labels.length - 1 } };
}
