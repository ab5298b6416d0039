/** Options of `autocircuit datasets`, as commander gives them. */
export interface DatasetsCommandOptions {
  tokenizer?: string;
  count?: number;
  out?: string;
  seed: number;
}
