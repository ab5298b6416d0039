import type { RawTextPrompt } from "../../prompts/prompt-file.ts";
import type { ReadyTask } from "../../ready-task/ready-task.ts";
import { textTask } from "../../ready-task/text-task.ts";
import { PYTHIA } from "../models.ts";
import { known, type PublishedCircuit, type PublishedTask } from "../published-task.ts";
import { SPORTS_PLAYERS_WORDS, sportsPlayersEdges, sportsPlayersProbeEdges } from "./edges.ts";
import { sportsPlayersPrompts } from "./prompts.ts";

const POST = "Rajamanoharan et al. 2023, Fact Finding, part 2 (Alignment Forum)";
const MODEL = "Pythia-2.8B";

const byEdges: PublishedCircuit = {
  name: "sports-players-edges",
  description: "the sport of an athlete (Q, K, V share one input)",
  model: MODEL,
  paper: `${POST}; edges of AutoCircuit`,
  words: SPORTS_PLAYERS_WORDS,
  edges: sportsPlayersEdges,
};

const probed: PublishedCircuit = {
  name: "sports-players-probe-edges",
  description: "an athlete's name up to where the sport is probed for (Q, K, V share one input)",
  model: MODEL,
  paper: `${POST}; edges of AutoCircuit's probe`,
  words: SPORTS_PLAYERS_WORDS,
  edges: sportsPlayersProbeEdges,
};

const TASK = {
  ...PYTHIA,
  title: "Sports Players",
  description: "names the sport of an athlete",
  circuits: known({ edges: byEdges }),
  prompts: sportsPlayersPrompts,
} as const;

/** Which sport an athlete plays. */
export const sportsPlayers: PublishedTask<ReadyTask<RawTextPrompt>> = {
  circuits: [byEdges, probed],
  textDataSets: { "sports-players": sportsPlayersPrompts },
  dataSets: [sportsPlayersPrompts],
  tasks: [
    textTask({
      ...TASK,
      name: "sports-players-token",
      key: "Sports Players Token Circuit",
      byToken: true,
      batchSize: { train: 10, test: 20 },
      batchCount: { train: 10, test: 5 },
    }),
    textTask({
      ...TASK,
      name: "sports-players-component",
      key: "Sports Players Component Circuit",
      byToken: false,
      batchSize: 15,
      batchCount: 7,
    }),
  ],
};
