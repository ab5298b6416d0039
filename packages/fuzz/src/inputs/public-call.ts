/** How a public function is called: arguments by name, and the options that it needs. */
export interface PublicCall {
  readonly takes: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: callers without types
  readonly call: (takes: any, options: any) => unknown;
}
