import { spawn } from "node:child_process";
import { createServer, type Socket } from "node:net";
import {
  encodeFrame,
  frameType,
  parseRequest,
  type ControlEnd,
  type ControlRequest,
} from "./control-frames.ts";

/**
 * Runs inside a director, on its control link only: runs the commands the lab asks for, in the director's own network,
 * and sends back what they print. A client that goes away takes its command with it.
 */

const port = 7000;
const [, , address] = process.argv;

const env = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LC_ALL: "C",
};

function finish(socket: Socket, end: ControlEnd): void {
  if (socket.destroyed) return;
  socket.end(encodeFrame(frameType.end, Buffer.from(JSON.stringify(end))));
}

function runRequest(socket: Socket, request: ControlRequest, stdin: Buffer): void {
  const child = spawn("nsenter", ["--net=/proc/1/ns/net", ...request.argv], {
    detached: true,
    env,
    cwd: "/root",
    stdio: ["pipe", "pipe", "pipe"],
  });
  let problem: string | null = null;
  const kill = (reason: string) => {
    problem = reason;
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // it has just ended
    }
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const timer = setTimeout(() => kill(`killed after ${request.timeoutMs} ms`), request.timeoutMs);
  const send = (type: number, source: NodeJS.ReadableStream) => (chunk: Buffer) => {
    if (socket.write(encodeFrame(type, chunk))) return;
    source.pause();
    socket.once("drain", () => source.resume());
  };
  child.stdout.on("data", send(frameType.stdout, child.stdout));
  child.stderr.on("data", send(frameType.stderr, child.stderr));
  child.stdin.on("error", () => {});
  child.once("error", (error) => {
    problem = error.message;
  });
  child.once("close", (exitCode, signal) => {
    clearTimeout(timer);
    finish(socket, { exitCode, problem: problem ?? (signal === null ? null : `ended by ${signal}`) });
  });
  socket.once("close", () => {
    if (child.exitCode === null && child.signalCode === null) kill("the caller went away");
  });
  child.stdin.end(stdin);
}

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  let received = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const newline = received.indexOf(10);
    if (newline < 0) return;
    const request = parseRequest(received.toString("utf8", 0, newline));
    if (request === null) {
      socket.off("data", onData);
      finish(socket, { exitCode: null, problem: "not a request" });
      return;
    }
    const stdin = received.subarray(newline + 1);
    if (stdin.length < request.stdinBytes) return;
    socket.off("data", onData);
    socket.resume();
    runRequest(socket, request, stdin);
  };
  socket.on("data", onData);
  socket.on("error", () => socket.destroy());
}

createServer(serve).listen(port, address, () => {
  process.stdout.write(`CONTROL-READY ${address}:${port}\n`);
});
