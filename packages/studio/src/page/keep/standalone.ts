import type { PromptRow, RunChoice, RunRequest } from "../../api/index.ts";
import type { Embedded } from "../client/embedded.ts";
import type { Studio } from "../state/studio.ts";

/** So many prompts go along, if there are as many. */
const mostPrompts = 500;

/** The mark in the built page that the data take the place of. */
export const dataMark = "<!--studio-data-->";

/** All that the page has been shown, for a file that needs no server. */
export async function embeddedData(studio: Studio): Promise<Embedded> {
  const { state, session } = studio;
  const ids = [...new Set([state.scores, state.overlay])].filter((id) => id !== null);
  const values: Record<string, string> = {};
  for (const id of ids) values[id] = base64(studio.scoreSets.values(id) ?? (await studio.api.values(id)));
  const prompts: PromptRow[] = [];
  // The one that is looked at among them.
  const least = typeof state.prompt === "number" ? state.prompt + 1 : 0;
  const wanted = Math.min(Math.max(mostPrompts, least), session.prompts.count);
  while (prompts.length < wanted) {
    const { prompts: rows } = await studio.api.prompts(prompts.length, Math.min(100, wanted - prompts.length));
    if (rows.length === 0) break;
    prompts.push(...rows);
  }
  const answer = studio.live.answer.value;
  const { evaluation } = studio;
  const totals = evaluation.totals.value;
  const rows = evaluation.rows.value;
  return {
    version: 1,
    session: {
      ...session,
      scoreSets: studio.scoreSets.list.value.filter(({ id }) => ids.includes(id)),
      prompts: { ...session.prompts, count: prompts.length },
      savesTo: null,
    },
    state,
    values,
    prompts,
    runs: answer ? [{ request: JSON.parse(answer.key) as RunRequest, answer: answer.answer }] : [],
    evaluation: totals
      ? {
          choice: JSON.stringify(JSON.parse(evaluation.key.value!) as RunChoice),
          lines: [{ type: "prompts", done: rows.length, total: rows.length, rows }, totals],
        }
      : null,
  };
}

/**
 * One file that can be mailed: the page with its data in it.
 *
 * @param template - the built page, with {@link dataMark} where the data go
 */
export function standaloneHtml(template: string, data: Embedded): string {
  const at = template.indexOf(dataMark);
  if (at < 0) throw new Error("The built page has no place for data.");
  // As JSON in a script element nothing is markup, given that no `<` is in it.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  const element = `<script type="application/json" id="studio-data">${json}</script>`;
  return template.slice(0, at) + element + template.slice(at + dataMark.length);
}

function base64(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
