/** The option that names a model, and what it takes. */
export const MODEL_OPTION = "--model <folder|file|id>";
export const MODEL_IS = "model folder, .gguf file, or name on the Hugging Face hub";
