/** The part of cli-progress that is used here; the package comes without types. */
declare module "cli-progress" {
  export interface Options {
    format?: string;
    stream?: NodeJS.WritableStream;
    hideCursor?: boolean;
    clearOnComplete?: boolean;
  }

  export interface Preset {
    readonly barCompleteChar: string;
    readonly barIncompleteChar: string;
  }

  export class SingleBar {
    constructor(options: Options, preset?: Preset);
    start(total: number, startValue: number, payload?: object): void;
    setTotal(total: number): void;
    update(current: number, payload?: object): void;
    stop(): void;
  }

  export const Presets: { readonly shades_classic: Preset };
}
