import { writePage } from "../lib/assemble.mjs";

const HOME = {
  layout: "home",
  hero: {
    name: "AutoCircuit",
    text: "Which few edges of a transformer carry a behaviour?",
    tagline:
      "Automatic circuit discovery for TypeScript, on LibTorch, with kernels of its own for masked edge patching.",
    image: {
      src: "/images/smollm2-capital-cities.svg",
      alt: "The 300 best of 70,651 edges with which SmolLM2-135M names capital cities",
    },
    actions: [
      { theme: "brand", text: "Start in five minutes", link: "/start" },
      { theme: "alt", text: "The ideas", link: "/ideas" },
      { theme: "alt", text: "My own model", link: "/guides/own-model" },
    ],
  },
  features: [
    {
      title: "Your model, your prompts",
      details:
        "Eleven families of checkpoints from Hugging Face, TransformerLens or GGUF files, and prompt pairs as text or tokens.",
      link: "/loads",
      linkText: "What loads",
    },
    {
      title: "The field's methods",
      details:
        "ACDC, attribution (EAP, EAP-IG and later ones), probing, edge pruning, information flow, exact patching, and how sure one may be.",
      link: "/methods",
      linkText: "Methods",
    },
    {
      title: "Numbers that are checked",
      details: "Compared with what AutoCircuit, EAP-IG, transformers and tracr compute, in every test run.",
      link: "/benchmarks",
      linkText: "Benchmarks",
    },
  ],
};

/** The first page. Its front matter is JSON, which is YAML too. */
export function homePage() {
  writePage("index.md", `---\n${JSON.stringify(HOME, null, 2)}\n---\n`);
}
