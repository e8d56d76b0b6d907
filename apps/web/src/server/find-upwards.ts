import { stat } from "node:fs/promises";
import path from "node:path";

/**
 * A file or directory by its name below this process's directory or one above it. A built console runs in
 * `.next/standalone/apps/web`, whose own copies come first; what is not copied is found in the checkout around it.
 */
export async function findUpwards(name: string, from = process.cwd()): Promise<string | undefined> {
  for (let at = path.resolve(/* turbopackIgnore: true */ from); ; at = path.dirname(at)) {
    const candidate = path.join(/* turbopackIgnore: true */ at, name);
    if (
      await stat(candidate).then(
        () => true,
        () => false,
      )
    )
      return candidate;
    if (at === path.dirname(at)) return undefined;
  }
}
