import { compileLibraryProgram, type LibraryProgramName, libraryPrograms } from "@autocircuit/tracr";

/** The words of a compiled task's vocabularies, by token; undefined for tasks that are not compiled. */
export function compiledTokens(
  taskName: string | undefined,
): ((id: number, of: "input" | "output") => string | undefined) | undefined {
  const program = taskName?.replace(/^tracr-/, "");
  if (program === undefined || program === taskName || !Object.hasOwn(libraryPrograms, program)) return undefined;
  const { input, output } = compileLibraryProgram(program as LibraryProgramName);
  const words = { input: input.tokens.map(String), output: output.values.map(String) };
  return (id, of) => words[of][id];
}
