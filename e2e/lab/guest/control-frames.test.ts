import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeFrames, encodeFrame, parseEnd, parseRequest } from "./control-frames.ts";

it("frames come out as they went in, however the bytes were cut", () => {
  const frame = fc.record({
    type: fc.integer({ min: 1, max: 3 }),
    payload: fc.uint8Array({ maxLength: 300 }),
  });
  fc.assert(
    fc.property(fc.array(frame), fc.nat(), (frames, cut) => {
      const bytes = Buffer.concat(frames.map(({ type, payload }) => encodeFrame(type, payload)));
      const at = cut % (bytes.length + 1);
      const first = decodeFrames(bytes.subarray(0, at));
      const second = decodeFrames(Buffer.concat([first.rest, bytes.subarray(at)]));
      expect(second.rest.length).toBe(0);
      const all = [...first.frames, ...second.frames];
      expect(all.map(({ type, payload }) => ({ type, payload: [...payload] }))).toEqual(
        frames.map(({ type, payload }) => ({ type, payload: [...payload] })),
      );
    }),
  );
});

it("what is not a request is none", () => {
  for (const line of ["", "{", "null", "[]", '{"argv":["x"]}', '{"argv":"x","stdinBytes":0,"timeoutMs":1}']) {
    expect(parseRequest(line)).toBeNull();
  }
  const request = { argv: ["ip", "addr"], stdinBytes: 3, timeoutMs: 500 };
  expect(parseRequest(JSON.stringify(request))).toEqual(request);
});

it("an end says the exit code, or null with the reason", () => {
  expect(parseEnd(Buffer.from('{"exitCode":3,"problem":null}'))).toEqual({ exitCode: 3, problem: null });
  const killed = { exitCode: null, problem: "ended by SIGKILL" };
  expect(parseEnd(Buffer.from(JSON.stringify(killed)))).toEqual(killed);
  expect(parseEnd(Buffer.from("7"))).toBeNull();
});
