import { MersenneTwister } from "@autocircuit/base";
import { chooseOne, distinctPrompts, pairKey } from "../../prompts/choose.ts";
import { fillTemplate, tokenMarks } from "../../prompts/marked-text.ts";
import { datasetsCommand, type GeneratedTextPrompts, type RawTextPrompt } from "../../prompts/prompt-file.ts";
import { type TextPromptsOptions, textPromptsOptions } from "../../prompts/text-prompts-options.ts";
import { answerText, commonLength, oneTokenWords } from "../../prompts/vocabulary-words.ts";

const CAPITALS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "Afghanistan: Kabul, Algeria: Algiers, Angola: Luanda, Argentina: Buenos Aires, Australia: Canberra, Austria: Vienna, " +
    "Bangladesh: Dhaka, Belgium: Brussels, Bolivia: Sucre, Bulgaria: Sofia, Cambodia: Phnom Penh, Canada: Ottawa, " +
    "Chile: Santiago, China: Beijing, Colombia: Bogota, Croatia: Zagreb, Cuba: Havana, Cyprus: Nicosia, Denmark: Copenhagen, " +
    "Ecuador: Quito, Egypt: Cairo, Estonia: Tallinn, Ethiopia: Addis Ababa, Finland: Helsinki, France: Paris, Georgia: Tbilisi, " +
    "Germany: Berlin, Ghana: Accra, Greece: Athens, Hungary: Budapest, Iceland: Reykjavik, India: Delhi, Indonesia: Jakarta, " +
    "Iran: Tehran, Iraq: Baghdad, Ireland: Dublin, Italy: Rome, Jamaica: Kingston, Japan: Tokyo, Jordan: Amman, Kenya: Nairobi, " +
    "Kuwait: Kuwait City, Latvia: Riga, Lebanon: Beirut, Libya: Tripoli, Lithuania: Vilnius, Malaysia: Kuala Lumpur, " +
    "Mexico: Mexico City, Mongolia: Ulaanbaatar, Morocco: Rabat, Nepal: Kathmandu, Netherlands: Amsterdam, Nigeria: Abuja, " +
    "Norway: Oslo, Pakistan: Islamabad, Peru: Lima, Philippines: Manila, Poland: Warsaw, Portugal: Lisbon, Qatar: Doha, " +
    "Romania: Bucharest, Russia: Moscow, Senegal: Dakar, Serbia: Belgrade, Slovakia: Bratislava, Slovenia: Ljubljana, " +
    "Somalia: Mogadishu, Spain: Madrid, Sudan: Khartoum, Sweden: Stockholm, Switzerland: Bern, Syria: Damascus, Taiwan: Taipei, " +
    "Thailand: Bangkok, Tunisia: Tunis, Turkey: Ankara, Uganda: Kampala, Ukraine: Kiev, Uruguay: Montevideo, Venezuela: Caracas, " +
    "Vietnam: Hanoi, Yemen: Sana'a, Zambia: Lusaka, Zimbabwe: Harare"
  )
    .split(", ")
    .map((pair) => pair.split(": ") as [string, string]),
);

const TITLE = "Capital cities";
const TEMPLATE = "The capital of {country} is the city of";

/**
 * Prompts about capital cities: a country of one token, then its capital, also one token. The corrupt prompt has another country, whose
 * capital is the wrong answer. Countries that the vocabulary splits are left out; with the default that is GPT-2's.
 *
 * Task as in AutoCircuit's capital cities (Pythia-70M); the list of countries is our own.
 *
 * @throws AutocircuitError `bad-input` when fewer than two countries are left
 */
export function capitalCitiesPrompts(options: TextPromptsOptions = {}): GeneratedTextPrompts {
  const { seed, tokenizer, count } = textPromptsOptions(options, 128);
  const named = Object.keys(CAPITALS).filter((country) => answerText(CAPITALS[country]!, tokenizer) !== null);
  const countries = oneTokenWords(TITLE, "countries whose capital is one token too", named, 2, tokenizer);
  const answer = (country: string) => answerText(CAPITALS[country]!, tokenizer)!;
  const random = new MersenneTwister(seed);
  const order = random.shuffle(countries);
  const { labels, first } = tokenMarks(fillTemplate(TEMPLATE, { country: order[0]! }), tokenizer);
  const prompts = distinctPrompts(
    count,
    (i): RawTextPrompt => {
      const country = order[i % order.length]!;
      const others = order.filter((candidate) => candidate !== country);
      const other = chooseOne(others, random);
      return {
        clean: fillTemplate(TEMPLATE, { country }).text,
        corrupt: fillTemplate(TEMPLATE, { country: other }).text,
        answers: [answer(country)],
        wrong_answers: [answer(other)],
      };
    },
    pairKey,
  );
  commonLength(TITLE, prompts, tokenizer);
  return {
    task: "capital-cities",
    description: "the capital of a country; corrupt prompts have another country",
    command: datasetsCommand(seed),
    seed,
    seq_labels: labels,
    word_idxs: { country: first.country!, end: labels.length - 1 },
    prompts,
  };
}
