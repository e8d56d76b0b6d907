/**
 * Whether a browser says that a request comes from a page of this console. Browsers write `Origin` on every POST, and pages
 * cannot change it (Fetch standard); a request without it is not one of ours. `publicOrigin`: the name behind a proxy.
 */
export function isSameOrigin(headers: Headers, publicOrigin: string | undefined): boolean {
  const origin = headers.get("origin");
  if (origin === null) return false;
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  if (origin === publicOrigin) return true;
  const host = headers.get("host");
  return host !== null && URL.canParse(origin) && new URL(origin).host === host;
}
