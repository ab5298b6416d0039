/** Where scores came from; stored beside them. */
export interface ScoresInfo {
  /** Key of the task. */
  readonly task?: string;
  /** What the model is called that they were found with, where it was named. */
  readonly model?: string;
  /** What tells that model's weights from those of others of its name, where that is known: `PatchableModel.fingerprint`. */
  readonly fingerprint?: string;
  /** Name of the algorithm. */
  readonly algorithm?: string;
  /** What an experiment calls the algorithm. */
  readonly key?: string;
  /** The algorithm's options, as JSON. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Versions of the packages that took part. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly seed?: number;
}
