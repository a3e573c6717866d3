/** A socket that comes back by itself: after 0.5 s, 1 s, 2 s … at most 30 s, spread so that not all come at once. */

export interface SocketEvents {
  message(data: unknown): void;
  /** The connection stands: what the server waits for can be sent. It may still refuse. */
  connected?(): void;
  /** Open now; `again` when it had been open before. */
  open?(again: boolean): void;
  /** Not open now; it will try again unless it was refused. */
  down?(): void;
  /** The server says: not you (4401), not with this role (4403), not there (4404). It will not try again. */
  refused?(code: number): void;
}

const REFUSALS = new Set([4401, 4403, 4404]);
// The server opens a socket before it refuses it: open is what has stayed open for a moment.
const SETTLED_MS = 300;

export const delay = (attempt: number, chance: number): number =>
  Math.min(30_000, 500 * 2 ** attempt) * (0.75 + chance / 2);

export class LastingSocket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private opened = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly url: string;
  private readonly events: SocketEvents;

  constructor(url: string, events: SocketEvents) {
    this.url = url;
    this.events = events;
    this.connect();
  }

  /** Close for good. */
  close(): void {
    clearTimeout(this.timer);
    if (this.socket) this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket?.close();
    this.socket = null;
  }

  /** Send an object, if the connection stands. */
  send(data: unknown): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(data));
  }

  private connect(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    let settling: ReturnType<typeof setTimeout> | undefined;
    socket.onopen = () => {
      this.events.connected?.();
      settling = setTimeout(() => {
        this.attempt = 0;
        this.events.open?.(this.opened);
        this.opened = true;
      }, SETTLED_MS);
    };
    socket.onmessage = (event) => {
      try {
        this.events.message(JSON.parse(String(event.data)));
      } catch (error) {
        console.error("unreadable message", error);
      }
    };
    socket.onclose = (event) => {
      clearTimeout(settling);
      if (REFUSALS.has(event.code)) return this.events.refused?.(event.code);
      this.events.down?.();
      this.timer = setTimeout(() => this.connect(), delay(this.attempt, Math.random()));
      this.attempt += 1;
    };
  }
}
