import { ruleGroups } from "./rules.ts";
import type { Rule } from "./rules/rule.ts";

/** The reference page of lint rules, as Markdown: each with reason, mend and the two examples its test uses. */
export const printRuleReference = (): string =>
  `${[introduction, ...ruleGroups.map(({ title, rules }) => [`## ${capital(title)}`, ...rules.map(partOf)].join("\n\n"))].join("\n\n")}\n`;

const introduction = `# Rules for keepalived.conf

Printed from \`packages/core/src/keepalived/rules/\`. A rule is an error where keepalived itself complains, or where the service
surely breaks; all else is a warning or an information.`;

const capital = (title: string): string => title.charAt(0).toUpperCase() + title.slice(1);

const partOf = (rule: Rule): string =>
  [
    `### ${rule.code}`,
    `**${rule.severity}** — ${rule.title}`,
    rule.reason,
    `Mend: ${rule.mend}`,
    `Found in:\n\n${fenced(rule.bad)}`,
    `Not in:\n\n${fenced(rule.good)}`,
  ].join("\n\n");

const fenced = (config: string): string => `\`\`\`\n${visible(config).trimEnd()}\n\`\`\``;

/** Carriage returns and other control characters as escapes. */
const visible = (config: string): string =>
  // oxlint-disable-next-line no-control-regex
  config.replaceAll(/[\u0000-\u0009\u000B-\u001F\u007F]/gu, (character) =>
    character === "\t" ? "    " : `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`,
  );
