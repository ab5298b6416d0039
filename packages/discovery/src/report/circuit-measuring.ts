import type { AblationType, Circuit } from "@autocircuit/core";
import type { CircuitMeasures, CircuitMeter } from "@autocircuit/metrics";
import type { MeasuringTime } from "./measuring-time.ts";

/** How far measuring for a report is: prompt pairs that circuits were run on, of each as many as there are; then those of the curve. */
export interface MeasuringProgress {
  readonly step: "circuits" | "curve";
  readonly done: number;
  readonly total: number;
}

/** Measures so many circuits one after the other, each in a share of the time that is left. */
export class CircuitMeasuring {
  readonly meter: CircuitMeter;
  readonly time: MeasuringTime;
  readonly #circuitCount: number;
  readonly #onProgress: (progress: MeasuringProgress) => void;
  #measured = 0;

  constructor(
    meter: CircuitMeter,
    time: MeasuringTime,
    { circuitCount, onProgress }: { circuitCount: number; onProgress: (progress: MeasuringProgress) => void },
  ) {
    this.meter = meter;
    this.time = time;
    this.#circuitCount = circuitCount;
    this.#onProgress = onProgress;
  }

  async measure(circuit: Circuit, ablation: AblationType, share: number): Promise<CircuitMeasures> {
    const { meter } = this;
    const before = this.#measured++ * meter.promptCount;
    const total = this.#circuitCount * meter.promptCount;
    const tell = (done: number) => this.#onProgress({ step: "circuits", done: before + done, total });
    tell(0);
    const measures = await meter.measure(circuit, ablation, {
      ...this.time.share(share),
      onProgress: ({ done }) => tell(done),
    });
    // Where time was short the rest of the prompts is left out.
    if (measures.promptCount < meter.promptCount) tell(meter.promptCount);
    return measures;
  }
}
