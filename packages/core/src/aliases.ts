/**
 * Every name that something has beside its own: AutoCircuit's, so that scripts from there go on, and the field's. This is the only place of such
 * names, other packages make theirs of its table; nothing in the house uses them, and docs/porting.md lists them for who ports.
 */
export const aliases = {
  /** Of algorithms, wherever one is named. */
  algorithms: { eap: "edge-attribution" },
  /** Of what a task's autoencoders replace: the output of MLPs, and their neurons. */
  autoencoderInputs: { resid_delta_mlp: "mlp_out", mlp_post_act: "mlp_post" },
  /** Of what losses, targets, answers and masks are chosen by, wherever such a value is given. */
  values: {
    kl_div: "kl-div",
    mse: "mean-squared-error",
    wrong_answer: "wrong-answer",
    logit_diff: "logit-diff",
    logit_diff_percent: "logit-diff-percent",
    correct_percent: "correct-percent",
    avg_diff: "avg-diff",
    max_diff: "max-diff",
    avg_val: "avg-val",
    logit_exp: "logit-exp",
    hard_concrete: "hard-concrete",
  },
  /** Of the functions that give published circuits. */
  circuits: {
    ioiTrueEdges: "ioiEdges",
    ioiTrueEdgesMlp0Only: "ioiMlp0OnlyEdges",
    ioiHeadBasedOfficialEdges: "ioiHeadBasedEdges",
    greaterthanTrueEdges: "greaterthanEdges",
    docstringTrueEdges: "docstringEdges",
    docstringNodeBasedOfficialEdges: "docstringNodeBasedEdges",
    sportsPlayersTrueEdges: "sportsPlayersEdges",
    sportsPlayersProbeTrueEdges: "sportsPlayersProbeEdges",
    tracrReverseTrueEdges: "tracrReverseEdges",
    tracrXproportionOfficialEdges: "tracrXproportionEdges",
  },
} as const;

/** Members of a task, which a `Task` has as promises and a `LoadedTask` as values. */
export abstract class TaskAliases<Loader, Edges, Count> {
  abstract readonly train: Loader;
  abstract readonly test: Loader;
  abstract readonly knownEdges: Edges;
  abstract readonly knownEdgeCount: Count;
  abstract readonly byToken: boolean;

  /** AutoCircuit's name for `train`. */
  get trainLoader(): Loader {
    return this.train;
  }

  /** AutoCircuit's name for `test`. */
  get testLoader(): Loader {
    return this.test;
  }

  /** AutoCircuit's name for `knownEdges`. */
  get trueEdges(): Edges {
    return this.knownEdges;
  }

  /** AutoCircuit's name for `knownEdgeCount`. */
  get trueEdgeCount(): Count {
    return this.knownEdgeCount;
  }

  /** AutoCircuit's name for `byToken`. */
  get tokenCircuit(): boolean {
    return this.byToken;
  }
}

/** Members of an edge. */
export abstract class EdgeAliases {
  abstract readonly token: number | null;

  /** AutoCircuit's name for `token`. */
  get seqIdx(): number | null {
    return this.token;
  }
}

/** Members of a graph. */
export abstract class GraphAliases<Source, Destination> {
  abstract readonly sources: readonly Source[];
  abstract readonly destinations: readonly Destination[];

  /** AutoCircuit's name for `sources`. */
  get srcs(): readonly Source[] {
    return this.sources;
  }

  /** AutoCircuit's name for `destinations`. */
  get dests(): readonly Destination[] {
    return this.destinations;
  }
}

/** Members of a prompt loader. */
export abstract class LoaderAliases {
  abstract readonly tokenLabels: readonly string[] | null;
  abstract readonly wordPositions: Readonly<Record<string, number>>;

  /** AutoCircuit's name for `tokenLabels`. */
  get seqLabels(): readonly string[] | null {
    return this.tokenLabels;
  }

  /** AutoCircuit's name for `wordPositions`. */
  get wordIdxs(): Readonly<Record<string, number>> {
    return this.wordPositions;
  }
}
