import { differenceKindSchema, driftAuthorSchema } from "@lvs/core/drift/drift";
import { directorEventSchema } from "@lvs/core/director/change";
import { describe, expect, test } from "vitest";
import english from "./en.json" with { type: "json" };
import chinese from "./zh-CN.json" with { type: "json" };

/** Every code that a screen turns into words has them: nothing is ever shown raw. */
const codes: readonly (readonly [string, readonly string[], (messages: typeof english) => object])[] = [
  ["a kind of drift", differenceKindSchema.options, ({ drift }) => drift.what],
  ["an author of drift", driftAuthorSchema.options, ({ drift }) => drift.who],
  ["a kind of event", directorEventSchema.shape.kind.options, ({ changes }) => changes.kinds],
];

describe.each(codes)("%s", (_, names, of) => {
  test.each([
    ["English", english],
    ["Chinese", chinese],
  ] as const)("has a sentence of its own in %s, and no sentence is without a code", (__, messages) => {
    expect(Object.keys(of(messages)).toSorted()).toEqual(names.toSorted());
  });
});
