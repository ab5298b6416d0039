import { gpt2Tokenizer } from "@autocircuit/models";
import { ATTN_ONLY_4L, GPT2_SMALL, PYTHIA_2_8B } from "../edges/published-model.ts";

/** GPT-2 small, and where its weights are. */
export const GPT2 = {
  model: GPT2_SMALL,
  hub: {
    id: "openai-community/gpt2",
    how: "It is openai-community/gpt2 on the Hugging Face hub (548 MB); give that name as the model to fetch it, or download the folder",
  },
  tokenizer: gpt2Tokenizer,
} as const;

/** Sparse autoencoders of GPT-2 small's MLPs, and where they are. */
export const GPT2_AUTOENCODERS = {
  input: "mlp_out",
  pruneWithCorrupt: false,
  how:
    "They are OpenAI's of GPT-2 small: fetch sparse-autoencoder/gpt2-small/resid_delta_mlp/autoencoders/N.pt from its public storage " +
    "(openaipublic) for the blocks N = 0 to 11 into a folder resid_delta_mlp/autoencoders",
} as const;

/** TransformerLens's attn-only-4l, and where its weights are. */
export const ATTN_ONLY = {
  model: ATTN_ONLY_4L,
  hub: {
    id: "NeelNanda/Attn_Only_4L512W_C4_Code",
    how:
      "It is NeelNanda/Attn_Only_4L512W_C4_Code on the Hugging Face hub, tokenizer NeelNanda/gpt-neox-tokenizer-digits; save TransformerLens's " +
      "attn-only-4l as model.safetensors with its config.json (docs/circuits.md says how)",
  },
} as const;

/** Pythia-2.8B with one input for Q, K and V, and where its weights are. */
export const PYTHIA = {
  model: PYTHIA_2_8B,
  hub: {
    id: "EleutherAI/pythia-2.8b-deduped",
    how: "It is EleutherAI/pythia-2.8b-deduped on the Hugging Face hub (5.7 GB); give that name as the model to fetch it, or download the folder",
  },
  separateQkv: false,
} as const;
