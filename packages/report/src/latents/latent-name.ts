/** What the name of a source that an autoencoder writes says. */
export interface AutoencoderSource {
  /** What the autoencoder is of: `MLP 2`, `Attention 2`, `Resid Post 2`. */
  readonly owner: string;
  /** The latent's number in its autoencoder; null of the error. */
  readonly latent: number | null;
}

/** Takes `MLP 2 Latent 17` or `MLP 2 Error` apart; undefined for any other source. A latent's place in the graph says nothing of its number. */
export function autoencoderSource(name: string): AutoencoderSource | undefined {
  const match = /^((?:MLP|Attention|Resid Post) \d+) (?:Latent (\d+)|Error)$/.exec(name);
  if (!match) return undefined;
  return { owner: match[1]!, latent: match[2] === undefined ? null : Number(match[2]) };
}

/** Whether a source is a latent. */
export function isLatent(name: string): boolean {
  return (autoencoderSource(name)?.latent ?? null) !== null;
}
