// Files from the API: received as a stream, so that progress can be shown and the transfer stopped.
import { ApiError, BASE, queryText, type Query } from "./client";
import type { Problem } from "./types";

export interface Download {
  method: "GET" | "POST";
  query?: Query;
  body?: unknown;
  csrf?: string;
  signal?: AbortSignal;
  onProgress?: (bytes: number) => void;
}
export interface Received {
  blob: Blob;
  name: string | null;
}

/** File name of a Content-Disposition header; the UTF-8 form wins. */
export function fileName(header: string | null): string | null {
  if (!header) return null;
  const coded = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  if (coded) {
    try {
      return decodeURIComponent(coded);
    } catch {
      return null;
    }
  }
  return /filename="?([^";]+)"?/i.exec(header)?.[1] ?? null;
}

/** 1.2 MB */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} 字节`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

async function refusal(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new ApiError(response.status, problem);
}

export async function download(path: string, options: Download): Promise<Received> {
  const headers = new Headers();
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  if (options.csrf !== undefined && options.method !== "GET") headers.set("X-CSRF-Token", options.csrf);
  let response: Response;
  try {
    response = await fetch(BASE + path + queryText(options.query), {
      method: options.method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      credentials: "same-origin",
      signal: options.signal ?? null,
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, {});
  }
  if (!response.ok) throw await refusal(response);
  const type = response.headers.get("Content-Type") ?? "application/octet-stream";
  const name = fileName(response.headers.get("Content-Disposition"));
  if (!response.body) return { blob: await response.blob(), name };
  const parts: BlobPart[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value as BlobPart);
    bytes += value.byteLength;
    options.onProgress?.(bytes);
  }
  return { blob: new Blob(parts, { type }), name };
}

/** Hands a received file to the browser's downloads. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
