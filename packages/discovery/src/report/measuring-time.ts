/** How much is measured for a report: all that it can show, what takes no longer than the discovery, or no curve. */
export const CURVES = ["full", "quick", "none"] as const;
export type CurveDetail = (typeof CURVES)[number];

/**
 * Of the seconds of the discovery, the share that measuring may take. What a command does beside (start, loading, stability, writing) takes another
 * 0.3 of it with a model of 135 million numbers and 128 prompts, of which the whole command is to take 1.8 times the discovery at most.
 */
const SHARE = 0.4;
/** What measuring may take in any case, in seconds: a second more or less matters to nobody. */
const AT_LEAST = 2;

/** The time that may be spent on measuring for a report, so that it costs no more than the discovery. */
export class MeasuringTime {
  readonly #until: number;
  readonly #limited: boolean;

  /** @param discovery seconds that the discovery took */
  constructor(detail: CurveDetail, discovery: number) {
    this.#limited = detail !== "full";
    this.#until = performance.now() + 1000 * Math.max(AT_LEAST, SHARE * discovery);
  }

  /** A share of what is left, as the option of what measures; nothing where all is to be measured. */
  share(share: number): { seconds?: number } {
    if (!this.#limited) return {};
    // At least a little: measuring is to give something even if nothing is left.
    return { seconds: Math.max(0.01, (share * (this.#until - performance.now())) / 1000) };
  }

  /** Why not all was measured, for the report. */
  get reason(): string {
    return 'so that the report takes less time than the discovery (with `curve: "full"` all is measured).';
  }
}
