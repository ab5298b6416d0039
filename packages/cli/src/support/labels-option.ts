/** The option that names a file of labels of latents, and what it takes. */
export const LABELS_OPTION = "--labels <file>";
export const LABELS_ARE = 'what latents stand for, as JSON: {"MLP 2 Latent 17": "years", ...}';
