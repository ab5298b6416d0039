/** Options of `autocircuit circuits`, as commander gives them. */
export interface CircuitsCommandOptions {
  model?: string;
  config?: string;
  byToken?: boolean;
  seqLen?: number;
  wordPositions?: string;
  seqStart: number;
  separateQkv: boolean;
  corrected?: boolean;
  json?: string;
}
