// The dimensions of a visit and of the entries that are written for some of them.

/** Whether dimensions fall within those an entry is written for. */
export function dimsMatch (wanted, dims) {
  return Object.entries(wanted ?? {}).every(([dim, codes]) =>
    [...(dims.get(dim) ?? [])].some((code) => codes.includes(code)))
}
