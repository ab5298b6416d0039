/** First names; each is one token of GPT-2's vocabulary. */
export const NAMES = (
  "Adam Alan Albert Alex Alice Amanda Amber Amy Andrea Andrew Angela Anna Anne Anthony Arthur Barbara Ben Beth Brian Bruce Carl Carol " +
  "Charles Charlotte Christina Christopher Claire Clara Daniel David Diana Donald Dorothy Edward Eleanor Elizabeth Emily Emma Eric Eva " +
  "Evan Frances Frank Fred George Greg Hannah Harold Harry Helen Henry Howard Hugh Ian Ivan Jack Jacob James Jane Jason Jennifer Jeremy " +
  "Jessica Jim Joan Joe John Jonathan Joseph Joshua Julia Julie Karen Kate Katherine Keith Kenneth Kevin Larry Laura Lauren Leo Linda " +
  "Lisa Louis Louise Lucas Lucy Luke Marcus Margaret Maria Marie Martha Martin Mary Matthew Megan Michael Michelle Molly Nancy Nathan " +
  "Neil Nicholas Nicole Nora Oliver Olivia Oscar Patricia Patrick Paul Peter Philip Rachel Raymond Rebecca Richard Robert Roger Ronald " +
  "Russell Ruth Ryan Sam Samantha Samuel Sandra Sarah Sean Sharon Simon Sophia Stephanie Stephen Steven Susan Thomas Timothy Tom Tony " +
  "Victoria Vincent Walter Wendy William"
).split(" ");

/** Places and things; each is one token of GPT-2's vocabulary. */
export const PLACES = "store garden restaurant school hospital office house station museum library beach market".split(
  " ",
);
export const OBJECTS = "ring kiss bone basketball computer necklace drink snack book letter ticket camera".split(" ");

/** The template of the paper's title example. */
export const VANILLA_TEMPLATE = "When {IO} and {S1} went to the {PLACE}, {S2} gave a {OBJECT} to";

/**
 * The templates of the paper in the order BABA, that is with the repeated name first. Source: Wang et al. 2022 (arXiv:2211.00593),
 * appendix on the IOI dataset, figure "Templates used in the IOI dataset".
 */
export const BABA_TEMPLATES: readonly string[] = [
  "Then, {S1} and {IO} went to the {PLACE}. {S2} gave a {OBJECT} to",
  "Then, {S1} and {IO} had a lot of fun at the {PLACE}. {S2} gave a {OBJECT} to",
  "Then, {S1} and {IO} were working at the {PLACE}. {S2} decided to give a {OBJECT} to",
  "Then, {S1} and {IO} were thinking about going to the {PLACE}. {S2} wanted to give a {OBJECT} to",
  "Then, {S1} and {IO} had a long argument, and afterwards {S2} said to",
  "After {S1} and {IO} went to the {PLACE}, {S2} gave a {OBJECT} to",
  "When {S1} and {IO} got a {OBJECT} at the {PLACE}, {S2} decided to give it to",
  "When {S1} and {IO} got a {OBJECT} at the {PLACE}, {S2} decided to give the {OBJECT} to",
  "While {S1} and {IO} were working at the {PLACE}, {S2} gave a {OBJECT} to",
  "While {S1} and {IO} were commuting to the {PLACE}, {S2} gave a {OBJECT} to",
  "After the lunch, {S1} and {IO} went to the {PLACE}. {S2} gave a {OBJECT} to",
  "Afterwards, {S1} and {IO} went to the {PLACE}. {S2} gave a {OBJECT} to",
  "Then, {S1} and {IO} had a long argument. Afterwards {S2} said to",
  "The {PLACE} {S1} and {IO} went to had a {OBJECT}. {S2} gave it to",
  "Friends {S1} and {IO} found a {OBJECT} at the {PLACE}. {S2} gave it to",
];

/** The same with the indirect object first. */
export const ABBA_TEMPLATES: readonly string[] = BABA_TEMPLATES.map((template) =>
  template.replace("{S1} and {IO}", "{IO} and {S1}"),
);
