/** Buffers know how to print themselves as arrays of numbers, which nobody wants to read: base64 instead. */
export const asText = (_name: string, value: unknown): unknown => {
  const buffer = value as { type?: string; data?: number[] } | null
  return buffer?.type === 'Buffer' && Array.isArray(buffer.data)
    ? Buffer.from(buffer.data).toString('base64')
    : value
}
