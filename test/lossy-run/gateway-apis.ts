import type { OutboundClient } from '#shared/gateways/outbound.ts';
import type { CertificateSource } from '#shared/gateways/signing-certificate.ts';
import type { GatewayScripts, Story } from './story.ts';

/** How often a list shows what changed: later spans of time hold nothing of the run. */
const LISTED_TIMES = 2;

/** All gateways' APIs as they are at the end of all stories: what they do not know is a 404. */
export function gatewayApis(scripts: readonly GatewayScripts[], stories: readonly Story[]): OutboundClient {
  const known = new Map<string, unknown>();
  for (const { api = {} } of scripts) for (const [line, answer] of Object.entries(api)) known.set(line, answer);
  for (const { api } of stories) for (const [line, answer] of Object.entries(api)) known.set(line, answer);
  const shown = new Map<string, number>();
  const listOf = (line: string): unknown => {
    const owner = scripts.find(({ lists = {} }) => Object.hasOwn(lists, line));
    const list = owner?.lists?.[line];
    if (owner === undefined || list === undefined) return undefined;
    const times = shown.get(line) ?? 0;
    shown.set(line, times + 1);
    if (times >= LISTED_TIMES) return list([]);
    return list(stories.filter(({ connectorId }) => connectorId === owner.connectorId).flatMap((s) => s.listed ?? []));
  };
  return {
    async send({ method, path }) {
      const line = `${method} ${path.split('?')[0]}`;
      const answer = listOf(line) ?? known.get(line);
      const headers = { 'content-type': 'application/json' };
      const body = new Uint8Array(Buffer.from(JSON.stringify(answer ?? { success: false, errorCode: 8001 })));
      return { ok: true, status: answer === undefined ? 404 : 200, headers, body, attempts: 1 };
    },
  };
}

/** The certificates that the stories are signed with. */
export function certificatesOf(scripts: readonly GatewayScripts[]): CertificateSource {
  const known = new Map(scripts.flatMap(({ certificates = {} }) => Object.entries(certificates)));
  return {
    async get({ host, path }) {
      const pem = known.get(`${host}${path}`);
      if (pem !== undefined) return { ok: true, pem };
      return { ok: false, code: 'certificate_unavailable', detail: `nothing is under ${host}${path}` };
    },
  };
}
