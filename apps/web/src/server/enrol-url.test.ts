import { hostname } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { enrolUrlFor } from "./enrol-url.ts";

afterEach(() => vi.unstubAllEnvs());

describe("what a director is told to call", () => {
  it.each(["console.example", "localhost", undefined])(
    "is ENROL_URL where it is set, whatever the browser calls: %s",
    (host) => {
      vi.stubEnv("ENROL_URL", "https://10.77.0.2:3443");
      expect(enrolUrlFor(host)).toBe("https://10.77.0.2:3443");
    },
  );

  it.each([
    ["console.example", "console.example"],
    ["192.0.2.7", "192.0.2.7"],
    ["2001:db8::7", "[2001:db8::7]"],
    ["[2001:db8::7]", "[2001:db8::7]"],
    ["localhost.example", "localhost.example"],
  ])("is what the browser calls: %s", (host, expected) => {
    vi.stubEnv("ENROL_URL", "");
    vi.stubEnv("ENROL_PORT", "4443");
    expect(enrolUrlFor(host)).toBe(`https://${expected}:4443`);
  });

  it.each([undefined, "localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])(
    "is this machine's name where the browser's word means its own machine: %s",
    (host) => {
      vi.stubEnv("ENROL_URL", "");
      vi.stubEnv("ENROL_PORT", "");
      expect(enrolUrlFor(host)).toBe(`https://${hostname()}:3443`);
    },
  );
});
