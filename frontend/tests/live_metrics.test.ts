import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { LiveMetrics, matches, type LiveSample, type LiveState, type World } from "../scripts/lib/live_metrics.ts";
import { ProblemError } from "../scripts/lib/http.ts";
import type { SocketEvents } from "../scripts/socket.ts";

/** A browser whose server does as it is told. */
class Stage {
  sockets: { events: SocketEvents; sent: unknown[]; open: boolean }[] = [];
  hidden = false;
  asked = 0;
  answer: () => Promise<Awaited<ReturnType<World["ask"]>>> = () => Promise.reject(new Error("away"));
  look: () => void = () => {};
  samples: LiveSample[] = [];
  states: LiveState[] = [];
  live: LiveMetrics;

  constructor(hidden = false) {
    this.hidden = hidden;
    const events = {
      sample: (sample: LiveSample) => void this.samples.push(sample),
      state: (state: LiveState) => void this.states.push(state),
    };
    this.live = new LiveMetrics(["system.*"], 1000, events, {
      open: (_, events) => {
        const socket = { events, sent: [] as unknown[], open: true };
        this.sockets.push(socket);
        return { send: (data) => void socket.sent.push(data), close: () => void (socket.open = false) };
      },
      ask: () => {
        this.asked += 1;
        return this.answer();
      },
      hidden: () => this.hidden,
      onVisibility: (act) => {
        this.look = act;
        return () => (this.look = () => {});
      },
    });
  }

  get open(): number {
    return this.sockets.filter(({ open }) => open).length;
  }

  show(hidden: boolean): void {
    this.hidden = hidden;
    this.look();
  }

  /** The server's next message to the newest socket. */
  say(data: unknown): void {
    this.sockets.at(-1)!.events.message(data);
  }
}

const SAMPLE = { t: "2026-03-01T12:00:00Z", machine: "here", metrics: { "system.load_1": 1 } };
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "setInterval"] }));
afterEach(() => mock.timers.reset());

test("a star stands for anything, as on the server", () => {
  assert.ok(matches("system.*", "system.core_percent.0"));
  assert.ok(matches("*", ""));
  assert.ok(matches("*.zstd", "compression.ratio.zstd"));
  assert.ok(matches("a*b*c", "abbc"));
  assert.ok(!matches("a*a", "a"));
  assert.ok(!matches("system.?oad", "system.load"));
  assert.ok(!matches("system", "system.load"));
});

test("it says what it wants on each connection, and again when that changes", () => {
  const stage = new Stage();
  const [socket] = stage.sockets;
  socket!.events.connected!();
  socket!.events.down!();
  socket!.events.connected!();
  stage.live.change(["redis.*"], 5000);
  const first = { subscribe: ["system.*"], interval_ms: 1000 };
  assert.deepEqual(socket!.sent, [first, first, { subscribe: ["redis.*"], interval_ms: 5000 }]);
  stage.say(SAMPLE);
  stage.say({ kind: "heartbeat", t: SAMPLE.t });
  assert.deepEqual(stage.samples, [SAMPLE]);
  assert.equal(stage.states.at(-1), "live");
});

test("a hidden page has no socket", () => {
  const stage = new Stage(true);
  assert.equal(stage.open, 0);
  stage.show(false);
  assert.equal(stage.open, 1);
  stage.show(false);
  assert.equal(stage.open, 1);
  stage.show(true);
  assert.equal(stage.open, 0);
  mock.timers.tick(60_000);
  assert.equal(stage.asked, 0);
  assert.deepEqual(stage.states, ["paused", "waiting", "paused"]);
  stage.live.close();
  stage.show(false);
  assert.equal(stage.open, 0);
});

test("a connection that is silent for too long is exchanged", () => {
  const stage = new Stage();
  for (let second = 0; second < 60; second += 10) {
    stage.say({ kind: "heartbeat", t: SAMPLE.t });
    mock.timers.tick(10_000);
  }
  assert.equal(stage.sockets.length, 1);
  mock.timers.tick(25_000);
  assert.equal(stage.sockets.length, 2);
  assert.equal(stage.open, 1);
});

test("without a socket it asks, until there is one again", async () => {
  const stage = new Stage();
  stage.answer = async () => ({
    t: SAMPLE.t,
    metrics: { "system.load_1": { value: 2 }, "redis.clients": { value: 3 } },
    components: [],
  });
  stage.sockets[0]!.events.down!();
  stage.sockets[0]!.events.down!();
  mock.timers.tick(2000);
  await settle();
  assert.deepEqual(stage.samples, [{ t: SAMPLE.t, components: [], metrics: { "system.load_1": 2 } }]);
  assert.equal(stage.states.at(-1), "polling");
  stage.say(SAMPLE);
  assert.equal(stage.states.at(-1), "live");
  mock.timers.tick(10_000);
  await settle();
  assert.equal(stage.asked, 1);
});

test("who may not ask does not ask again", async () => {
  const stage = new Stage();
  stage.answer = () => Promise.reject(new ProblemError({ title: "no", status: 403 }));
  stage.sockets[0]!.events.down!();
  for (let turn = 0; turn < 5; turn += 1) {
    mock.timers.tick(2000);
    await settle();
  }
  assert.equal(stage.asked, 1);
});

test("refused is for good", () => {
  const stage = new Stage();
  stage.sockets[0]!.events.refused!(4401);
  stage.show(true);
  stage.show(false);
  mock.timers.tick(60_000);
  assert.deepEqual([stage.sockets.length, stage.open, stage.asked], [1, 0, 0]);
  assert.equal(stage.states.at(-1), "refused");
});
