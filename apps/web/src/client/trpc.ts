"use client";
import type { AppRouter } from "@/server/router.ts";
import { createTRPCContext } from "@trpc/tanstack-react-query";

/** Typed procedures for React Query; the types are the server's, nothing of it is loaded here. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
