import { webcrypto } from "node:crypto";
import { expect, test } from "vitest";
import { Seal } from "./seal";

const subtle = webcrypto.subtle as SubtleCrypto;
const KEY = "0123456789abcdef".repeat(4);
const OTHER = "fedcba9876543210".repeat(4);

test("what is kept is read by its writer alone, and by nobody after the sign-out", async () => {
  const seal = new Seal(subtle);
  expect(await seal.close("张三 13812345678")).toBeNull();
  seal.use(KEY);
  const kept = (await seal.close("张三 13812345678")) ?? "";
  expect(kept).not.toContain("138");
  expect(await seal.open(kept)).toBe("张三 13812345678");
  seal.use(OTHER);
  expect(await seal.open(kept)).toBeNull();
  seal.use(undefined);
  expect(await seal.open(kept)).toBeNull();
  seal.use(KEY);
  expect(await seal.open(kept)).toBe("张三 13812345678");
});

test("two sealings of one text differ, and a changed one does not open", async () => {
  const seal = new Seal(subtle);
  seal.use(KEY);
  const [one, two] = [await seal.close("路灯"), await seal.close("路灯")];
  expect(one).not.toBe(two);
  const [iv, body] = (one ?? "").split(".");
  expect(await seal.open(`${iv}.${btoa(`x${atob(body ?? "")}`)}`)).toBeNull();
  expect(await seal.open("")).toBeNull();
});

test("a page without HTTPS keeps what is typed as it is, for whoever is signed in", async () => {
  const seal = new Seal(null);
  expect(seal.seals).toBe(false);
  expect(await seal.close("路灯")).toBeNull();
  seal.use(KEY);
  const kept = (await seal.close("路灯")) ?? "";
  expect(await seal.open(kept)).toBe("路灯");
  seal.use(undefined);
  expect(await seal.open(kept)).toBeNull();
});
