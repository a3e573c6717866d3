import type { Magics } from "alpinejs";

/** What every component has beside its own members. */
type Own<T> = Magics<T> & { $root: HTMLElement; $el: HTMLElement };

/**
 * Give the members of an Alpine component their type for `this`.
 *
 * A component is a factory: what must not be reactive (elements, requests, long lists) stays in its closure.
 */
export function component<T extends object>(make: () => T & ThisType<T & Own<T>>): () => T {
  return make;
}
