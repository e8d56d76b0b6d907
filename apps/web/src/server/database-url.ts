import type pg from "pg";

/**
 * `postgresql://user:password@host:port/database?host=/run/postgresql&sslmode=require` as parsed fields (adapter-pg mistakes a
 * connection string). sslmode: disable and prefer speak plainly, require encrypts, verify-ca and verify-full check the certificate.
 */
export function parseDatabaseUrl(text: string): pg.PoolConfig {
  // A URL with a user wants a host; PostgreSQL's own form may leave it out where `?host=` names a socket.
  const url = new URL(text.replace(/^([a-z]+:\/\/[^/?#]*@)(?=\/)/u, "$1localhost"));
  const host = url.searchParams.get("host") ?? decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/u, "$1");
  const database = decodeURIComponent(url.pathname.slice(1));
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  const ssl = sslOf(url.searchParams.get("sslmode"));
  return {
    host: host === "" ? "localhost" : host,
    port: url.port === "" ? Number(url.searchParams.get("port") ?? 5432) : Number(url.port),
    ...(database === "" ? {} : { database }),
    ...(user === "" ? {} : { user }),
    ...(password === "" ? {} : { password }),
    ...(ssl === undefined ? {} : { ssl }),
  };
}

function sslOf(mode: string | null): pg.PoolConfig["ssl"] {
  if (mode === "require" || mode === "no-verify") return { rejectUnauthorized: false };
  return mode === "verify-ca" || mode === "verify-full" ? true : undefined;
}
