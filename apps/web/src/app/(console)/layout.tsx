import { LiveProvider } from "@/client/live.tsx";
import { Providers } from "@/client/providers.tsx";
import { TruthProvider } from "@/client/truth.tsx";
import { UserProvider } from "@/client/user.tsx";
import { DatabaseAway } from "@/features/shell/database-away.tsx";
import { Shell } from "@/features/shell/shell.tsx";
import { isDatabaseAway } from "@/server/database-away.ts";
import { currentPerson, needsSetup } from "@/server/current-person.ts";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";

/** Only for signed-in people: everybody else is sent away before anything is drawn. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const person = await currentPerson().catch((error: unknown) => {
    if (isDatabaseAway(error)) return undefined;
    throw error;
  });
  if (person === undefined) return <DatabaseAway />;
  if (person === null) redirect((await needsSetup()) ? "/setup" : "/sign-in");
  const { id, name, email, role } = person;
  return (
    <Providers>
      <UserProvider user={{ id, name, email, role }}>
        <LiveProvider>
          <TruthProvider>
            <Shell>{children}</Shell>
          </TruthProvider>
        </LiveProvider>
      </UserProvider>
    </Providers>
  );
}
