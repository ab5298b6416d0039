/** An option of a program as the command line has it: `maxLatents` is --max-latents. */
export function flagOf(option: string): string {
  return `--${kebabOf(option)}`;
}

/** A name in camel case as the command line writes it: `foldLn` is fold-ln. */
export function kebabOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
