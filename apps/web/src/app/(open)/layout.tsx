import { DatabaseAway } from "@/features/shell/database-away.tsx";
import { needsSetup } from "@/server/current-person.ts";
import { isDatabaseAway } from "@/server/database-away.ts";
import type { ReactNode } from "react";

/** For whoever is not signed in, as long as the console can tell who is. */
export default async function OpenLayout({ children }: { children: ReactNode }) {
  const isAway = await needsSetup().then(
    () => false,
    (error: unknown) => {
      if (isDatabaseAway(error)) return true;
      throw error;
    },
  );
  return isAway ? <DatabaseAway /> : children;
}
