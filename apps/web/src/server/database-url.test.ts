import { describe, expect, it } from "vitest";
import { parseDatabaseUrl } from "./database-url.ts";

describe("DATABASE_URL", () => {
  it.each([
    [
      "postgresql://lvs:p%40ss%2Fword@db.example:6432/console",
      { host: "db.example", port: 6432, user: "lvs", password: "p@ss/word", database: "console" },
    ],
    [
      "postgres://lvs@[2001:db8::1]/console",
      { host: "2001:db8::1", port: 5432, user: "lvs", database: "console" },
    ],
    [
      "postgresql://lvs@/console?host=/run/postgresql",
      { host: "/run/postgresql", port: 5432, user: "lvs", database: "console" },
    ],
    ["postgresql://h/d?sslmode=verify-full", { host: "h", port: 5432, database: "d", ssl: true }],
    [
      "postgresql://h/d?sslmode=require",
      { host: "h", port: 5432, database: "d", ssl: { rejectUnauthorized: false } },
    ],
    ["postgresql://h/d?sslmode=disable", { host: "h", port: 5432, database: "d" }],
  ])("%s is read into its fields", (text, fields) => {
    expect(parseDatabaseUrl(text)).toEqual(fields);
  });
});
