// The one door to the API: session cookie, CSRF token, idempotency keys, versions, and problems as typed errors.
import type { FieldProblem, Problem } from "./types";

export const BASE = "/api/v1";

/** A refusal of the API, or the network's. `status` 0 means that no answer came. */
export class ApiError extends Error {
  readonly status: number;
  /** Last part of the problem's type: `stale`, `locked`, `invalid`… */
  readonly code: string;
  readonly title: string;
  readonly fields: FieldProblem[];
  readonly traceId: string | undefined;

  constructor(status: number, problem: Partial<Problem>) {
    const title = problem.title ?? fallbackTitle(status);
    super(problem.detail || title);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? problem.type?.split("/").pop() ?? `http_${status}`;
    this.title = title;
    this.fields = problem.fields ?? [];
    this.traceId = problem.trace_id;
  }

  /** Somebody else changed the order since it was read. */
  get stale(): boolean {
    return this.status === 412;
  }
  /** Worth trying again unchanged. */
  get transient(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

function fallbackTitle(status: number): string {
  if (status === 0) return "网络连接中断，请检查网络后重试";
  if (status === 401) return "登录已失效，请重新登录";
  if (status === 403) return "没有权限进行此操作";
  if (status === 404) return "内容不存在或不在您的查看范围内";
  if (status === 409) return "当前状态不允许此操作，请刷新后重试";
  if (status === 412) return "该工单刚被他人更新，请刷新后再操作";
  if (status === 413) return "提交的内容过大";
  if (status === 422) return "填写内容有误，请按提示修改";
  if (status === 429) return "操作过于频繁，请稍后再试";
  if (status >= 500) return "系统暂时不可用，请稍后重试；如持续出现请联系管理员";
  return "操作未成功，请重试";
}

let csrf: string | undefined;
let onSignedOut: (() => void) | undefined;
let onUnanswered: (() => void) | undefined;

/** Nobody waits longer for an answer than this, ms; files and streams take their time. */
const PATIENCE_MS = 30_000;
/** Without an answer for so long it is asked whether the platform is there at all, ms. */
const SLOW_MS = 3_000;

/** Remembers the token that unsafe requests must carry; comes with every session answer. */
export function setCsrf(token: string | undefined): void {
  csrf = token;
}
/** Called when any request finds the session gone. */
export function whenSignedOut(listener: (() => void) | undefined): void {
  onSignedOut = listener;
}

/** Called when a request got no answer from the platform, or waits long for one. */
export function whenUnanswered(listener: (() => void) | undefined): void {
  onUnanswered = listener;
}

/** The caller's own signal, and an end to waiting. */
function patience({ raw, signal }: Send): AbortSignal | null {
  if (raw !== undefined) return signal ?? null;
  const late = AbortSignal.timeout(PATIENCE_MS);
  return signal instanceof AbortSignal ? AbortSignal.any([signal, late]) : late;
}

export type Query = Record<string, string | number | boolean | null | undefined | readonly (string | number)[]>;

export interface Send {
  query?: Query;
  body?: unknown;
  /** Sent as it is, under its own type, instead of a JSON body. */
  raw?: Blob;
  /** Version of the order that the change is based on. */
  version?: number;
  /** Key under which a repeat of the same POST is answered with the first answer. */
  key?: string;
  signal?: AbortSignal;
}

/** `?a=1&b=x,y`; empty values are left out. */
export function queryText(query: Query | undefined): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null || value === undefined || value === "") continue;
    const text = Array.isArray(value) ? value.join(",") : String(value);
    if (text !== "") pairs.set(name, text);
  }
  const text = pairs.toString();
  return text === "" ? "" : `?${text}`;
}

function headersFor(method: string, send: Send): Headers {
  const headers = new Headers({ Accept: "application/json, application/problem+json" });
  if (send.body !== undefined) headers.set("Content-Type", "application/json");
  if (send.raw !== undefined) headers.set("Content-Type", send.raw.type || "application/octet-stream");
  if (method !== "GET" && csrf !== undefined) headers.set("X-CSRF-Token", csrf);
  if (send.version !== undefined) headers.set("If-Match", `"${send.version}"`);
  if (send.key !== undefined) headers.set("Idempotency-Key", send.key);
  return headers;
}

async function problemOf(response: Response): Promise<Partial<Problem>> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as Partial<Problem>) : {};
  } catch {
    return {};
  }
}

/** Sends one request. Rejects with [`ApiError`], except that an abort stays an abort. */
export async function send<T>(method: string, path: string, options: Send = {}): Promise<T> {
  let response: Response;
  const slow = setTimeout(() => onUnanswered?.(), SLOW_MS);
  try {
    response = await fetch(BASE + path + queryText(options.query), {
      method,
      headers: headersFor(method, options),
      body: options.raw ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      credentials: "same-origin",
      signal: patience(options),
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    onUnanswered?.();
    throw new ApiError(0, {});
  } finally {
    clearTimeout(slow);
  }
  if (!response.ok) {
    const error = new ApiError(response.status, await problemOf(response));
    if (error.transient) onUnanswered?.();
    if (response.status === 401 && !(path === "/session" && method !== "GET")) onSignedOut?.();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  send<T>("GET", path, { ...(query && { query }), ...(signal && { signal }) });
export const post = <T>(path: string, body?: unknown, more: Send = {}): Promise<T> => send<T>("POST", path, { ...more, body });
export const put = <T>(path: string, body?: unknown, more: Send = {}): Promise<T> => send<T>("PUT", path, { ...more, body });
export const del = <T>(path: string): Promise<T> => send<T>("DELETE", path);

/** Random UUID. `crypto.randomUUID` is missing on plain-HTTP intranets; `getRandomValues` is not. */
export function newKey(): string {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Keeps one idempotency key as long as the same thing is being sent, so a second press never does it twice. */
export class OnceKey {
  private sent: string | undefined;
  private key = newKey();

  for(body: unknown): string {
    const text = JSON.stringify(body);
    if (this.sent !== undefined && this.sent !== text) this.key = newKey();
    this.sent = text;
    return this.key;
  }
  /** After success the next press is a new matter. */
  done(): void {
    this.sent = undefined;
    this.key = newKey();
  }
}

/** What to show for anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return "操作未成功，请重试";
}
