import type { RemoteTools } from '#shared/gateways/gateway.ts';
import { loopbackOf } from './pump/gateway-client.ts';

/** Certificates and the gateways' own word, for callbacks that cannot be judged without; loaded with the first of them. */
export function createLazyRemoteTools(
  release: string,
  env: NodeJS.ProcessEnv,
  standIn: string | undefined,
): () => Promise<RemoteTools> {
  let tools: Promise<RemoteTools> | undefined;
  return () => {
    tools ??= Promise.all([
      import('#shared/outbound/remote-tools.ts'),
      import('#shared/gateways/chain-completion.ts'),
    ]).then(([{ createRemoteTools }, { chainCompletion: completion }]) => {
      const now = () => new Date();
      return createRemoteTools({ version: release, random: Math.random, now, completion, ...loopbackOf(env, standIn) });
    });
    return tools;
  };
}
