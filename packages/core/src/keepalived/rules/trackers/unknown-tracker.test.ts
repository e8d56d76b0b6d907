import { expect, it } from "vitest";
import { lintConfig } from "../../lint.ts";
import { parseConfig } from "../../parse.ts";
import { inInstance } from "../examples.ts";

const file = (name: string): string => `track_file ${name} {\n    file "/run/${name}"\n}\n`;

const severityIn = (text: string): string | undefined =>
  lintConfig(parseConfig(new TextEncoder().encode(text), { path: "a.conf" }).value).find(
    ({ code }) => code === "unknown-tracker",
  )?.severity;

it("an unknown track_file is an error where another one is known above it: keepalived 2.2.7 hangs", () => {
  const follower = inInstance("track_file {", "b", "}");
  expect(severityIn(file("a") + follower)).toBe("error");
  expect(severityIn(follower)).toBe("warning");
  expect(severityIn(follower + file("a"))).toBe("warning");
  expect(severityIn("track_file a {\n}\n" + follower)).toBe("warning");
  expect(severityIn(file("b") + follower)).toBeUndefined();
});
