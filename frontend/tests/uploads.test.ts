import assert from "node:assert/strict";
import { test } from "node:test";
import { formOfMany, formOfOne, outcomesOf, type Outcome, type Parcel, type Send, type SendEvents } from "../scripts/sending.ts";
import { ONE_EACH, UploadQueue, type Limits } from "../scripts/uploads.ts";

interface Trip {
  paths: string[];
  events: SendEvents;
  aborted: boolean;
}

/** Requests that end when the test says so. */
function requests(): { send: Send; trips: Trip[] } {
  const trips: Trip[] = [];
  const send: Send = (parcels, events) => {
    const trip = { paths: parcels.map(({ path }) => path), events, aborted: false };
    trips.push(trip);
    return {
      abort: () => {
        trip.aborted = true;
      },
    };
  };
  return { send, trips };
}

const file = (name: string, size = 3): File => new File(["x".repeat(size)], name);
const stored: Outcome = { stored: { id: "1", name: "a", size: 3 } };
const states = (queue: UploadQueue): string[] => queue.uploads.map((upload) => upload.state);

function queueOf(names: string[], limits: Partial<Limits> = {}): { queue: UploadQueue; trips: Trip[] } {
  const { send, trips } = requests();
  const queue = new UploadQueue(send, () => {}, { ...ONE_EACH, ...limits });
  for (const name of names) queue.add(file(name), name);
  return { queue, trips };
}

test("no more than so many at once, the next when one has ended", () => {
  const { queue, trips } = queueOf(["a", "b", "c"], { atOnce: 2 });
  assert.deepEqual(states(queue), ["sending", "sending", "waiting"]);
  trips[0]!.events.ended([stored]);
  assert.deepEqual(states(queue), ["done", "sending", "sending"]);
  assert.equal(queue.uploads[0]!.sent, 3);
  assert.ok(queue.busy);
});

test("a failed one says why and can be tried again", () => {
  const { queue, trips } = queueOf(["a"]);
  const [upload] = queue.uploads;
  const problem = { status: 507, title: "The disk is full", detail: "No room.", request_id: "r1" };
  trips[0]!.events.ended([{ problem }]);
  assert.equal(upload!.state, "failed");
  assert.equal(upload!.error, "The disk is full. No room. (request r1)");
  queue.retry(upload!);
  trips[1]!.events.ended([stored]);
  assert.equal(upload!.state, "done");
  assert.equal(upload!.error, "");
  assert.ok(!queue.busy);
});

test("cancelling stops the request and lets the next begin", () => {
  const { queue, trips } = queueOf(["a", "b"], { atOnce: 1 });
  queue.cancel(queue.uploads[0]!);
  assert.ok(trips[0]!.aborted);
  assert.deepEqual(states(queue), ["cancelled", "sending"]);
  trips[0]!.events.ended([stored]);
  assert.deepEqual(states(queue), ["cancelled", "sending"], "an answer that comes too late says nothing");
});

test("a file that is refused beforehand is never sent", () => {
  const { send, trips } = requests();
  const queue = new UploadQueue(send, () => {});
  const upload = queue.add(file("a"), "a", "It is too large.");
  assert.equal(upload.state, "failed");
  assert.equal(trips.length, 0);
  assert.ok(!queue.busy);
});

test("small files that wait travel together, up to a number and a size", () => {
  const { queue, trips } = queueOf(["a", "b", "c", "d", "e"], { atOnce: 1, files: 3, bytes: 7 });
  assert.deepEqual(trips[0]!.paths, ["a"], "the first goes at once");
  trips[0]!.events.ended([stored]);
  assert.deepEqual(trips[1]!.paths, ["b", "c"], "a third would be too much");
  trips[1]!.events.ended([stored, stored]);
  assert.deepEqual(trips[2]!.paths, ["d", "e"]);
  trips[2]!.events.ended([stored, stored]);
  assert.ok(!queue.busy);
});

