/** One thing that was looked at. */
export interface DoctorCheck {
  /** Such as `LibTorch`. */
  readonly name: string;
  /** `problem`: AutoCircuit does not run; `warn`: it runs, but something could be better. */
  readonly status: "ok" | "warn" | "problem";
  readonly detail: string;
  /** What to do about it. */
  readonly fix?: string;
}
