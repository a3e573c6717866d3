/**
 * Return a function that calls `act` for each key at once, then at most every `ms`: calls in between make one
 * call at the end of the pause.
 */
export function coalesce<K>(act: (key: K) => void, ms: number): (key: K) => void {
  const pauses = new Map<K, { again: boolean }>();
  const begin = (key: K): void => {
    const pause = { again: false };
    pauses.set(key, pause);
    act(key);
    setTimeout(() => {
      pauses.delete(key);
      if (pause.again) begin(key);
    }, ms);
  };
  return (key) => {
    const pause = pauses.get(key);
    if (pause) pause.again = true;
    else begin(key);
  };
}
