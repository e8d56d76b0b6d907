"use client";
import dynamic from "next/dynamic";

/** recharts weighs as much as the rest of a page: it comes only where a chart is drawn. */
export const LazyChart = dynamic(() => import("./chart.tsx"), { ssr: false });
