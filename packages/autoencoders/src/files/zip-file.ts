import { type AutocircuitError, badFile, cannotRead } from "@autocircuit/base";
import yauzl from "yauzl";

/** More entries than any archive of weights has. */
const MOST_ENTRIES = 100_000;

/** One file in a zip archive. */
export interface ZipMember {
  readonly name: string;
  /** Bytes when unpacked, as the archive declares. */
  readonly size: number;
  /** Bytes in the archive. */
  readonly packedSize: number;
  /** Whether the bytes lie in the archive as they are. */
  readonly stored: boolean;
  readonly entry: yauzl.Entry;
}

/** An open zip archive: its directory is read, its members are read when asked for. */
export class ZipFile {
  readonly path: string;
  readonly members: ReadonlyMap<string, ZipMember>;
  readonly #zip: yauzl.ZipFile;

  private constructor(path: string, members: ReadonlyMap<string, ZipMember>, zip: yauzl.ZipFile) {
    this.path = path;
    this.members = members;
    this.#zip = zip;
  }

  /**
   * Opens an archive and reads its directory.
   *
   * @throws AutocircuitError `not-found`, `bad-file`
   */
  static async open(path: string): Promise<ZipFile> {
    const zip = await new Promise<yauzl.ZipFile>((resolve, reject) => {
      yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, opened) => {
        if (error) reject(openError(path, error));
        else resolve(opened);
      });
    });
    try {
      return new ZipFile(path, await readDirectory(path, zip), zip);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  /** @throws AutocircuitError `bad-file` when there is no such member */
  member(name: string): ZipMember {
    const member = this.members.get(name);
    if (!member) throw badFile(this.path, `has no member ${JSON.stringify(name)}. Truncated download?`);
    return member;
  }

  /** Where a stored member's bytes begin in the archive. */
  async offset(member: ZipMember): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#zip.readLocalFileHeader(member.entry, { minimal: true }, (error, header) => {
        if (error) reject(this.#fail(member, `has no readable header: ${error.message}`, error));
        else resolve(header.fileDataStart);
      });
    });
  }

  /**
   * A member's bytes, unpacked.
   *
   * @param most refuses members that declare more bytes
   * @throws AutocircuitError `bad-file`; also when a member does not unpack to exactly the declared number of bytes
   */
  async read(member: ZipMember, most: number): Promise<ArrayBuffer> {
    const { size, packedSize } = member;
    if (size > most) throw this.#fail(member, `declares ${size} bytes, more than the ${most} that are read here`);
    // Deflate packs at most 1032 bytes into one: no memory for what cannot be there.
    if (size > 1032 * (packedSize + 1)) {
      throw this.#fail(member, `declares ${size} bytes, more than its ${packedSize} can hold`);
    }
    const bytes = await this.begin(member, size);
    if (bytes.length < size)
      throw this.#fail(member, `ends after ${bytes.length} of ${size} bytes. Truncated download?`);
    return bytes.buffer as ArrayBuffer;
  }

  /** A member's first bytes, unpacked: `count` of them, or all there are. */
  async begin(member: ZipMember, count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.min(count, member.size));
    let at = 0;
    try {
      for await (const chunk of await this.#stream(member)) {
        const part = (chunk as Uint8Array).subarray(0, bytes.length - at);
        bytes.set(part, at);
        at += part.length;
        if (at === bytes.length && count < member.size) break;
      }
    } catch (cause) {
      throw this.#fail(member, `cannot be unpacked: ${(cause as Error).message}`, cause);
    }
    return bytes.subarray(0, at);
  }

  #stream({ entry }: ZipMember): Promise<NodeJS.ReadableStream> {
    return new Promise((resolve, reject) => {
      this.#zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
    });
  }

  #fail({ name }: ZipMember, problem: string, cause?: unknown): AutocircuitError {
    return badFile(this.path, `member ${JSON.stringify(name)} ${problem}.`, { cause });
  }

  close(): void {
    this.#zip.close();
  }
}

function openError(path: string, cause: Error): unknown {
  if ("code" in cause) return cannotRead(path, cause);
  return badFile(path, `is no zip archive: ${cause.message}.`, { cause });
}

function readDirectory(path: string, zip: yauzl.ZipFile): Promise<Map<string, ZipMember>> {
  const members = new Map<string, ZipMember>();
  if (zip.entryCount > MOST_ENTRIES) throw badFile(path, `declares ${zip.entryCount} members.`);
  return new Promise((resolve, reject) => {
    zip.on("error", (cause) => reject(badFile(path, `its directory cannot be read: ${cause.message}.`, { cause })));
    zip.on("end", () => resolve(members));
    zip.on("entry", (entry) => {
      const { fileName: name, uncompressedSize: size, compressedSize: packedSize, compressionMethod } = entry;
      const twice = members.has(name);
      if (twice || entry.isEncrypted()) {
        reject(badFile(path, `member ${JSON.stringify(name)} is ${twice ? "there twice" : "encrypted"}.`));
        return;
      }
      members.set(name, { name, size, packedSize, stored: compressionMethod === 0, entry });
      zip.readEntry();
    });
    zip.readEntry();
  });
}
