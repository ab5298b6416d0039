/** What is said of logits wherever they are shown. Their differences, and probabilities, are those of the stored weights too. */
export const LESS_THEIR_MEAN = "less their mean over the vocabulary, as weights are processed unless told otherwise";
