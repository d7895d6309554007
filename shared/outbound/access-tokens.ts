import type { AccessTokens, AskFailure, Granted } from '#shared/gateways/asking.ts';

export interface AccessTokensDeps {
  readonly now: () => Date;
  /** Keys that are remembered; beyond, the one that was asked for longest ago goes. @default 1000 */
  readonly maxKeys?: number;
}

/** A token is not used in its last seconds: it must still be good when the gateway reads it (Secuconnect's SDK: 10 s). */
const MARGIN_MS = 10_000;
const MAX_KEYS = 1_000;

interface Kept {
  readonly token: string;
  readonly until: number;
}

type TokenAnswer = { readonly outcome: 'token'; readonly token: string } | AskFailure;

/**
 * Access tokens in memory, one a key, until ten seconds before they expire. Who asks while a grant is under way waits for
 * that one; a failed grant is told to all who wait and is not kept. Never rejects: a grant that throws is `down`.
 */
export function createAccessTokens({ now, maxKeys = MAX_KEYS }: AccessTokensDeps): AccessTokens {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<Granted | AskFailure>>();

  function known(key: string, refused: string | undefined): Kept | undefined {
    const entry = kept.get(key);
    if (entry === undefined) return undefined;
    kept.delete(key);
    if (entry.token === refused || now().getTime() >= entry.until) return undefined;
    // Put in again at the end: the first of the map is the one that was asked for longest ago.
    kept.set(key, entry);
    return entry;
  }

  function keep(key: string, granted: Granted): void {
    const lastsMs = Number.isFinite(granted.expiresInSeconds) ? granted.expiresInSeconds * 1_000 : 0;
    const until = now().getTime() + lastsMs - MARGIN_MS;
    kept.delete(key);
    if (until <= now().getTime()) return;
    kept.set(key, { token: granted.token, until });
    const [oldest] = kept.keys();
    if (kept.size > maxKeys && oldest !== undefined) kept.delete(oldest);
  }

  function ask(key: string, grant: () => Promise<Granted | AskFailure>): Promise<Granted | AskFailure> {
    const running = underWay.get(key);
    if (running !== undefined) return running;
    const asking = granted(grant).then((answer) => {
      underWay.delete(key);
      if (answer.outcome === 'token') keep(key, answer);
      return answer;
    });
    underWay.set(key, asking);
    return asking;
  }

  return {
    async get(key, grant, refused): Promise<TokenAnswer> {
      const entry = known(key, refused);
      if (entry !== undefined) return { outcome: 'token', token: entry.token };
      const answer = await ask(key, grant);
      return answer.outcome === 'token' ? { outcome: 'token', token: answer.token } : answer;
    },
  };
}

/** Starts in its own turn, so that even a grant that throws at once finds its place taken. */
async function granted(grant: () => Promise<Granted | AskFailure>): Promise<Granted | AskFailure> {
  try {
    return await Promise.resolve().then(grant);
  } catch {
    return { outcome: 'down', detail: 'The request for an access token broke off; it is asked for again.' };
  }
}
