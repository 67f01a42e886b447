// What is typed must not be readable on this workstation once its writer has signed out: it is kept sealed, under a key that comes
// with the session and stands nowhere but in memory.

const IV_BYTES = 12;
/** Marks what was kept open: browsers seal nothing on a page that did not come over HTTPS. */
const OPEN = "open:";

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const base64 = (data: Uint8Array) => btoa(Array.from(data, (b) => String.fromCharCode(b)).join(""));
const unbase64 = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

export class Seal {
  private key: Promise<CryptoKey> | undefined;
  private of: string | undefined;

  constructor(private readonly subtle: SubtleCrypto | null = globalThis.crypto?.subtle ?? null) {}

  /** Whether anything kept here is unreadable for the next person at this workstation. */
  get seals(): boolean {
    return this.subtle !== null;
  }

  /** The writer's key, 32 bytes as hexadecimal; none when nobody is signed in. */
  use(key: string | undefined): void {
    if (key === this.of) return;
    this.of = key;
    this.key = key === undefined ? undefined : this.subtle?.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"]);
  }

  /** `null` when there is no key to seal with. */
  async close(text: string): Promise<string | null> {
    if (!this.subtle) return this.of === undefined ? null : OPEN + text;
    const key = await this.key;
    if (!key) return null;
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const sealed = new Uint8Array(await this.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(text)));
    return `${base64(iv)}.${base64(sealed)}`;
  }

  /** `null` for what is not this writer's, or was changed. */
  async open(kept: string): Promise<string | null> {
    if (kept.startsWith(OPEN)) return this.of === undefined ? null : kept.slice(OPEN.length);
    const key = await this.key;
    const [iv, sealed] = kept.split(".");
    if (!this.subtle || !key || !iv || !sealed) return null;
    try {
      const text = await this.subtle.decrypt({ name: "AES-GCM", iv: unbase64(iv) }, key, unbase64(sealed));
      return new TextDecoder().decode(text);
    } catch {
      return null;
    }
  }
}

export const seal = new Seal();
