export interface LogCapture {
  /** Takes one line, as it would be written to standard output. */
  readonly line: (line: string) => void;
  /** Counts what `work` writes to standard output and error instead of writing it. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Bytes since the last call. */
  takeBytes(): number;
}

/** CloudWatch adds 26 bytes to each line that it takes in (its pricing page). */
const BYTES_A_LINE = 26;

export function captureLog(): LogCapture {
  let bytes = 0;
  const line = (text: string): void => {
    bytes += Buffer.byteLength(text.trimEnd()) + BYTES_A_LINE;
  };
  return {
    line,
    async during(work) {
      const streams = [process.stdout, process.stderr];
      const before = streams.map((stream) => stream.write);
      for (const stream of streams) {
        stream.write = (chunk: string | Uint8Array) => {
          for (const text of Buffer.from(chunk).toString().trimEnd().split('\n')) line(text);
          return true;
        };
      }
      try {
        return await work();
      } finally {
        streams.forEach((stream, i) => {
          const write = before[i];
          if (write !== undefined) stream.write = write;
        });
      }
    },
    takeBytes() {
      const taken = bytes;
      bytes = 0;
      return taken;
    },
  };
}
