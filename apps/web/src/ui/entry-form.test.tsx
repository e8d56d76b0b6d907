import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { EntryForm } from "./entry-form.tsx";

const drawn = (part: Partial<Parameters<typeof EntryForm>[0]>): string =>
  renderToStaticMarkup(
    <EntryForm submit="Send" onSubmit={() => undefined} isBusy={false} failure={undefined} {...part}>
      <input />
    </EntryForm>,
  );

/** The order in which a screen reader meets the parts. */
const order = (html: string): string[] =>
  [...html.matchAll(/<input|role="alert"|<button|<h1/gu)].map(([part]) => part);

describe("a form of entries", () => {
  it("says a failure aloud: above the fields of a page, below the button in a pane", () => {
    const page = { title: "Sign in", meaning: "" };
    expect(order(drawn({ failure: "wrong", page }))).toEqual(["<h1", 'role="alert"', "<input", "<button"]);
    expect(order(drawn({ failure: "wrong" }))).toEqual(["<input", "<button", 'role="alert"']);
    expect(order(drawn({}))).toEqual(["<input", "<button"]);
  });

  it("cannot be sent while it is being sent, nor against a refusal, which is said", () => {
    expect(drawn({})).not.toContain("disabled");
    expect(drawn({ isBusy: true })).toContain("disabled");
    const refused = drawn({ refusal: "Needs the role admin; yours is viewer." });
    expect(refused).toContain("disabled");
    expect(refused).toContain("Needs the role admin");
  });
});
