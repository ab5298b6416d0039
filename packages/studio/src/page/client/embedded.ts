import type { EvaluateLine, PromptRow, RunAnswer, RunRequest, Session } from "../../api/index.ts";
import { Refusal } from "./errors.ts";
import type { StudioApi } from "./studio-api.ts";

/** What a page that was kept as a file holds in the place of a server. */
export interface Embedded {
  version: 1;
  session: Session;
  state: unknown;
  /** By id: float32, little-endian, base64. */
  values: Readonly<Record<string, string>>;
  prompts: readonly PromptRow[];
  /** Runs that were made when the page was kept, by what was asked for. */
  runs: readonly { request: RunRequest; answer: RunAnswer }[];
  evaluation: { choice: string; lines: readonly EvaluateLine[] } | null;
}

/** The element that holds it, as JSON. */
export const embeddedId = "studio-data";

/** The page's own data, or null where it has none. */
export function embedded(): StudioApi | null {
  const text = document.getElementById(embeddedId)?.textContent?.trim();
  return text ? embeddedApi(JSON.parse(text) as Embedded) : null;
}

function embeddedApi(data: Embedded): StudioApi {
  const runs = new Map(data.runs.map(({ request, answer }) => [JSON.stringify(request), answer]));
  const none = () =>
    new Refusal("no-model", "This page was kept as a file: it has no model. Open it in the studio to run this.", 0);
  const refuse = () => Promise.reject(none());
  // biome-ignore lint/correctness/useYield: there is nothing to give
  const refuseLines = async function* (): AsyncGenerator<never> {
    throw none();
  };
  return {
    live: false,
    state: data.state,
    session: async () => data.session,
    scoreSets: async () => data.session.scoreSets,
    values: async (id) => {
      const text = data.values[id];
      if (text === undefined) throw new Refusal("unknown-name", "This page was kept without these scores.", 0);
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      return new Float32Array(bytes.buffer);
    },
    prompts: async (from, count) => ({
      total: data.session.prompts.count,
      prompts: data.prompts.slice(from, from + count),
    }),
    run: async (request) => {
      const answer = runs.get(JSON.stringify(request));
      if (!answer) throw none();
      return answer;
    },
    evaluate: async function* ({ promptCount: _, ...choice }) {
      if (data.evaluation?.choice !== JSON.stringify(choice)) throw none();
      yield* data.evaluation.lines;
    },
    tokens: refuse,
    generate: refuseLines,
    attention: refuse,
    exportFile: refuse,
    attributionGraph: refuse,
    readAttributionGraph: refuse,
    states: async () => [],
    readState: refuse,
    writeState: refuse,
    discover: refuseLines,
  };
}
