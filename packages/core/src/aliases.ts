/**
 * What AutoCircuit calls members that have another name here, so that scripts from there go on. Nothing in the house uses
 * them, and docs/porting.md lists them for who ports.
 */

/** Members of a task, which a `Task` has as promises and a `LoadedTask` as values. */
export abstract class AutocircuitTaskNames<Loader, Edges, Count> {
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
export abstract class AutocircuitEdgeNames {
  abstract readonly token: number | null;

  /** AutoCircuit's name for `token`. */
  get seqIdx(): number | null {
    return this.token;
  }
}

/** What a task's autoencoders replace: the output of MLPs, and their neurons. */
export const AUTOCIRCUIT_AUTOENCODER_INPUTS = { resid_delta_mlp: "mlp_out", mlp_post_act: "mlp_post" } as const;

/** Members of a prompt loader. */
export abstract class AutocircuitLoaderNames {
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
