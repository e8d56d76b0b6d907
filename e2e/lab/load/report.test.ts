import { expect, it } from "vitest";
import { judgeAnswer, quantile } from "./report.ts";

it("an answer is good when it is a 200 and every line of it is one real server's name", () => {
  expect(judgeAnswer(200, "rs2\n")).toEqual({ server: "rs2" });
  expect(judgeAnswer(200, "rs12\n".repeat(500))).toEqual({ server: "rs12" });
});

it.each([
  { status: 502, body: "rs1\n", reason: "status 502" },
  { status: 200, body: "", reason: "a body without a real server's name" },
  { status: 200, body: "<html>", reason: "a body without a real server's name" },
  { status: 200, body: "rs1\nrs1\nrs", reason: "a torn body" },
  { status: 200, body: "rs1\nrs2\n", reason: "a torn body" },
])("$status $body is refused: $reason", ({ status, body, reason }) => {
  expect(judgeAnswer(status, body)).toEqual({ reason });
});

it("a quantile is a value that occurred", () => {
  expect(quantile([], 0.5)).toBe(0);
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(3);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
});
