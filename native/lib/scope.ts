import { AsyncLocalStorage } from "node:async_hooks";

/** What a scope frees: everything this package makes that holds native memory. */
export interface Resource extends Disposable {
  /** @internal The scope that will free it; undefined outside of scopes. */
  owner?: Set<Resource> | undefined;
  /** @internal What it holds and hands out with itself. */
  readonly parts?: readonly Resource[];
}

const current = new AsyncLocalStorage<Set<Resource> | undefined>();
const known = new WeakSet<object>();

/** Gives a new resource to the scope it was made in. */
export function track(resource: Resource): void {
  known.add(resource);
  adopt(resource, current.getStore());
}

/** Takes a resource that was disposed out of its scope. */
export function untrack(resource: Resource): void {
  resource.owner?.delete(resource);
  resource.owner = undefined;
}

function adopt(resource: Resource, owner: Set<Resource> | undefined): void {
  untrack(resource);
  resource.owner = owner;
  owner?.add(resource);
  for (const part of resource.parts ?? []) adopt(part, owner);
}

/** Hands every resource in `value` (itself, or inside arrays, plain objects and objects with `parts`) to the surrounding scope. */
function keep(value: unknown, inner: Set<Resource>, outer: Set<Resource> | undefined, seen = new Set<object>()): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (known.has(value)) {
    const resource = value as Resource;
    if (resource.owner === inner) adopt(resource, outer);
    return;
  }
  const prototype = Object.getPrototypeOf(value);
  if (Array.isArray(value) || prototype === Object.prototype || prototype === null) {
    for (const entry of Object.values(value)) keep(entry, inner, outer, seen);
  } else if ("parts" in value) keep(value.parts, inner, outer, seen);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}

/**
 * Frees every tensor (and ablation, kept run, prefix, transformer) made inside `fn`, except what it returns: a tensor,
 * arrays and plain objects of them, or what hands out the tensors it holds as `parts`. They are freed when it throws, too.
 * Returned ones belong to the surrounding scope, if there is one. An async `fn` is followed through its awaits; what runs
 * beside it is not touched.
 *
 * @example
 * ```ts
 * const loss = await scope(async () => {
 *   const logits = (await model.forward({ tokens })).logits!;
 *   return logits.logSoftmax(-1).mean(); // logits and the log-probabilities are freed
 * });
 * ```
 */
export function scope<T>(fn: () => T): T {
  const outer = current.getStore();
  const inner = new Set<Resource>();
  const end = <R>(result: R): R => {
    keep(result, inner, outer);
    free(inner);
    return result;
  };
  const fail = (error: unknown): never => {
    free(inner);
    throw error;
  };
  let result: T;
  try {
    result = current.run(inner, fn);
  } catch (error) {
    return fail(error);
  }
  return isPromise(result) ? (result.then(end, fail) as T) : end(result);
}

/** Makes what no scope frees, wherever it is called: for what its owner keeps beyond the call that first asked for it. */
export function unscoped<T>(make: () => T): T {
  return current.run(undefined, make);
}

function free(resources: Set<Resource>): void {
  for (const resource of [...resources]) resource[Symbol.dispose]();
  resources.clear();
}
