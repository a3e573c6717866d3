/** The browser's own storage; a browser that refuses it just forgets. */
export function recall<T>(key: string, storage?: Storage): T | null {
  try {
    return JSON.parse((storage ?? localStorage).getItem(key) ?? "null") as T | null;
  } catch {
    return null;
  }
}

export function remember(key: string, value: unknown, storage?: Storage): void {
  try {
    (storage ?? localStorage).setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the choice lasts as long as the page.
  }
}

/** Remove all keys that begin so. */
export function forget(prefix: string, storage?: Storage): void {
  try {
    const kept = storage ?? localStorage;
    for (const key of Object.keys(kept)) if (key.startsWith(prefix)) kept.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}
