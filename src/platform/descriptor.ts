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

/** Opens a file for reading and gives its number, to hand to a child; `stat` tells what it is. */
export function openForReading(path: string): { fd: number; bytes: number; isFile: boolean } {
  const fd = fs.openSync(path, fs.constants.O_RDONLY);
  const stat = fs.fstatSync(fd);
  return { fd, bytes: stat.size, isFile: stat.isFile() };
}
