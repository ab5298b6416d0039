import { aliases } from "@autocircuit/core";
import { docstringEdges, docstringNodeBasedEdges } from "./tasks/docstring/edges.ts";
import { greaterthanEdges } from "./tasks/greaterthan/edges.ts";
import { ioiEdges, ioiHeadBasedEdges, ioiMlp0OnlyEdges } from "./tasks/ioi/edges.ts";
import { sportsPlayersEdges, sportsPlayersProbeEdges } from "./tasks/sports-players/edges.ts";
import { tracrReverseEdges } from "./tasks/tracr-reverse/edges.ts";
import { tracrXproportionEdges } from "./tasks/tracr-xproportion/edges.ts";

const own = {
  ...{ docstringEdges, docstringNodeBasedEdges, greaterthanEdges, ioiEdges, ioiHeadBasedEdges, ioiMlp0OnlyEdges },
  ...{ sportsPlayersEdges, sportsPlayersProbeEdges, tracrReverseEdges, tracrXproportionEdges },
};

type Aliases = typeof aliases.circuits;

const entries = Object.entries(aliases.circuits).map(([alias, name]) => [alias, own[name]]);

/** AutoCircuit's names of published circuits, as core's table of aliases says them. */
export const {
  docstringNodeBasedOfficialEdges,
  docstringTrueEdges,
  greaterthanTrueEdges,
  ioiHeadBasedOfficialEdges,
  ioiTrueEdges,
  ioiTrueEdgesMlp0Only,
  sportsPlayersProbeTrueEdges,
  sportsPlayersTrueEdges,
  tracrReverseTrueEdges,
  tracrXproportionOfficialEdges,
} = Object.fromEntries(entries) as { readonly [Alias in keyof Aliases]: (typeof own)[Aliases[Alias]] };
