import { connect } from 'node:net';

/** Writes bytes as they are to a local port; answers all that came back until the other side closed or `until` was seen. */
export function rawHttp(port: number, bytes: string | Buffer, until?: RegExp): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const done = () => {
      socket.destroy();
      resolve(text);
    };
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      if (until?.test(text)) done();
    });
    socket.on('close', done).on('error', done);
    socket.write(bytes);
  });
}