test("a large file travels alone", () => {
  const { send, trips } = requests();
  const queue = new UploadQueue(send, () => {}, { atOnce: 1, files: 9, bytes: 10 });
  for (const [name, size] of [["a", 1], ["big", 50], ["b", 1], ["c", 1]] as const) queue.add(file(name, size), name);
  for (let number = 0; number < 3; number += 1) trips[number]!.events.ended(trips[number]!.paths.map(() => stored));
  assert.deepEqual(
    trips.map(({ paths }) => paths),
    [["a"], ["big"], ["b", "c"]],
  );
});

test("each file of a request has its own progress and its own outcome", () => {
  const { queue, trips } = queueOf(["z", "a", "b", "c"], { atOnce: 1, files: 9, bytes: 99 });
  trips[0]!.events.ended([stored]);
  trips[1]!.events.progress(4);
  assert.deepEqual(
    queue.uploads.map(({ sent }) => sent),
    [3, 3, 1, 0],
  );
  trips[1]!.events.ended([stored, { problem: { status: 413, title: "Too large" } }, stored]);
  assert.deepEqual(states(queue), ["done", "done", "failed", "done"]);
  assert.equal(queue.uploads[2]!.error, "Too large");
});

test("cancelling one of many sends the others again without it", () => {
  const { queue, trips } = queueOf(["z", "a", "b", "c"], { atOnce: 1, files: 9, bytes: 99 });
  trips[0]!.events.ended([stored]);
  trips[1]!.events.progress(4);
  queue.cancel(queue.uploads[2]!);
  assert.ok(trips[1]!.aborted);
  assert.deepEqual(trips[2]!.paths, ["a", "c"]);
  assert.deepEqual(states(queue), ["done", "sending", "cancelled", "sending"]);
  assert.equal(queue.uploads[1]!.sent, 0);
  trips[2]!.events.ended([stored, stored]);
  assert.ok(!queue.busy);
});

test("when all bytes have left, one of many cannot be taken back", () => {
  const { queue, trips } = queueOf(["z", "a", "b"], { atOnce: 1, files: 9, bytes: 99 });
  trips[0]!.events.ended([stored]);
  trips[1]!.events.progress(6);
  queue.cancel(queue.uploads[1]!);
  assert.ok(!trips[1]!.aborted);
  trips[1]!.events.ended([stored, stored]);
  assert.deepEqual(states(queue), ["done", "done", "done"]);
});

test("thousands of files take as many requests as they must", () => {
  const names = Array.from({ length: 3000 }, (_, number) => `f/${number}`);
  const { queue, trips } = queueOf(names, { atOnce: 3, files: 100, bytes: 1e6 });
  for (let number = 0; number < trips.length; number += 1) {
    trips[number]!.events.ended(trips[number]!.paths.map(() => stored));
  }
  assert.ok(!queue.busy);
  assert.equal(trips.length, 33);
  assert.deepEqual(new Set(trips.flatMap(({ paths }) => paths)).size, 3000);
});

test("a form says where each file goes", async () => {
  const parcels: Parcel[] = ["x/y/a", "b"].map((path) => ({ file: file(path.split("/").at(-1)!), path }));
  const one = formOfOne(parcels[0]!);
  assert.equal(one.get("folder"), "x/y");
  assert.equal((one.get("file") as File).name, "a");
  assert.equal(formOfOne(parcels[1]!).get("folder"), null);
  const many = formOfMany(parcels);
  assert.equal(many.get("paths"), '["x/y/a","b"]');
  assert.deepEqual(
    many.getAll("file").map((entry) => (entry as File).name),
    ["a", "b"],
  );
});

test("every answer gives an outcome for every file", () => {
  const json = "application/json";
  const results = [{ file: { id: "1", name: "a", size: 3 } }, { error: { status: 413, title: "Too large" } }];
  assert.deepEqual(outcomesOf(207, json, JSON.stringify({ results }), 2), [
    { stored: results[0]!.file },
    { problem: results[1]!.error },
  ]);
  assert.equal(outcomesOf(201, json, '{"id": "1"}', 1).length, 1);
  assert.equal(outcomesOf(207, json, '{"results": []}', 2).length, 2);
  const refused = outcomesOf(503, "application/problem+json", '{"title": "Away", "status": 503}', 2);
  assert.deepEqual(refused, Array(2).fill({ problem: { title: "Away", status: 503 } }));
});
