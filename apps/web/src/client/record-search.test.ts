import { describe, expect, it } from "vitest";
import { printLocalMinute, readLocalMinute, readQuestion } from "./record-search.ts";

const read = (text: string) => {
  const search = new URLSearchParams(text);
  return readQuestion((name) => search.get(name));
};

describe("the question that an address asks of the record", () => {
  it("is director, time and text", () => {
    expect(read("director=a&from=2026-11-21T02:00Z&to=2026-11-21T03:30Z&text=10.0.0.1")).toEqual({
      directorId: "a",
      fromMs: Date.UTC(2026, 10, 21, 2),
      toMs: Date.UTC(2026, 10, 21, 3, 30),
      text: "10.0.0.1",
    });
  });

  it("is nothing where it says no moment, one before time, or nothing", () => {
    expect(read("from=yesterday&to=1900-01-01T00:00Z&text=&director=")).toEqual({});
  });

  it("is no longer than the console takes", () => {
    expect(read(`text=${"x".repeat(900)}`).text).toHaveLength(200);
  });
});

it("a moment of a form is the same moment again, in the browser's time", () => {
  const atMs = Date.UTC(2026, 10, 21, 2, 7);
  expect(readLocalMinute(printLocalMinute(atMs))).toBe(atMs);
  expect(readLocalMinute(printLocalMinute(undefined))).toBeUndefined();
});
