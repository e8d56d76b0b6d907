import { addressOption } from "./rules/vrrp/address-option.ts";
import { advertInterval } from "./rules/vrrp/advert-interval.ts";
import { authPassLength } from "./rules/vrrp/auth-pass-length.ts";
import { authenticationUse } from "./rules/vrrp/authentication-use.ts";
import { bfdNeighbor } from "./rules/trackers/bfd-neighbor.ts";
import { blockName } from "./rules/values/block-name.ts";
import { carriageReturns } from "./rules/files/carriage-returns.ts";
import { checkAddress } from "./rules/checkers/check-address.ts";
import { checkerContent } from "./rules/checkers/checker-content.ts";
import { checkerTarget } from "./rules/checkers/checker-target.ts";
import { defaultTaken } from "./rules/lvs/default-taken.ts";
import { deprecatedKeyword } from "./rules/values/deprecated-keyword.ts";
import { digest } from "./rules/checkers/digest.ts";
import { dnsName } from "./rules/checkers/dns-name.ts";
import { duplicateBfdNeighbor } from "./rules/trackers/duplicate-bfd-neighbor.ts";
import { duplicateName } from "./rules/vrrp/duplicate-name.ts";
import { duplicateServer } from "./rules/lvs/duplicate-server.ts";
import { duplicateService } from "./rules/files/duplicate-service.ts";
import { duplicateTracker } from "./rules/trackers/duplicate-tracker.ts";
import { duplicateVip } from "./rules/files/duplicate-vip.ts";
import { duplicateVrid } from "./rules/vrrp/duplicate-vrid.ts";
import { emptyList } from "./rules/trackers/empty-list.ts";
import { emptyTracker } from "./rules/trackers/script-command.ts";
import { extraWords } from "./rules/values/extra-words.ts";
import { garpGroupDelay } from "./rules/trackers/garp-group-delay.ts";
import { globalOption } from "./rules/global/global-option.ts";
import { gluedComment } from "./rules/files/glued-comment.ts";
import { granularity } from "./rules/lvs/granularity.ts";
import { groupEntry } from "./rules/lvs/group-entry.ts";
import { hexOctets } from "./rules/checkers/hex-octets.ts";
import { ignoredWeight } from "./rules/vrrp/ignored-weight.ts";
import { inhibitEffects } from "./rules/files/inhibit-effects.ts";
import { initFile } from "./rules/trackers/init-file.ts";
import { interfaceDelay } from "./rules/vrrp/interface-delay.ts";
import { interfaceMissing } from "./rules/vrrp/interface-missing.ts";
import { invalidAddress } from "./rules/values/invalid-address.ts";
import { invalidBoolean } from "./rules/values/invalid-boolean.ts";
import { invalidChoice } from "./rules/values/invalid-choice.ts";
import { invalidNumber } from "./rules/values/invalid-number.ts";
import { invalidPeer } from "./rules/vrrp/invalid-peer.ts";
import { invalidRoute } from "./rules/vrrp/invalid-route.ts";
import { invalidRule } from "./rules/vrrp/invalid-rule.ts";
import { invalidServer } from "./rules/lvs/invalid-server.ts";
import { invalidVip } from "./rules/vrrp/invalid-vip.ts";
import { listWithoutBrace } from "./rules/braces/list-without-brace.ts";
import { loopbackInterface } from "./rules/vrrp/loopback-interface.ts";
import { masterPriority } from "./rules/vrrp/master-priority.ts";
import { missingOpenBrace } from "./rules/braces/missing-open-brace.ts";
import { missingValue } from "./rules/values/missing-value.ts";
import { mixedFamilies } from "./rules/vrrp/mixed-families.ts";
import { multicastTarget } from "./rules/vrrp/multicast-target.ts";
import { nameTooLong } from "./rules/values/name-too-long.ts";
import { neededOnDirector } from "./rules/files/needed-on-director.ts";
import { networkNamespace } from "./rules/files/network-namespace.ts";
import { newerKeyword } from "./rules/values/newer-keyword.ts";
import { noRealServers } from "./rules/lvs/no-real-servers.ts";
import { noVip } from "./rules/vrrp/no-vip.ts";
import { numberOutOfRange } from "./rules/values/number-out-of-range.ts";
import { oddSubnet } from "./rules/files/odd-subnet.ts";
import { openQuote } from "./rules/values/open-quote.ts";
import { ownInterface } from "./rules/vrrp/own-interface.ts";
import { portMismatch } from "./rules/lvs/port-mismatch.ts";
import { preemption } from "./rules/vrrp/preemption.ts";
import { punctuation } from "./rules/files/punctuation.ts";
import { quorumWeight } from "./rules/lvs/quorum-weight.ts";
import { reloadCheck } from "./rules/files/reload-check.ts";
import { replyLength } from "./rules/checkers/reply-length.ts";
import { ruleWithoutPreference } from "./rules/vrrp/rule-without-preference.ts";
import { schedulerFlag } from "./rules/lvs/scheduler-flag.ts";
import { scriptUserOrder } from "./rules/files/script-user-order.ts";
import { serverFamily } from "./rules/lvs/server-family.ts";
import { serverGroup } from "./rules/lvs/server-group.ts";
import { serviceSetting } from "./rules/lvs/service-setting.ts";
import { setOnce } from "./rules/global/set-once.ts";
import { setTwice } from "./rules/global/set-twice.ts";
import { sorryServerOrder } from "./rules/lvs/sorry-server-order.ts";
import { stateWord } from "./rules/vrrp/state-word.ts";
import { statusCode } from "./rules/checkers/status-code.ts";
import { strictMode } from "./rules/vrrp/strict-mode.ts";
import { syncDaemon } from "./rules/global/sync-daemon.ts";
import { syncDaemonInstance } from "./rules/global/sync-daemon-instance.ts";
import { syncGroup } from "./rules/vrrp/sync-group.ts";
import { tooManyDecimals } from "./rules/values/too-many-decimals.ts";
import { tooManyVips } from "./rules/vrrp/too-many-vips.ts";
import { trackGroup } from "./rules/vrrp/track-group.ts";
import { trackOption } from "./rules/trackers/track-option.ts";
import { trackerSetting } from "./rules/trackers/tracker-setting.ts";
import { ttlWithoutPeer } from "./rules/vrrp/ttl-without-peer.ts";
import { tunnelOption } from "./rules/lvs/tunnel-option.ts";
import { unexpectedCloseBrace } from "./rules/braces/unexpected-close-brace.ts";
import { unexpectedOpenBrace } from "./rules/braces/unexpected-open-brace.ts";
import { unicastVmac } from "./rules/vrrp/unicast-vmac.ts";
import { unicastWithoutPeers } from "./rules/vrrp/unicast-without-peers.ts";
import { unknownKeyword } from "./rules/braces/unknown-keyword.ts";
import { unknownTracker } from "./rules/trackers/unknown-tracker.ts";
import { untrackedRoute } from "./rules/vrrp/untracked-route.ts";
import { unusedTracker } from "./rules/trackers/unused-tracker.ts";
import { vipNotHeld } from "./rules/files/vip-not-held.ts";
import { vmacAddress } from "./rules/vrrp/vmac-address.ts";
import { vmacName } from "./rules/vrrp/vmac-name.ts";
import { vmacSetting } from "./rules/vrrp/vmac-setting.ts";
import { vrfUse } from "./rules/vrrp/vrf-use.ts";
import { vridMissing } from "./rules/vrrp/vrid-missing.ts";
import type { Rule } from "./rules/rule.ts";

