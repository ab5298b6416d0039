import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Studio } from "../state/studio.ts";

const Context = createContext<Studio | null>(null);

export const StudioProvider = Context.Provider;

/** What the page knows. */
export function useStudio(): Studio {
  return useContext(Context)!;
}
