/** Short configurations for the examples of rules. */

const indent = (lines: readonly string[], by: string): string =>
  lines.map((line) => `${by}${line}\n`).join("");

/** A VRRP instance that is in order, with further lines. */
export const inInstance = (...lines: readonly string[]): string => `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
${indent(lines, "    ")}    virtual_ipaddress {
        192.0.2.10/24
    }
}
`;

/** A virtual server that is in order, with further lines. */
export const inService = (...lines: readonly string[]): string => `virtual_server 192.0.2.10 80 {
    lb_algo wlc
    lb_kind DR
    protocol TCP
${indent(lines, "    ")}    real_server 192.0.2.21 80 {
        TCP_CHECK {
        }
    }
}
`;

/** A real server with these lines. */
export const inServer = (...lines: readonly string[]): string => `virtual_server 192.0.2.10 80 {
    lb_algo wlc
    lb_kind DR
    protocol TCP
    real_server 192.0.2.21 80 {
${indent(lines, "        ")}    }
}
`;

/** global_defs with these lines. */
export const inGlobals = (...lines: readonly string[]): string =>
  `global_defs {\n${indent(lines, "    ")}}\n`;
