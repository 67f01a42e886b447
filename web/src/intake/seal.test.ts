import { webcrypto } from "node:crypto";
import { expect, test } from "vitest";
import { Seal } from "./seal";

const KEY = "0123456789abcdef".repeat(4);
const OTHER = "fedcba9876543210".repeat(4);

test("what is kept is read by its writer alone, and by nobody after the sign-out", () => {
  const seal = new Seal();
  expect(seal.close("张三 13812345678")).toBeNull();
  seal.use(KEY);
  const kept = (seal.close("张三 13812345678")) ?? "";
  expect(kept).not.toContain("138");
  expect(seal.open(kept)).toBe("张三 13812345678");
  seal.use(OTHER);
  expect(seal.open(kept)).toBeNull();
  seal.use(undefined);
  expect(seal.open(kept)).toBeNull();
  seal.use(KEY);
  expect(seal.open(kept)).toBe("张三 13812345678");
});

test("two sealings of one text differ, and a changed one does not open", () => {
  const seal = new Seal();
  seal.use(KEY);
  const [one, two] = [seal.close("路灯"), seal.close("路灯")];
  expect(one).not.toBe(two);
  const [iv, body] = (one ?? "").split(".");
  expect(seal.open(`${iv}.${btoa(`x${atob(body ?? "")}`)}`)).toBeNull();
  expect(seal.open("")).toBeNull();
});

test("what a browser sealed by its own cipher is opened, and the other way round", async () => {
  const seal = new Seal();
  seal.use(KEY);
  const raw = Uint8Array.from(KEY.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const key = await webcrypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  const iv = webcrypto.getRandomValues(new Uint8Array(12));
  const theirs = Buffer.from(await webcrypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode("路灯")));
  expect(seal.open(`${Buffer.from(iv).toString("base64")}.${theirs.toString("base64")}`)).toBe("路灯");
  const [mine, body] = (seal.close("停水") ?? "").split(".").map((part) => Buffer.from(part, "base64"));
  const back = await webcrypto.subtle.decrypt({ name: "AES-GCM", iv: mine ?? iv }, key, body ?? iv);
  expect(new TextDecoder().decode(back)).toBe("停水");
});
