/** An option of a program as the command line has it: `maxLatents` is --max-latents. */
export function flagOf(option: string): string {
  return `--${kebabOf(option)}`;
}

/** The flag that switches an option off: `factorized` is --no-factorized. */
export function noFlagOf(option: string): string {
  return `--no-${kebabOf(option)}`;
}

/** Options that are on unless their flag switches them off. */
const ON_BY_DEFAULT: ReadonlySet<string> = new Set(["prependBos", "factorized", "separateQkv"]);

/** Whether an option is on unless its flag switches it off. */
export function isOnByDefault(option: string): boolean {
  return ON_BY_DEFAULT.has(option);
}

/** A name in camel case as the command line writes it: `foldLn` is fold-ln. */
export function kebabOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
