import * as fs from "node:fs";

/** An open descriptor read in order, whatever it is: file, pipe or socket. */
export interface Descriptor {
  /** Fills the buffer as far as one read goes, and returns that part; empty at the end. */
  readInto(buffer: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

export function openDescriptor(fd: number): Descriptor {
  return {
    readInto: (buffer) =>
      new Promise((resolve, reject) => {
        fs.read(fd, buffer, 0, buffer.length, null, (error, bytes) => {
          if (error) reject(error);
          else resolve(buffer.subarray(0, bytes));
        });
      }),
    close: () => fs.closeSync(fd),
  };
}

/** A file or pipe open for reading, by its number, to hand to a child; `close` is the opener's duty. */
export interface OpenFile {
  readonly fd: number;
  readonly bytes: number;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  close(): void;
}

export function openForReading(path: string): OpenFile {
  const fd = fs.openSync(path, fs.constants.O_RDONLY);
  const stat = fs.fstatSync(fd);
  return {
    fd,
    bytes: stat.size,
    isFile: stat.isFile(),
    isDirectory: stat.isDirectory(),
    close: () => fs.closeSync(fd),
  };
}

/** Standard input as it comes. */
export function readStandardInput(): AsyncIterable<Uint8Array> {
  return process.stdin as AsyncIterable<Uint8Array>;
}

/** Writes to a stream and waits until it has room again. */
export function writeAll(stream: NodeJS.WritableStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
