/** What a transformer's weights show of how they were processed. */
export interface WeightProcessing {
  /** Whether all that writes to the residual stream writes vectors of mean zero. */
  readonly centeredWrites: boolean;
  /** Whether the biases of values are in the bias of attention's output. */
  readonly valueBiasesFolded: boolean;
  /** Whether the norms before the MLPs have no weights of their own. */
  readonly normsFolded: boolean;
}
