import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeFilters } from "../scripts/table.ts";

const form = (values: Record<string, string>): FormData => {
  const made = new FormData();
  for (const [name, value] of Object.entries(values)) made.append(name, value);
  return made;
};

test("the newest filters and the newest order go together", () => {
  const url = new URL("http://h/jobs?status=failed&search=old&ordering=-size&page=3");
  assert.equal(mergeFilters(url, form({ search: "new", status: "", ordering: "name" })), true);
  assert.equal(url.search, "?search=new&ordering=-size&page=3");
});

test("the same filters are no other search", () => {
  const url = new URL("http://h/jobs?status=failed&page=3");
  assert.equal(mergeFilters(url, form({ search: "", status: "failed" })), false);
  assert.equal(url.search, "?status=failed&page=3");
});
