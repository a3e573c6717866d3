import assert from "node:assert/strict";
import { test } from "node:test";
import { UploadQueue, type Send, type SendEvents, type Upload } from "../scripts/uploads.ts";

/** Requests that end when the test says so. */
function requests(): { send: Send; open: Map<Upload, SendEvents>; aborted: Upload[] } {
  const open = new Map<Upload, SendEvents>();
  const aborted: Upload[] = [];
  const send: Send = (upload, events) => {
    open.set(upload, events);
    return { abort: () => aborted.push(upload) };
  };
  return { send, open, aborted };
}

const file = (name: string): File => new File(["abc"], name);
const stored = { id: "1", name: "a", size: 3 };
const states = (queue: UploadQueue): string[] => queue.uploads.map((upload) => upload.state);

test("no more than so many at once, the next when one has ended", () => {
  const { send, open } = requests();
  const queue = new UploadQueue(send, () => {}, 2);
  const [first] = ["a", "b", "c"].map((name) => queue.add(file(name), name));
  assert.deepEqual(states(queue), ["sending", "sending", "waiting"]);
  open.get(first!)!.done(stored);
  assert.deepEqual(states(queue), ["done", "sending", "sending"]);
  assert.equal(first!.sent, 3);
  assert.ok(queue.busy);
});

test("a failed one says why and can be tried again", () => {
  const { send, open } = requests();
  const queue = new UploadQueue(send, () => {});
  const upload = queue.add(file("a"), "a");
  open.get(upload)!.failed({ status: 507, title: "The disk is full", detail: "No room.", request_id: "r1" });
  assert.equal(upload.state, "failed");
  assert.equal(upload.error, "The disk is full. No room. (request r1)");
  queue.retry(upload);
  open.get(upload)!.done(stored);
  assert.equal(upload.state, "done");
  assert.equal(upload.error, "");
  assert.ok(!queue.busy);
});

test("cancelling stops the request and lets the next begin", () => {
  const { send, aborted } = requests();
  const queue = new UploadQueue(send, () => {}, 1);
  const [first] = ["a", "b"].map((name) => queue.add(file(name), name));
  queue.cancel(first!);
  assert.deepEqual(aborted, [first]);
  assert.deepEqual(states(queue), ["cancelled", "sending"]);
});

test("a file that is refused beforehand is never sent", () => {
  const { send, open } = requests();
  const queue = new UploadQueue(send, () => {});
  const upload = queue.add(file("a"), "a", "It is too large.");
  assert.equal(upload.state, "failed");
  assert.equal(open.size, 0);
  assert.ok(!queue.busy);
});
