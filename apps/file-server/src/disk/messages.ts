/** What the service asks of its disk thread; `id` is in the answer. */
export type Ask =
  /** The file with these names, from folder to folder: what of it is small is read at once, if that is wanted. */
  | {
      readonly do: 'open';
      readonly id: number;
      readonly names: readonly string[];
      readonly range: Range;
      readonly reads: boolean;
    }
  /** Hash a file from its beginning, as far as it is told. */
  | {
      readonly do: 'follow';
      readonly id: number;
      readonly fd: number;
      readonly like: string | undefined;
      /** Where it may be written on. */
      readonly end: number;
    }
  /** Write on at the end of a file that is followed, and hash that; the memory of the parts goes with them. */
  | {
      readonly do: 'write';
      readonly id: number;
      readonly of: number;
      readonly offset: number;
      readonly parts: readonly Uint8Array[];
    }
  | { readonly do: 'reach'; readonly id: number; readonly bytes: number }
  /** The digest of so many bytes, and no more of this. */
  | { readonly do: 'finish'; readonly id: number; readonly bytes: number }
  /** No more of this; once it is answered the descriptor may be closed. */
  | { readonly do: 'stop'; readonly id: number };

export interface Range {
  readonly offset: number;
  /** To the end unless given. */
  readonly length: number | undefined;
}

/** What became of it. */
export type Answer = { readonly id: number } & (
  | Opened
  | { readonly digest: string }
  | { readonly stopped: true }
  /** All of it is in the file. */
  | { readonly end: number }
  /** Of the system, or one of ours. */
  | { readonly code: string; readonly message: string }
);

/** Stands for the system's code where a path is no regular file. */
export const NOT_REGULAR = 'NOT_REGULAR';

/** Stands for it where a file is not at the offset that is to be written. */
export const NOT_HERE = 'NOT_HERE';

/** A small file, or the descriptor of a large one. `sizeBytes` is that of the whole file. */
export type Opened =
  | { readonly sizeBytes: number; readonly bytes: Uint8Array; readonly digest: string | undefined }
  | { readonly sizeBytes: number; readonly fd: number };

/** What a disk thread is told at its start. */
export interface DiskData {
  /** The served folder, and an open descriptor of it. */
  readonly folder: string;
  readonly fd: number;
}
