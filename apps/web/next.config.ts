import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Beside the content security policy, which needs a nonce per page and is set in src/proxy.ts. */
const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=()" },
];

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: root,
  turbopack: { root },
  poweredByHeader: false,
  reactStrictMode: true,
  // Types and lint are tiers of their own; the build does not do them again.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    "@peculiar/x509",
    "@prisma/adapter-pg",
    "@prisma/client",
    "better-auth",
    "eventsource",
    "pg",
    "reflect-metadata",
    "ssh2",
    "undici",
  ],
  outputFileTracingIncludes: { "/*": ["../../prisma/migrations/**/*"] },
  headers: () => Promise.resolve([{ source: "/:path*", headers: securityHeaders }]),
};

export default createNextIntlPlugin("./src/messages/request.ts")(config);
