/** Next calls this once per process, before the first request. */
export async function register(): Promise<void> {
  // A constant of the build: the server's modules stay out of every other runtime.
  if (process.env["NEXT_RUNTIME"] !== "nodejs") return;
  const { startConsole } = await import("./server/start");
  startConsole();
}
