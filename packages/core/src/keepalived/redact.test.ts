import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { composeModel } from "./compose.ts";
import { parseConfig } from "./parse.ts";
import { redactConfig, restoreSecrets, secretsOf } from "./redact.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const instance = (name: string, password: string): string =>
  `vrrp_instance ${name} {\n  priority 100\n  authentication {\n    auth_type PASS\n    auth_pass ${password}\n  }\n}\n`;
const two = instance("A", "s3cretA") + instance("B", "s3cretB");

describe("redaction", () => {
  it.each([
    ["auth_pass s3cret\n", "auth_pass ••••\n"],
    ['auth_pass "s3 cret"\n', "auth_pass ••••\n"],
    ["auth_pass s3cret#s3cret and s3cret\r\n", "auth_pass ••••\r\n"],
    ["authentication { auth_pass s3cret }\n", "authentication { auth_pass •••• }\n"],
    ["@me auth_pass s3cret\n# auth_pass s3cret\n", "@me auth_pass ••••\n# auth_pass ••••\n"],
    ["$PASS=s3cret\nauth_pass $PASS\n", "$PASS=••••\nauth_pass $PASS\n"],
    ["$PASS=s3cret\nauth_pass x${PASS}\n", "$PASS=••••\nauth_pass ••••\n"],
    ["$B=s3cret\n$A=x${B}\nauth_pass ${A}\n", "$B=••••\n$A=••••\nauth_pass ${A}\n"],
    ["$B= \\\n auth_pass s3cret \\\n x\n", "$B= \\\n auth_pass •••• \\\n x\n"],
    [
      "auth_hmac {\n key 1 hex:s3cret\n}\nSSL {\n password s3cret\n}\n",
      "auth_hmac {\n key 1 ••••\n}\nSSL {\n password ••••\n}\n",
    ],
    ["auth_type PASS\nauth_pass\n", "auth_type PASS\nauth_pass\n"],
  ])("%j is shown as %j", (text, shown) => {
    expect(redactConfig(encode(text))).toBe(shown);
    expect(decode(restoreSecrets(shown, encode(text)).value)).toBe(text);
  });

  it("keeps passwords out of the model", () => {
    const { value } = composeModel(parseConfig(encode(two), { path: "" }).value);
    expect(JSON.stringify(value)).not.toContain("s3cret");
    expect(value.instances[0]?.authentication?.secret).toEqual({ length: 7 });
  });

  it("gives the passwords themselves, by instance, to who must compare them", () => {
    expect(secretsOf(encode(two))).toEqual([
      { instance: "A", line: 5, text: "s3cretA" },
      { instance: "B", line: 12, text: "s3cretB" },
    ]);
  });
});

describe("restoring after an edit of the shown text", () => {
  const edited = (change: (shown: string) => string) =>
    restoreSecrets(change(redactConfig(encode(two))), encode(two));

  it("puts each password back into its own instance when they change places", () => {
    const half = redactConfig(encode(instance("A", "x")));
    const { value, diagnostics } = edited((shown) => shown.slice(half.length) + shown.slice(0, half.length));
    expect(diagnostics).toEqual([]);
    expect(decode(value)).toBe(instance("B", "s3cretB") + instance("A", "s3cretA"));
  });

  it("takes a password that was typed over the mask", () => {
    const { value } = edited((shown) => shown.replace("••••", "newpass"));
    expect(decode(value)).toBe(instance("A", "newpass") + instance("B", "s3cretB"));
  });

  it("follows one renamed instance, since only one password is left", () => {
    const { value } = edited((shown) => shown.replace("vrrp_instance B", "vrrp_instance C"));
    expect(decode(value)).toBe(instance("A", "s3cretA") + instance("C", "s3cretB"));
  });

  it("refuses a mask whose password is not known, and leaves the file as it was", () => {
    const { value, diagnostics } = edited(
      (shown) => shown + shown.replaceAll("vrrp_instance ", "vrrp_instance X"),
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(["secret-unknown", "secret-unknown"]);
    expect(decode(value)).toBe(two);
  });

  it("refuses a mask with something beside it", () => {
    const { diagnostics } = edited((shown) => shown.replace("••••", "••••x"));
    expect(diagnostics).toMatchObject([{ code: "secret-unknown", severity: "error", line: 5 }]);
  });

  it("brings back bytes that are not UTF-8 with their line, and refuses to guess them on a changed one", () => {
    const original = new Uint8Array([...encode("# caf"), 0xe9, 10, ...encode("priority 1\n")]);
    const shown = redactConfig(original);
    const { value } = restoreSecrets(shown.replace("priority 1", "priority 2"), original);
    expect([...value]).toEqual([...encode("# caf"), 0xe9, 10, ...encode("priority 2\n")]);
    expect(restoreSecrets(shown.replace("caf", "Caf"), original).diagnostics).toMatchObject([
      { code: "bytes-not-shown", line: 1 },
    ]);
  });

  it("is the inverse of redaction for any text", () => {
    const parts = fc.constantFrom(
      "auth_pass ",
      "abc",
      "\n",
      " ",
      "{",
      "}",
      "#",
      '"',
      "$A=",
      "$A",
      "authentication",
      "vrrp_instance X",
      "\r\n",
      "é",
    );
    const property = fc.property(fc.array(parts, { maxLength: 30 }), (pieces) => {
      const bytes = encode(pieces.join(""));
      const { value, diagnostics } = restoreSecrets(redactConfig(bytes), bytes);
      expect(diagnostics).toEqual([]);
      expect(decode(value)).toBe(decode(bytes));
    });
    fc.assert(property, {
      numRuns: 1000,
      ...(process.env["FC_SEED"] === undefined ? {} : { seed: Number(process.env["FC_SEED"]) }),
    });
  });
});