/** A part of the reference page. */
export interface RuleGroup {
  readonly title: string;
  readonly rules: readonly Rule[];
}

export const ruleGroups: readonly RuleGroup[] = [
  {
    title: "keywords and braces",
    rules: [listWithoutBrace, missingOpenBrace, unexpectedCloseBrace, unexpectedOpenBrace, unknownKeyword],
  },
  {
    title: "values of single lines",
    rules: [
      blockName,
      deprecatedKeyword,
      extraWords,
      invalidAddress,
      invalidBoolean,
      invalidChoice,
      invalidNumber,
      missingValue,
      nameTooLong,
      newerKeyword,
      numberOutOfRange,
      openQuote,
      tooManyDecimals,
    ],
  },
  {
    title: "VRRP",
    rules: [
      addressOption,
      advertInterval,
      authPassLength,
      authenticationUse,
      duplicateName,
      duplicateVrid,
      ignoredWeight,
      interfaceDelay,
      interfaceMissing,
      invalidPeer,
      invalidRoute,
      invalidRule,
      invalidVip,
      loopbackInterface,
      masterPriority,
      mixedFamilies,
      multicastTarget,
      noVip,
      ownInterface,
      preemption,
      ruleWithoutPreference,
      stateWord,
      strictMode,
      syncGroup,
      tooManyVips,
      trackGroup,
      ttlWithoutPeer,
      unicastVmac,
      unicastWithoutPeers,
      untrackedRoute,
      vmacAddress,
      vmacName,
      vmacSetting,
      vrfUse,
      vridMissing,
    ],
  },
  {
    title: "scripts, files, processes, BFD",
    rules: [
      bfdNeighbor,
      duplicateBfdNeighbor,
      duplicateTracker,
      emptyList,
      garpGroupDelay,
      initFile,
      emptyTracker,
      trackOption,
      trackerSetting,
      unknownTracker,
      unusedTracker,
    ],
  },
  {
    title: "virtual and real servers",
    rules: [
      defaultTaken,
      duplicateServer,
      granularity,
      groupEntry,
      invalidServer,
      noRealServers,
      portMismatch,
      quorumWeight,
      schedulerFlag,
      serverFamily,
      serverGroup,
      serviceSetting,
      sorryServerOrder,
      tunnelOption,
    ],
  },
  {
    title: "health checks",
    rules: [checkAddress, checkerContent, checkerTarget, digest, dnsName, hexOctets, replyLength, statusCode],
  },
  {
    title: "settings of the daemon",
    rules: [globalOption, setOnce, setTwice, syncDaemonInstance, syncDaemon],
  },
  {
    title: "what keepalived does not say",
    rules: [
      carriageReturns,
      duplicateService,
      duplicateVip,
      gluedComment,
      inhibitEffects,
      neededOnDirector,
      networkNamespace,
      oddSubnet,
      punctuation,
      reloadCheck,
      scriptUserOrder,
      vipNotHeld,
    ],
  },
];

/** Every rule. A new one is a file in `rules/` and a name here. */
export const rules: readonly Rule[] = ruleGroups.flatMap((group) => group.rules);
