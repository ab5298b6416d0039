import { loadAutoencoders } from "../src/load-autoencoders.ts";

/** The error of loading a folder. */
export async function refusal(path: string, options = {}): Promise<{ code: string; message: string }> {
  try {
    (await loadAutoencoders(path, options))[Symbol.dispose]();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
  throw new Error(`${path} was loaded`);
}
