import { describe, expect, it } from "vitest";
import { isSameOrigin } from "./same-origin.ts";

const ask = (headers: Record<string, string>, publicOrigin?: string) =>
  isSameOrigin(new Headers(headers), publicOrigin);

describe("a request that changes something", () => {
  it.each([
    ["from a page of this host", { host: "console:3000", origin: "http://console:3000" }, undefined],
    [
      "from a page of the public name",
      { host: "inner:3000", origin: "https://lvs.example" },
      "https://lvs.example",
    ],
    [
      "that the browser calls same-origin",
      { host: "a", origin: "http://a", "sec-fetch-site": "same-origin" },
      undefined,
    ],
  ])("is let through %s", (_what, headers, publicOrigin) => {
    expect(ask(headers, publicOrigin)).toBe(true);
  });

  it.each([
    ["without an origin", { host: "a" }],
    ["from another host", { host: "a", origin: "http://b" }],
    ["from another port of the host", { host: "a:3000", origin: "http://a:4000" }],
    ["from a page without an origin", { host: "a", origin: "null" }],
    ["that the browser calls cross-site", { host: "a", origin: "http://a", "sec-fetch-site": "cross-site" }],
    ["from a neighbour of the same site", { host: "a", origin: "http://a", "sec-fetch-site": "same-site" }],
  ])("is refused %s", (_what, headers) => {
    expect(ask(headers)).toBe(false);
  });
});
