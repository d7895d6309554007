/** Wakes one waiter; a signal given while nobody waits is kept for the next wait. */
export interface Signal {
  fire(): void;
  /** Resolves when fired, or after `ms` where that is given. */
  wait(ms?: number): Promise<void>;
}

export function createSignal(): Signal {
  let fired = false;
  let wakeUp: (() => void) | undefined;
  return {
    fire() {
      fired = true;
      wakeUp?.();
    },
    async wait(ms) {
      let timer: NodeJS.Timeout | undefined;
      if (!fired) {
        await new Promise<void>((resolve) => {
          wakeUp = resolve;
          if (ms !== undefined) timer = setTimeout(resolve, ms);
        });
      }
      clearTimeout(timer);
      wakeUp = undefined;
      fired = false;
    },
  };
}
