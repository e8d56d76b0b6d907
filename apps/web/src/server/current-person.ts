import { headers } from "next/headers";
import { readPerson } from "./auth.ts";
import { consoleStarted } from "./start.ts";
import { isSetupNeeded } from "./setup.ts";
import type { Person } from "./person.ts";

/** Who asks for this page; null without a good session. For layouts and pages: they redirect before anything is sent. */
export async function currentPerson(): Promise<Person | null> {
  await consoleStarted();
  return (await readPerson(await headers())) ?? null;
}

/** Whether the first admin is still to be made: then every page leads to /setup. */
export async function needsSetup(): Promise<boolean> {
  await consoleStarted();
  return isSetupNeeded();
}
