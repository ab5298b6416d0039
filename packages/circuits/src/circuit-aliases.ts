/**
 * What AutoCircuit calls the published circuits, so that scripts from there go on. These are all the second names of this package; nothing
 * in the house uses them, and docs/porting.md lists them for who ports.
 */
export {
  docstringEdges as docstringTrueEdges,
  docstringNodeBasedEdges as docstringNodeBasedOfficialEdges,
} from "./tasks/docstring/edges.ts";
export { greaterthanEdges as greaterthanTrueEdges } from "./tasks/greaterthan/edges.ts";
export {
  ioiEdges as ioiTrueEdges,
  ioiHeadBasedEdges as ioiHeadBasedOfficialEdges,
  ioiMlp0OnlyEdges as ioiTrueEdgesMlp0Only,
} from "./tasks/ioi/edges.ts";
export {
  sportsPlayersEdges as sportsPlayersTrueEdges,
  sportsPlayersProbeEdges as sportsPlayersProbeTrueEdges,
} from "./tasks/sports-players/edges.ts";
export { tracrReverseEdges as tracrReverseTrueEdges } from "./tasks/tracr-reverse/edges.ts";
export { tracrXproportionEdges as tracrXproportionOfficialEdges } from "./tasks/tracr-xproportion/edges.ts";
