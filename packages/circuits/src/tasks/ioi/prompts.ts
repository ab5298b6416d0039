import { AutocircuitError, kind, MersenneTwister, signature } from "@autocircuit/base";
import { chooseOne, chooseSome, distinctPrompts } from "../../prompts/choose.ts";
import { fillTemplate, type PieceTokenizer, tokenMarks } from "../../prompts/marked-text.ts";
import { datasetsCommand, type GeneratedTextPrompts, type RawTextPrompt } from "../../prompts/prompt-file.ts";
import { type TextPromptsOptions, textPromptsKinds, textPromptsOptions } from "../../prompts/text-prompts-options.ts";
import { answerText, commonLength, oneTokenWords } from "../../prompts/vocabulary-words.ts";
import { ABBA_TEMPLATES, BABA_TEMPLATES, NAMES, OBJECTS, PLACES, VANILLA_TEMPLATE } from "./words.ts";

/** Which prompts: the title example's template, all templates in both orders, or one template in one order. */
export type IoiForm = "vanilla" | "mixed" | { readonly order: "ABBA" | "BABA"; readonly template: number };

const TITLE = "Indirect object identification";

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
 * `word_idxs` for IO, S1, S1+1, S2 and end. Names, places and objects that the vocabulary splits are left out.
 *
 * Source: Wang et al. 2022, "Interpretability in the Wild" (arXiv:2211.00593), section 2 and appendix on the data set.
 *
 * @param form Default mixed.
 * @throws AutocircuitError `bad-input` for a template that does not exist, or too few words of one token for `tokenizer`
 */
export function ioiPrompts(options: TextPromptsOptions & { readonly form?: IoiForm } = {}): GeneratedTextPrompts {
  check({}, options);
  const { form = "mixed", ...rest } = options;
  const { seed, tokenizer, count } = textPromptsOptions(rest, 100);
  const templates = templatesOf(form);
  const words = wordsOf(tokenizer);
  const random = new MersenneTwister(seed);
  const prompts = distinctPrompts(count, (i) => ioiPair(templates[i % templates.length]!, words, random));
  if (templates.length === 1) commonLength(TITLE, prompts, tokenizer);
  return {
    task: `ioi/${nameOf(form)}`,
    description:
      "indirect object identification: the name that does not come again; corrupt prompts have three other names",
    command: datasetsCommand(seed),
    seed,
    ...(templates.length === 1 && formOf(templates[0]!, words, tokenizer)),
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

/** What prompts are made of. */
interface Words {
  readonly names: readonly string[];
  readonly places: readonly string[];
  readonly objects: readonly string[];
  /** A name as the answer. */
  readonly answer: (name: string) => string;
}

function wordsOf(tokenizer: PieceTokenizer): Words {
  const single = (kinds: string, words: readonly string[], least: number) =>
    oneTokenWords(TITLE, kinds, words, least, tokenizer);
  return {
    // Two in a prompt, and three others in the corrupt one.
    names: single("names", NAMES, 5),
    places: single("places", PLACES, 1),
    objects: single("objects", OBJECTS, 1),
    answer: (name) => answerText(name, tokenizer)!,
  };
}

function ioiPair(template: string, words: Words, random: MersenneTwister): RawTextPrompt {
  const { names, places, objects, answer } = words;
  const things = { PLACE: chooseOne(places, random), OBJECT: chooseOne(objects, random) };
  const [io, subject] = chooseSome(names, 2, random) as [string, string];
  const [a, b, c] = chooseSome(names, 3, random, [io, subject]) as [string, string, string];
  return {
    clean: fillTemplate(template, { IO: io, S1: subject, S2: subject, ...things }).text,
    corrupt: fillTemplate(template, { IO: a, S1: b, S2: c, ...things }).text,
    answers: [answer(io)],
    wrong_answers: [answer(subject)],
  };
}

/** Labels and positions, alike for all prompts of a template because its words are one token each. */
function formOf(template: string, { names, places, objects }: Words, tokenizer: PieceTokenizer) {
  const example = { IO: names[0]!, S1: names[1]!, S2: names[1]!, PLACE: places[0]!, OBJECT: objects[0]! };
  const { labels, first } = tokenMarks(fillTemplate(template, example), tokenizer);
  const { IO, S1, S2 } = first as Record<"IO" | "S1" | "S2", number>;
  return { seq_labels: labels, word_idxs: { IO, S1, "S1+1": S1 + 1, S2, end: labels.length - 1 } };
}
