// What is typed must not be readable on this workstation once its writer has signed out: it is kept sealed, under a key that comes
// with the session and stands nowhere but in memory. Browsers' own cipher is there over HTTPS only; many a county's desk is not.
import { gcm } from "@noble/ciphers/aes.js";

const IV_BYTES = 12;

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const base64 = (data: Uint8Array) => btoa(Array.from(data, (b) => String.fromCharCode(b)).join(""));
const unbase64 = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

export class Seal {
  private key: Uint8Array | undefined;

  /** The writer's key, 32 bytes as hexadecimal; none when nobody is signed in. */
  use(key: string | undefined): void {
    this.key = key === undefined ? undefined : bytes(key);
  }

  /** `null` when there is no key to seal with. */
  close(text: string): string | null {
    if (!this.key) return null;
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    return `${base64(iv)}.${base64(gcm(this.key, iv).encrypt(new TextEncoder().encode(text)))}`;
  }

  /** `null` for what is not this writer's, or was changed. */
  open(kept: string): string | null {
    const [iv, sealed] = kept.split(".");
    if (!this.key || !iv || !sealed) return null;
    try {
      return new TextDecoder().decode(gcm(this.key, unbase64(iv)).decrypt(unbase64(sealed)));
    } catch {
      return null;
    }
  }
}

export const seal = new Seal();
