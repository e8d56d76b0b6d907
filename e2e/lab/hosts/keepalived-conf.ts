import type { Director, InstancePlan, LabPlan, ServicePlan } from "../plan.ts";

/**
 * The lab's keepalived.conf: the shape of a hand-written pair of files (one comment per block, four blanks), with
 * intervals short enough for tests. Only router_id, state and priority differ between the directors.
 */

/** Where the lab makes keepalived's notify FIFOs, before keepalived starts. */
export const fifos = {
  all: "/run/keepalived/notify.fifo",
  vrrp: "/run/keepalived/vrrp.fifo",
  lvs: "/run/keepalived/lvs.fifo",
} as const;

const masterPriority = 180;
const backupPriority = 150;

function globalDefs(plan: LabPlan, director: Director): readonly string[] {
  const [first] = plan.instances;
  // One sync daemon per kernel, so it can follow one instance only: with two of them connections are not copied.
  const sync =
    first !== undefined && plan.instances.length === 1
      ? [`    lvs_sync_daemon eth0 ${first.name} id 51`]
      : [];
  return [
    "#global define",
    "global_defs {",
    `    router_id ${director.name}`,
    "    script_user root",
    "    enable_script_security",
    `    notify_fifo ${fifos.all}`,
    `    vrrp_notify_fifo ${fifos.vrrp}`,
    `    lvs_notify_fifo ${fifos.lvs}`,
    "    rs_init_notifies",
    "    reload_check_config",
    ...sync,
    "}",
  ];
}

function vrrpInstance(instance: InstancePlan, director: Director): readonly string[] {
  const isMaster = instance.master === director.name;
  return [
    "",
    `vrrp_instance ${instance.name} {`,
    `    state ${isMaster ? "MASTER" : "BACKUP"}`,
    "    interface eth0",
    `    virtual_router_id ${instance.virtualRouterId}`,
    `    priority ${isMaster ? masterPriority : backupPriority}`,
    "    advert_int 1",
    "    authentication {",
    "        auth_type PASS",
    `        auth_pass ${instance.authPass}`,
    "    }",
    "    virtual_ipaddress {",
    ...instance.vips.map((vip) => `        ${vip}`),
    "    }",
    "}",
  ];
}

function virtualServer(plan: LabPlan, service: ServicePlan): readonly string[] {
  const addressOf = (name: string) =>
    plan.realServers.find((server) => server.name === name)?.address ?? name;
  return [
    "",
    `# setting port ${service.port} forward`,
    `virtual_server ${service.vip} ${service.port} {`,
    "    delay_loop 2",
    "    lb_algo wlc",
    "    lb_kind DR",
    ...(service.persistence > 0 ? [`    persistence_timeout ${service.persistence}`] : []),
    "    protocol TCP",
    ...service.realServers.flatMap((server) => [
      "",
      `    real_server ${addressOf(server.name)} ${service.port} {`,
      `        weight ${server.weight}`,
      "        TCP_CHECK {",
      "            connect_timeout 1",
      "            retry 1",
      "            delay_before_retry 1",
      `            connect_port ${service.port}`,
      "        }",
      "    }",
    ]),
    "}",
  ];
}

/** The text of this director's /etc/keepalived/keepalived.conf. */
export function printKeepalivedConf(plan: LabPlan, director: Director): string {
  return `${[
    "#configuration file for keepalived",
    ...globalDefs(plan, director),
    ...plan.instances.flatMap((instance) => vrrpInstance(instance, director)),
    ...plan.services.flatMap((service) => virtualServer(plan, service)),
  ].join("\n")}\n`;
}
