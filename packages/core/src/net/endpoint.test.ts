import { describe, expect, it } from "vitest";
import { compareEndpoints, parseEndpoint, printEndpoint } from "./endpoint.ts";

describe("an endpoint is an address and a port", () => {
  it.each(["192.0.2.1:80", "[::1]:80", "[2001:db8::1]:0", "0.0.0.0:65535"])(
    "%s reads and prints as itself",
    (text) => {
      const endpoint = parseEndpoint(text);
      expect(endpoint && printEndpoint(endpoint)).toBe(text);
    },
  );

  it.each([
    "192.0.2.1",
    "192.0.2.1:",
    "192.0.2.1:080",
    "192.0.2.1:65536",
    "192.0.2.1:http",
    "::1:80",
    "[192.0.2.1]:80",
    "[::1]",
    "[::1:80",
    "web:80",
    "",
  ])("%j is no endpoint", (text) => {
    expect(parseEndpoint(text)).toBeUndefined();
  });

  it("orders by address, then by port", () => {
    const texts = ["10.0.0.2:1", "10.0.0.1:443", "10.0.0.1:80"];
    const endpoints = texts.map((text) => parseEndpoint(text)).filter((endpoint) => endpoint !== undefined);
    expect(endpoints.toSorted(compareEndpoints).map(printEndpoint)).toEqual([
      "10.0.0.1:80",
      "10.0.0.1:443",
      "10.0.0.2:1",
    ]);
  });
});
