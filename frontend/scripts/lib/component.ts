import type { Magics } from "alpinejs";

/** What every component has beside its own members. */
type Own<T> = Magics<T> & { $root: HTMLElement; $el: HTMLElement };

/**
 * Make the factory of an Alpine component whose members know their type, and their own component.
 *
 * Called from a component nested within, `this` would be the inner one (and `this.$root` the wrong element); here it
 * is the component itself, always. What must not be reactive (elements, requests, long lists) stays in the closure.
 */
export function component<T extends object>(make: () => T & ThisType<T & Own<T>>): () => T {
  return () => {
    const made = make();
    let self: unknown;
    const bind = (action: (...values: unknown[]) => unknown) =>
      function (this: unknown, ...values: unknown[]): unknown {
        return action.apply(self ?? this, values);
      };
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(made))) {
      if (member.get) Object.defineProperty(made, name, { ...member, get: bind(member.get) });
      else if (typeof member.value === "function") Object.assign(made, { [name]: bind(member.value) });
    }
    const begin = (made as { init?: () => void }).init;
    Object.assign(made, {
      init(this: unknown): void {
        self = this;
        begin?.call(this);
      },
    });
    return made;
  };
}
