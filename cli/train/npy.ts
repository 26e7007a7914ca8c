/** Writes a table of 32-bit floats as a `.npy` file (NumPy format 1.0), row by row, without holding it. */

import { open, type FileHandle } from 'node:fs/promises'
import { endianness } from 'node:os'

/** Bytes before the values: room for any number of rows. */
const HEADER_BYTES = 128
const BUFFERED_ROWS = 4096

export interface NpyFile {
  append(row: Float32Array): Promise<void>
  /** Writes the header, which holds the number of rows, and closes. */
  close(): Promise<number>
}

export const openNpy = async (path: string, columns: number): Promise<NpyFile> => {
  const file = await open(path, 'w')
  const buffer = new Float32Array(BUFFERED_ROWS * columns)
  let buffered = 0
  let rows = 0
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(buffer.buffer, 0, buffered * columns * 4)
    await file.write(bytes, 0, bytes.length, HEADER_BYTES + (rows - buffered) * columns * 4)
    buffered = 0
  }
  return {
    append: async (row) => {
      buffer.set(row, buffered * columns)
      buffered += 1
      rows += 1
      if (buffered === BUFFERED_ROWS) await flush()
    },
    close: async () => {
      await flush()
      await writeHeader(file, rows, columns)
      await file.close()
      return rows
    },
  }
}

const writeHeader = async (file: FileHandle, rows: number, columns: number): Promise<void> => {
  const order = endianness() === 'LE' ? '<' : '>'
  const about = `{'descr': '${order}f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`
  const header = Buffer.alloc(HEADER_BYTES, ' ', 'latin1')
  header.write('\x93NUMPY\x01\x00', 0, 'latin1')
  header.writeUInt16LE(HEADER_BYTES - 10, 8)
  header.write(about, 10, 'latin1')
  header.write('\n', HEADER_BYTES - 1, 'latin1')
  await file.write(header, 0, HEADER_BYTES, 0)
}
