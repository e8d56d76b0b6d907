import { describe, expect, it } from "vitest";
import { readSubject } from "./subject.ts";

describe("an entry of the audit log", () => {
  it.each([
    ["table.setTimeouts", '{"directorId":"lvs-1","tcpS":1}', { directorId: "lvs-1", runId: undefined }],
    ["directors.revoke", '{"id":"lvs-1"}', { directorId: "lvs-1", runId: undefined }],
    ["workflows.pause", '{"runId":"r"}', { directorId: undefined, runId: "r" }],
    ["users.remove", '{"id":"lvs-1"}', { directorId: undefined, runId: undefined }],
    ["table.setTimeouts", '{"directorId":7}', { directorId: undefined, runId: undefined }],
    ["workflows.start", "{}", { directorId: undefined, runId: "r" }],
    ["auth.signIn", "null", { directorId: undefined, runId: undefined }],
    ["auth.signIn", "{", { directorId: undefined, runId: undefined }],
  ])("of %s with %s is about what it names", (procedure, input, subject) => {
    expect(readSubject({ procedure, input, detail: "run r" })).toEqual(subject);
  });
});
