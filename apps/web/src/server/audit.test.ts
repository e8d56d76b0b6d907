import { describe, expect, it } from "vitest";
import { withoutSecrets } from "./audit.ts";

describe("what is kept of an input", () => {
  it("has no value under a name that sounds like a secret, however deep", () => {
    expect(
      withoutSecrets({
        email: "a@example.com",
        password: "p",
        newPassword: "p",
        list: [{ token: "t", Secret: { inner: "x" } }],
        privateKeyPem: "k",
      }),
    ).toEqual({
      email: "a@example.com",
      password: "••••",
      newPassword: "••••",
      list: [{ token: "••••", Secret: "••••" }],
      privateKeyPem: "••••",
    });
  });

  it("is never longer or deeper than a page can show", () => {
    let deep: object = {};
    for (let depth = 0; depth < 50; depth += 1) deep = { deep };
    expect(
      JSON.stringify(withoutSecrets({ deep, text: "x".repeat(100_000), many: Array(10_000).fill(1) })).length,
    ).toBeLessThan(10_000);
  });

  it("is an object also where there was no input", () => {
    expect(withoutSecrets(undefined)).toEqual({});
  });
});
