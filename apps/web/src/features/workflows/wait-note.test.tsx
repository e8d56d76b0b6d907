import type { WaitCause } from "@lvs/core/workflow/run";
import { waitCauseSchema } from "@lvs/core/workflow/run";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import english from "@/messages/en.json" with { type: "json" };
import chinese from "@/messages/zh-CN.json" with { type: "json" };
import { WaitView } from "./wait-note.tsx";

const nowMs = new Date(2026, 10, 21, 14, 3, 0).getTime();
const lost: WaitCause = {
  code: "agentLost",
  machine: { kind: "director", id: "d2" },
  name: "lvs-2",
  sinceMs: nowMs - 42_000,
  detail: "no route to the host",
};

const drawn = (
  part: Partial<Parameters<typeof WaitView>[0]>,
  locale: "en" | "zh-CN" = "en",
  failures: string[] = [],
): string =>
  renderToStaticMarkup(
    <NextIntlClientProvider
      locale={locale}
      messages={locale === "en" ? english : chinese}
      timeZone="UTC"
      onError={(error) => failures.push(error.message)}
    >
      <WaitView waitsFor={[lost]} isUndoing={false} canGoOn={false} reverts={[]} nowMs={nowMs} {...part} />
    </NextIntlClientProvider>,
  )
    .replaceAll(/<[^>]+>/gu, " ")
    .replaceAll(/[\s\u202f]+/gu, " ");

describe("a run that waits", () => {
  it("says which machine, since when, in whose words, what happens and what a person can do", () => {
    const text = drawn({});
    expect(text).toContain("Waiting for lvs-2");
    expect(text).toContain("its agent cannot be reached since 14:02:18 (42 s) no route to the host");
    expect(text).toContain("goes on at this step by itself as soon as lvs-2 can be asked");
    expect(text).toContain("Look whether lvs-2 is up, whether the agent runs there");
    expect(text).toContain("Or pause, or abort and undo all");
  });

  it("offers to go on without the proof only where a proof is waited for, and nothing while it is undone", () => {
    expect(drawn({})).not.toContain("without the proof");
    expect(drawn({ canGoOn: true })).toContain("Or go on without the proof");
    const undoing = drawn({ isUndoing: true });
    expect(undoing).toContain("The undo waits for lvs-2");
    expect(undoing).not.toContain("Or pause");
  });

  it("says when an agent puts its old file back by itself", () => {
    expect(drawn({ reverts: [{ director: "lvs-2", atMs: nowMs + 47_000 }] })).toContain(
      "lvs-2 puts its old file back by itself at 14:03:47",
    );
  });

  it("names the part that could not be read, and does not promise to go on with a machine that is gone", () => {
    expect(drawn({ waitsFor: [{ ...lost, code: "partUnknown", part: "table" }] })).toContain(
      "could not read the kernel’s table",
    );
    const gone = drawn({ waitsFor: [{ ...lost, code: "notInCluster" }] });
    expect(gone).toContain("cannot go on by itself");
    expect(gone).not.toContain("as soon as");
  });

  it("has words for every cause in both languages, the age and the machine's own words among them", () => {
    const failures: string[] = [];
    for (const code of waitCauseSchema.shape.code.options)
      for (const locale of ["en", "zh-CN"] as const) {
        const text = drawn({ waitsFor: [{ ...lost, code, part: "port 80" }] }, locale, failures);
        for (const word of ["lvs-2", "14:02:18", "42 s", "no route to the host"])
          expect(text, `${locale} ${code}`).toContain(word);
      }
    expect(failures).toEqual([]);
  });
});
